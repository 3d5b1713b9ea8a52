/* rest.h - plain HTTP: health, metrics, version, recordings. Control thread. */
#ifndef MCU_REST_H
#define MCU_REST_H

#include "base/thread.h"
#include "signaling/http.h"

struct server;

void rest_request(struct server *server, struct http_request *req) RUNS_ON(on_ctl);

/* Path and signature of a recording's file, good for 10 minutes. */
void rest_recording_url(const char *id, char *out, size_t size);

#endif
