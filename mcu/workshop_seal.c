#include "mcu/workshop_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/editions.h"
#include "mcu/errand.h"
#include "mcu/server.h"
#include "mcu/workshop_work.h"

#define PATH     (CONF_PATH + 96)
#define AGAIN_US INT64_C(10000000) /* before the same one is sealed once more */

/* ---- what came of it ----------------------------------------------------------------
 */

static void over(struct workshop *w, const char *code) RUNS_ON(on_ctl)
{
	count_add(code ? COUNT_SEAL_FAILED : COUNT_SEALED, 1);
	if (code)
		log_error("recording_not_sealed", "recording=%s code=%s", w->row.id,
			  code);
	else
		log_info("recording_sealed", "recording=%s", w->row.id);
	if (!w->seal_anew && db_recording_sealed(w->server->db, w->row.id, !code))
		log_error("recording_row_lost", "recording=%s", w->row.id);
	w->tried[0] = '\0';
	snprintf(w->sealed, sizeof(w->sealed), "%s", w->row.id);
	workshop_idle(w);
}

/* A captions' file that was put there anew meanwhile is an accident, too. */
static void accident(struct workshop *w, const char *code) RUNS_ON(on_ctl)
{
	if (!workshop_try_again(w)) {
		over(w, code);
		return;
	}
	log_warn("recording_sealed_again", "recording=%s code=%s try=%u", w->row.id, code,
		 w->tries);
	workshop_idle(w);
}

/* What has its room is sealed, the rest as soon as there is enough of it: that is no
 * accident of which there may be so many. */
static void no_room(struct workshop *w) RUNS_ON(on_ctl)
{
	workshop_pass_over(w, &w->row);
	workshop_idle(w);
}

void workshop_sealed(struct workshop *w, int exit_status)
{
	const struct workshop_line *last = &w->last;

	if (exit_status == EX_CANTCREAT && last->said == SAID_FAILED &&
	    strcmp(last->code, "disk_full") == 0)
		no_room(w);
	else if (exit_status == EX_OK && last->said == SAID_READY)
		over(w, NULL);
	else if (exit_status > 0 && last->said == SAID_FAILED &&
		 !workshop_may_pass(exit_status))
		over(w, last->code);
	else
		accident(w, last->said == SAID_FAILED ? last->code : "died");
}

/* ---- the start ----------------------------------------------------------------------
 */

/* All that begins with its id: also the pieces of it that could not be joined, and
 * editions that this server knows no more. */
static int begin(struct workshop *w) RUNS_ON(on_ctl)
{
	char r[] = "-r", mb[16], seal[] = "seal", keys[] = ERRAND_OTHER, path[PATH];
	char *const argv[] = {w->program, r, mb, seal, keys, path, NULL};
	int fd, err;

	snprintf(mb, sizeof(mb), "%u", w->server->conf->recording_reserve_mb);
	snprintf(path, sizeof(path), "%s/%s.", w->server->conf->recordings_dir,
		 w->row.id);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = workshop_start(w, fd, argv);
	close(fd);
	return err;
}

static bool is_folder(const struct db_recording_file *file)
{
	enum edition edition = edition_by_name(file->edition);

	return edition == EDITION_LIVE || edition == EDITION_TRACKS;
}

/* Bytes of its largest file: each is written once more before the first one goes. What
 * counts of a folder is one file, too, but nobody has noted how large they are, so that
 * folders are left out: all of it together would keep a long class plain for ever. */
static int64_t largest(const struct workshop *w, const struct db_recording_file *rows,
		       uint32_t n) RUNS_ON(on_ctl)
{
	int64_t most = workshop_largest(w->row.made_json), first = w->row.bytes;

	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(rows[i].recording, w->row.id) != 0)
			continue;
		if (!is_folder(&rows[i]))
			most = rows[i].bytes > most ? rows[i].bytes : most;
		else if (rows[i].bytes == first)
			first = 0; /* what the row says is of this one */
	}
	return first > most ? first : most;
}

static void got_files(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	struct workshop *w;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w || !*w->row.id)
		return;
	if (err) {
		workshop_idle(w);
		return;
	}
	if (!workshop_has_room(w, &w->row, largest(w, rows, n))) {
		workshop_idle(w);
		workshop_tick(w, 0);
		return;
	}
	err = begin(w);
	if (err) {
		log_error("derive_not_started", "program=%s err=%d", w->program, err);
		accident(w, "not_started");
	}
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct workshop *w;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w)
		return;
	/* with none it stays as it was told meanwhile: this answer may be older */
	w->seal_look = w->seal_look || err || n > 0 || atomic_load(&w->holds);
	if (err || atomic_load(&w->holds))
		return;
	if (n == 0) {
		workshop_tick(w, 0); /* there may be something to make */
		return;
	}
	if (strcmp(w->sealed, rows[0].id) == 0) {
		/* the database did not take it, or captions came */
		w->sealed[0] = '\0';
		w->not_before_us = clock_us() + AGAIN_US;
		return;
	}
	w->sealing = true;
	w->row = rows[0];
	err = db_recording_files(w->server->db, w->row.room, w->row.started_ms,
				 w->row.started_ms + 1, got_files, w->server);
	if (err)
		workshop_idle(w);
	else
		w->asking = true;
}

/* ---- from outside -------------------------------------------------------------------
 */

void workshop_seal_init(struct workshop *w)
{
	w->seal_look = w->server->seal_keys;
	if (w->seal_look && db_recordings_seal_again(w->server->db))
		log_warn("recordings_unsealed", "hint=\"tried again at the next start\"");
}

void workshop_seal_late(struct workshop *w, struct server *server, const char *id)
{
	if (db_recording_seal_anew(server->db, id))
		log_error("recording_row_lost", "recording=%s", id);
	if (!w)
		return;
	if (strcmp(w->row.id, id) == 0) {
		if (w->sealing)
			w->seal_anew = true;
		else if (!w->errand)
			workshop_idle(w); /* its files were asked for before */
	}
	/* that it comes again is no fault */
	if (strcmp(w->sealed, id) == 0)
		w->sealed[0] = '\0';
	if (strcmp(w->over, id) == 0)
		w->over[0] = '\0';
	workshop_look(w);
}

bool workshop_seal_ask(struct workshop *w)
{
	return db_recording_unsealed(w->server->db, &w->passed[true].place, got_row,
				     w->server) == 0;
}
