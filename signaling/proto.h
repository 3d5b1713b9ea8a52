/* proto.h - the messages of the WebSocket protocol aula.v1: checked whole on
 * the way in, written on the way out. docs/protocol.md is the full text.
 */
#ifndef SIGNALING_PROTO_H
#define SIGNALING_PROTO_H

#include "base/attr.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proto_msg {
	char type[33]; /* [a-z._]+ */
	int64_t id;    /* of the request, 0 without one */
	cJSON *d;      /* an object, never NULL; belongs to the message */
	cJSON *root;
};

/* Reads {"t","id","d"}. Size, depth, number of nodes and doubled keys are
 * checked before cJSON sees a byte. On failure returns a negative errno and
 * *code is the stable error code to answer with ("bad_json", "too_large", ...). */
int proto_parse(struct proto_msg *msg, const char *text, size_t len,
		const char **code) AULA_MUST_CHECK;
/* Reads a body of HTTP by the same rules: an object of any fields, which is the caller's
 * to delete. */
int proto_body(cJSON **out, const char *text, size_t len,
	       const char **code) AULA_MUST_CHECK;
void proto_msg_fini(struct proto_msg *msg);

/* What a field of `d` must be. A table of these, ended by {NULL}, per command. */
enum proto_kind { PROTO_STRING, PROTO_INT, PROTO_BOOL, PROTO_OBJECT, PROTO_STRINGS };
struct proto_field {
	const char *key;
	enum proto_kind kind;
	bool required;
	int64_t min, max; /* PROTO_INT: value; PROTO_STRING: bytes of UTF-8;
			   * PROTO_STRINGS: how many */
};
/* 0, or -EINVAL with *key naming the field. Unknown fields are ignored. */
int proto_check(const cJSON *d, const struct proto_field *fields,
		const char **key) AULA_MUST_CHECK;

const char *proto_string(const cJSON *d, const char *key); /* NULL when absent */
int64_t proto_int(const cJSON *d, const char *key, int64_t otherwise);
bool proto_bool(const cJSON *d, const char *key, bool otherwise);

/* Each returns a text to free(), or NULL without memory. They take `d` (NULL: {}). */
char *proto_ok(int64_t id, cJSON *d);
char *proto_err(int64_t id, const char *code, const char *field);
/* Of a field whose value needs words. */
char *proto_err_why(int64_t id, const char *code, const char *field, const char *why);
/* Of what may be tried again, not before `after_ms`. */
char *proto_err_later(int64_t id, const char *code, uint32_t after_ms);
char *proto_event(const char *type, uint64_t seq, cJSON *d); /* seq 0: none */
/* The same with `d` as the text of a JSON object, which stays the caller's. */
char *proto_event_text(const char *type, uint64_t seq, const char *d);

/* A display name: NFC-agnostic, 1 to LIMIT_NAME code points, no control or
 * bidi-override characters, trimmed into `out`. 0 or -EINVAL. */
int proto_name(char *out, size_t size, const char *name) AULA_MUST_CHECK;

/* What people write to each other, trimmed into `out`, which is never longer than
 * `text`: lines and tabs stay, characters that turn the line around and combining
 * marks that pile up are left out. 0, or -EINVAL (`out` is untouched): control
 * characters, nothing that can be seen, no UTF-8, longer than `size`. */
int proto_text(char *out, size_t size, const char *text) AULA_MUST_CHECK;

#endif
