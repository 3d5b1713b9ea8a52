/* rest.h - plain HTTP: health, metrics, version, recordings. Control thread. */
#ifndef MCU_REST_H
#define MCU_REST_H

#include "base/thread.h"
#include "signaling/http.h"

#include <stdint.h>

struct server;

void rest_request(struct server *server, struct http_request *req) RUNS_ON(on_ctl);

/* Path and signature of a recording's file for this member (its base), good for 10
 * minutes, but not once it was removed. */
void rest_recording_url(const char *id, uint32_t member, char *out, size_t size);

#endif
