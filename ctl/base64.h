/* base64.h - RFC 4648, 4: pictures in JSON. */
#ifndef CTL_BASE64_H
#define CTL_BASE64_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* `out` has room for three bytes for each four characters. 0, or -EINVAL: it is none,
 * or not whole. */
int base64_read(uint8_t *out, size_t *len, const char *text) AULA_MUST_CHECK;

#endif
