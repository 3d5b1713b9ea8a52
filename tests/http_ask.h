/* http_ask.h - single requests to the server of http_rig.h, and what it answers. */
#ifndef TESTS_HTTP_ASK_H
#define TESTS_HTTP_ASK_H

#include "tests/http_rig.h"
#include "tests/stream.h"

#include <stdbool.h>
#include <stddef.h>

#define ASK_WAIT_MS 60000
#define ASK_REPLY   300000

extern char ask_reply[ASK_REPLY]; /* the last one */

/* Reads until the server ends it; its bytes, all kept that fit. */
size_t ask_read_all(struct stream *s);
int ask_status_of(const char *text);
/* One connection, everything sent at once, everything read; the status. */
int ask_raw(struct rig *rig, bool tls, const char *bytes, size_t len);
/* `fields`: further ones, each with its CRLF. */
int ask_get(struct rig *rig, const char *target, const char *fields);
/* Of the last reply. */
const char *ask_body(void);

#endif
