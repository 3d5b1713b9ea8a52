/* proto_scan.h - is this text JSON that is safe to build a tree of? Looks only,
 * allocates nothing, does not recurse (RFC 8259, and the limits of ours).
 */
#ifndef SIGNALING_PROTO_SCAN_H
#define SIGNALING_PROTO_SCAN_H

#include "base/attr.h"

#include <stddef.h>

/* NULL when it is one object within the limits, else the error code:
 * "too_large", "too_deep", "bad_json", "bad_message" (JSON, but no object). An
 * object that has a key twice is bad_json: two readers would see two messages.
 * ANY_THREAD */
const char *proto_scan(const char *text, size_t len) AULA_MUST_CHECK;

#endif
