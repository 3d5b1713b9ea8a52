/* utf8.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates. */
#ifndef SIGNALING_UTF8_H
#define SIGNALING_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one code point; returns its bytes (1 to 4), or 0 when `s` does not start
 * with a whole valid one. ANY_THREAD */
size_t utf8_read(uint32_t *cp, const char *s, size_t len);
/* ANY_THREAD */
bool utf8_valid(const char *s, size_t len);

#endif
