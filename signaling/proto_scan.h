/* proto_scan.h - is this text JSON that is safe to build a tree of? Looks only,
 * allocates nothing, does not recurse (RFC 8259, and the limits of ours).
 */
#ifndef SIGNALING_PROTO_SCAN_H
#define SIGNALING_PROTO_SCAN_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

/* NULL when it is one object within the limits, else the error code:
 * "too_large", "too_deep", "bad_json", "bad_message" (JSON, but no object). An
 * object that has a key twice is bad_json: two readers would see two messages.
 * ANY_THREAD */
const char *proto_scan(const char *text, size_t len) AULA_MUST_CHECK;

/* The id to answer with when a message was refused: 0 when it has none, has it twice,
 * or is no JSON at all, or too large or too deep to be read to its end. ANY_THREAD */
int64_t proto_scan_id(const char *text, size_t len);

#endif
