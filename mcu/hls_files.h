/* hls_files.h - lists and pieces of recordings that run or have run as HLS (edition
 * `live`), for who fetches them by HTTP. A thread of their own reads them: a disk that
 * hangs holds up who asks here, and nobody else. Those of now are asked for by all at
 * once, so they are kept in memory for a while. Control thread.
 */
#ifndef MCU_HLS_FILES_H
#define MCU_HLS_FILES_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"

#include <stdbool.h>
#include <stdint.h>

struct hls_files;
struct http_request;
struct server;

#define HLS_NAME       24         /* of a file, at most; see hls_name_ok() */
#define HLS_KEPT       128        /* files; the one that was asked for longest ago goes */
#define HLS_KEPT_BYTES (96 << 20) /* the same */
#define HLS_PIECE_MAX  (16 << 20) /* larger ones are refused */
#define HLS_LIST_MAX   (1 << 20)  /* the same of lists */
#define HLS_LIST_US    INT64_C(500000)   /* so old a list may be that is told again */
#define HLS_IDLE_US    INT64_C(60000000) /* what nobody asked for since goes */
#define HLS_WAITS      4096              /* requests at a time; policy when full: 503 */
#define HLS_WAIT_US    INT64_C(15000000) /* for a file; then 503 */

/* [a-z0-9]+ and one of .m3u8, .mp4, .m4s: it leads nowhere else. */
bool hls_name_ok(const char *name);
bool hls_name_list(const char *name);

/* server->hls_files; server->loop is there. */
int hls_files_create(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* After the HTTP server is gone: who waits is told nothing. None is accepted. */
void hls_files_destroy(struct server *server) RUNS_ON(on_ctl);

/* Replies now or later, once: with the file `name` (a good one) of recording `id`, as it
 * runs or as it is finished. `open`: for caches between us and all who watch. */
void hls_files_get(struct hls_files *files, struct http_request *req, const char *id,
		   const char *name, bool open) RUNS_ON(on_ctl);
/* Has its thread run something else that a disk may hold up. -ENOBUFS: `arg` is still the
 * caller's. */
int hls_files_run(struct hls_files *files, void (*fn)(void *arg), void *arg)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* It was deleted: nothing of it is in memory any more. None is accepted. */
void hls_files_forget(struct hls_files *files, const char *id) RUNS_ON(on_ctl);
/* Each second. */
void hls_files_tick(struct hls_files *files, int64_t now_us) RUNS_ON(on_ctl);

#endif
