/* sdp_lex.h - pieces of a description's text, and tests on them. Nothing is
 * copied and nothing needs a final zero. Private to the SDP reader.
 */
#ifndef TRANSPORT_SDP_LEX_H
#define TRANSPORT_SDP_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *p;
	size_t len;
};

/* Takes the next line without its CRLF or LF. False at the end of `text`. */
bool span_line(struct span *text, struct span *line);

/* Takes what stands before the next `sep`, which goes too; runs of spaces count
 * as one when `sep` is a space. All of it when there is no `sep`. */
struct span span_word(struct span *rest, char sep);

bool span_is(struct span s, const char *word);
bool span_is_nocase(struct span s, const char *word);

/* A decimal number of at most `max`, nothing else. */
bool span_number(struct span s, uint32_t max, uint32_t *v);

/* A time in ms as RFC 8866, 6.4, has it, 1 to `max`: what is behind a decimal point
 * is cut off, but what is less than 1 counts as 1. */
bool span_millis(struct span s, uint32_t max, uint32_t *ms);

/* Only characters of a token (RFC 8866) resp. of ICE (RFC 8839), at least one. */
bool span_is_token(struct span s);
bool span_is_ice(struct span s);

/* The value of `key` in "a=1;b=2": empty, and false, when it is not there. */
bool span_param(struct span params, const char *key, struct span *value);

/* The value of a hexadecimal digit, or -1. */
int span_hex_digit(char c);

/* Copies and ends with a zero; false when `size` is too small. */
bool span_copy(struct span s, char *out, size_t size);

/* Valid UTF-8 without control characters but tab, CR and LF. */
bool span_is_text(struct span s);

#endif
