/* notice_library.h - what is told of recordings that are kept: rows of a list, what
 * changed, links for others. Control thread.
 */
#ifndef MCU_NOTICE_LIBRARY_H
#define MCU_NOTICE_LIBRARY_H

#include "base/thread.h"
#include "db/db.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct server;

/* When it goes, where it comes from, how many links there are: beside what
 * notice_recording() says. */
void notice_library_row(cJSON *d, const struct server *server,
			const struct db_recording *row) RUNS_ON(on_ctl);

/* "recording.changed" with `d`, to which the id comes, to those of the class who may see
 * recordings. Takes `d`. */
void notice_library_changed(struct server *server, const struct db_recording *row,
			    cJSON *d) RUNS_ON(on_ctl);
/* The same as a hint: so far a cut is, 0 to 1. */
void notice_library_progress(struct server *server, const struct db_recording *row,
			     double done) RUNS_ON(on_ctl);
/* "recording.gone", to the same. */
void notice_library_gone(struct server *server, const char *room, const char *recording)
	RUNS_ON(on_ctl);

#endif
