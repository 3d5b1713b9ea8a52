/* http_target.h - the target of a request line, decoded in place (RFC 3986). */
#ifndef SIGNALING_HTTP_TARGET_H
#define SIGNALING_HTTP_TARGET_H

#include "signaling/http_head.h"

/* Reads the target, a text in head->buf, into path, authority and params.
 * Returns 0 or the HTTP status to refuse it with. */
int http_target_parse(struct http_head *head, char *target);

#endif
