/* page_files.h - the small files of pages, for those who fetch them by HTTP: read by the
 * shelf's thread, and kept in memory for a while, since a class looks at the same page at
 * the same time. No disk holds up who asks here. Control thread.
 */
#ifndef MCU_PAGE_FILES_H
#define MCU_PAGE_FILES_H

#include "base/attr.h"
#include "base/thread.h"
#include "slides/shelf.h"

#include <stdint.h>

struct http_request;
struct page_files;
struct server;

#define PAGE_FILES_KEPT    32   /* the one that was asked for longest ago goes */
#define PAGE_FILES_WAITS   2048 /* requests at a time; policy when full: 503 */
#define PAGE_FILES_WAIT_US INT64_C(30000000) /* for a file; then 503 */

/* server->page_files; server->shelf is there. */
int page_files_create(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* After the HTTP server is gone: who waits is told nothing. None is accepted. */
void page_files_destroy(struct server *server) RUNS_ON(on_ctl);

/* Replies now or later, once: with the file at `path`. It never becomes another one. When
 * it is not there it is made first, by `draw`, whose `done` and `ctx` are set here. */
void page_files_get(struct page_files *files, struct http_request *req, const char *path,
		    const struct shelf_ask *draw) RUNS_ON(on_ctl);
/* Each second. */
void page_files_tick(struct page_files *files, int64_t now_us) RUNS_ON(on_ctl);

#endif
