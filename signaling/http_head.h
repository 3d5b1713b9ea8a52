/* http_head.h - the head of an HTTP/1.1 request, read strictly (RFC 9110, 9112).
 *
 * Byte by byte, so that how TCP cut the stream cannot change the result. What
 * two readers could understand differently is refused: that is what request
 * smuggling lives on.
 */
#ifndef SIGNALING_HTTP_HEAD_H
#define SIGNALING_HTTP_HEAD_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_PARAMS 32 /* query parameters at most */

enum http_head_state { HTTP_HEAD_MORE, HTTP_HEAD_DONE, HTTP_HEAD_BAD };

struct http_pair {
	uint16_t name, value; /* offsets of texts in `buf` */
};

struct http_head {
	enum http_head_state state;
	int status;            /* HTTP_HEAD_BAD: what to answer, then close */
	size_t content_length; /* bytes, at most LIMIT_HTTP_BODY; of a PUT LIMIT_UPLOAD */
	bool keep;             /* the client lets the connection stay */
	bool expect;           /* it waits for 100 Continue */
	const char *method;    /* a constant */
	uint16_t path;         /* offset, decoded, valid UTF-8, starts with / */
	uint16_t authority;    /* offset, of an absolute target; else 0 */
	uint16_t line;         /* offset of the line being read */
	uint16_t len;          /* bytes in buf */
	uint16_t n_lines, n_fields, n_params, n_skipped;
	struct http_pair fields[LIMIT_HTTP_FIELDS]; /* names in lower case */
	struct http_pair params[HTTP_PARAMS];       /* decoded */
	char buf[LIMIT_HTTP_HEAD + 1];
};

void http_head_init(struct http_head *head);

/* Takes bytes until the state is no longer HTTP_HEAD_MORE; returns how many. */
size_t http_head_feed(struct http_head *head, const uint8_t *data, size_t len);

/* Of a head that is done: NULL when there is none. `name` in lower case. */
const char *http_head_field(const struct http_head *head, const char *name);
const char *http_head_param(const struct http_head *head, const char *key);
const char *http_head_path(const struct http_head *head);

/* Does a comma list (all fields of that name) have this token, in any case? */
bool http_head_lists(const struct http_head *head, const char *name, const char *token);

#endif
