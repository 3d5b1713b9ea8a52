/* captions.h - captions of finished recordings, which people or programs write and put
 * here by HTTP: WebVTT, one file of a language, beside what was made of the recording and
 * listed with it. A file is checked whole, written by the shelf's thread, and there at
 * once or not at all. Control thread.
 */
#ifndef MCU_CAPTIONS_H
#define MCU_CAPTIONS_H

#include "base/thread.h"
#include "signaling/http.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

/* At once, with those that wait for each other: the rest is told to come again. */
#define CAPTIONS_JOBS 8

#define CAPTIONS_BASE  80
#define CAPTIONS_QUERY 160
/* Where they are put and deleted: what stands before the language, and behind it and a
 * '?'. For this member (its base), for 10 minutes, but not once it was removed. */
void captions_link(const char *id, uint32_t member, char base[CAPTIONS_BASE],
		   char query[CAPTIONS_QUERY]);

/* Is it the path of captions? */
bool captions_path(const char *path);
/* A PUT of that path, as http_events.upload. */
bool captions_upload(struct server *server, struct http_request *req,
		     struct http_sink *sink) RUNS_ON(on_ctl);
/* A DELETE of that path. */
void captions_delete(struct server *server, struct http_request *req) RUNS_ON(on_ctl);

/* Once a second: goes on with what no letter told of, for want of room. */
void captions_second(struct server *server) RUNS_ON(on_ctl);

/* At the end, behind the database: frees what nobody waits for any more. */
void captions_forget(struct server *server) RUNS_ON(on_ctl);

#endif
