/* rest_live.h - the edition `live` of a recording over HTTP, while the class runs and
 * after it: lists and pieces below a path that is signed for one member, one who only
 * watches, or everybody. The signature stands in the path, so that the names of a list,
 * which are relative, have it, too. Control thread.
 */
#ifndef MCU_REST_LIVE_H
#define MCU_REST_LIVE_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_request;
struct room;
struct server;

#define LIVE_PATH    "/api/v1/live/"
#define WATCH_PATH   "/api/v1/watch"
#define LIVE_GOOD_MS (INT64_C(6) * 3600 * 1000) /* the longest lesson, and a break */
#define LIVE_URL     192

/* The files and the watchers of a server. */
int rest_live_create(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void rest_live_destroy(struct server *server) RUNS_ON(on_ctl); /* none is accepted */
/* Each second. */
void rest_live_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);

/* What follows LIVE_PATH: "ID/WHO.EXP.SIG/NAME". Replies now or later, once. */
void rest_live_get(struct server *server, struct http_request *req, const char *rest)
	RUNS_ON(on_ctl);
/* POST of WATCH_PATH: somebody wants to watch without a seat. */
void rest_live_watch(struct server *server, struct http_request *req) RUNS_ON(on_ctl);

/* The list of all that was recorded, for a member (its base): good for LIVE_GOOD_MS, but
 * not once it was removed. */
void rest_live_url(const char *id, uint32_t member, char out[LIVE_URL]);
/* The same for everybody, to be kept by caches: for who may tell it. Good while it runs,
 * and LIVE_TAIL_US, see live_ends.h. */
void rest_live_public_url(const char *id, char out[LIVE_URL]);
/* May the class be watched without a seat, as it says itself? What it says counts at
 * once, for links that are out, too. And may there be a link for everybody? */
bool rest_live_open(const struct room *room) RUNS_ON(on_ctl);
bool rest_live_public(const struct room *room) RUNS_ON(on_ctl);
/* Does such an edition of the room's recording run? */
bool rest_live_running(const struct room *room) RUNS_ON(on_ctl);

#endif
