#include "mcu/workshop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "mcu/chapter_list.h"
#include "mcu/console.h"
#include "mcu/deck.h"
#include "mcu/editions.h"
#include "mcu/errand.h"
#include "mcu/notice_made.h"
#include "mcu/overload.h"
#include "mcu/seals.h"
#include "mcu/server.h"
#include "mcu/workshop_seal.h"
#include "mcu/workshop_work.h"

#define PROGRAM "aula-derive"

/* ---- what came of it ----------------------------------------------------------------
 */

void workshop_idle(struct workshop *w)
{
	w->row.id[0] = '\0';
	w->given_up = false;
	w->sealing = w->seal_anew = false;
	w->done = 0;
	w->look = true;
	w->seal_look = w->server->seal_keys;
	count_set(COUNT_MAKING, 0);
}

static void tell(struct workshop *w, const char *state, const char *code) RUNS_ON(on_ctl)
{
	w->told_us = clock_us();
	notice_made_event(w->server, &w->row, state, w->done, code);
}

/* Without a place in the queue of writes it is done once more, which costs little: all
 * files are there. */
static void over(struct workshop *w, bool ready, const char *code, const char *json)
	RUNS_ON(on_ctl)
{
	const char *made = ready ? "ready" : "failed";

	count_add(ready ? COUNT_MADE : COUNT_MADE_FAILED, 1);
	if (ready)
		log_info("recording_made", "recording=%s", w->row.id);
	else
		log_warn("recording_not_made", "recording=%s code=%s", w->row.id, code);
	if (db_recording_made(w->server->db, w->row.id, made, json))
		log_error("recording_row_lost", "recording=%s", w->row.id);
	else
		tell(w, made, code);
	w->tried[0] = '\0';
	snprintf(w->over, sizeof(w->over), "%s", w->row.id);
	workshop_idle(w);
}

static void failed(struct workshop *w, const char *code) RUNS_ON(on_ctl)
{
	char json[DB_MADE + 1];

	workshop_failure(code, json);
	over(w, false, code, json);
}

/* There is nothing to be made of it, which is nothing wrong. */
static void nothing(struct workshop *w) RUNS_ON(on_ctl)
{
	if (db_recording_made(w->server->db, w->row.id, "none", ""))
		log_error("recording_row_lost", "recording=%s", w->row.id);
	w->tried[0] = '\0';
	snprintf(w->over, sizeof(w->over), "%s", w->row.id);
	workshop_idle(w);
}

bool workshop_try_again(struct workshop *w)
{
	if (strcmp(w->tried, w->row.id) != 0)
		w->tries = 0;
	snprintf(w->tried, sizeof(w->tried), "%s", w->row.id);
	if (++w->tries >= WORKSHOP_TRIES)
		return false;
	w->not_before_us = clock_us() + WORKSHOP_RETRY_US * w->tries;
	return true;
}

/* It may go better another time. */
static void accident(struct workshop *w, const char *code) RUNS_ON(on_ctl)
{
	if (!workshop_try_again(w)) {
		failed(w, code);
		return;
	}
	log_warn("recording_made_again", "recording=%s code=%s try=%u", w->row.id, code,
		 w->tries);
	count_add(COUNT_MADE_AGAIN, 1);
	tell(w, "waiting", NULL);
	workshop_idle(w);
}

bool workshop_may_pass(int exit_status)
{
	return exit_status == EX_TEMPFAIL || exit_status == EX_OSERR ||
	       exit_status == EX_CANTCREAT || exit_status == EX_IOERR;
}

static void on_ended(void *ctx, int status)
{
	struct workshop *w = ctx;
	const struct workshop_line *last = &w->last;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	thread_claim(&on_ctl);
	w->errand = NULL;
	if (w->given_up)
		workshop_idle(w);
	else if (w->sealing)
		workshop_sealed(w, code);
	else if (code == EX_OK && last->said == SAID_READY)
		over(w, true, NULL, last->json);
	else if (code > 0 && last->said == SAID_FAILED && !workshop_may_pass(code))
		failed(w, last->code);
	else
		accident(w, last->said == SAID_FAILED ? last->code : "died");
	while (w->waiting) {
		struct workshop_hold *hold = w->waiting;

		w->waiting = hold->next;
		hold->ready(hold);
	}
	workshop_look(w);
}

static void on_line(void *ctx, const char *line)
{
	struct workshop *w = ctx;

	thread_claim(&on_ctl);
	workshop_read(&w->last, line);
	if (w->last.said != SAID_STEP || w->last.done <= w->done)
		return;
	w->done = w->last.done;
	if (clock_us() - w->told_us >= SEC_US)
		tell(w, "working", NULL);
}

/* ---- the start ----------------------------------------------------------------------
 */

/* A file in memory with the text; it may be empty. */
static int memory(const char *text)
{
	int fd = memfd_create("chapters", MFD_CLOEXEC);
	size_t len = text ? strlen(text) : 0;

	if (fd < 0)
		return -errno;
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n <= 0) {
			close(fd);
			return -ENOMEM;
		}
		text += n;
		len -= (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

int workshop_start(struct workshop *w, int in, char *const argv[])
{
	const struct errand_events events = {w, on_line, on_ended};

	memset(&w->last, 0, sizeof(w->last));
	w->done = 0;
	return seals_errand(&w->errand, w->server, in, argv, &events);
}

/* What is made anew may be of what is sealed. */
static int begin(struct workshop *w, const char *chapters) RUNS_ON(on_ctl)
{
	char folder[CONF_PATH + 64], k[] = "-k", keys[] = ERRAND_OTHER, make[] = "make",
				     dash[] = "-";
	char *const argv[] = {
		w->program, k, keys, make, w->path, folder, chapters ? dash : NULL, NULL};
	char *const plain[] = {w->program, make, w->path, folder, chapters ? dash : NULL,
			       NULL};
	int fd = memory(chapters), err;

	if (fd < 0)
		return fd;
	snprintf(folder, sizeof(folder), "%s/%s.made", w->server->conf->recordings_dir,
		 w->row.id);
	err = workshop_start(w, fd, w->server->seal_keys ? argv : plain);
	close(fd);
	return err;
}

struct workshop *workshop_answered(struct server *server)
{
	struct workshop *w = server->workshop;

	if (!w)
		return NULL;
	w->asking = false;
	return server->draining ? NULL : w;
}

static void got_happenings(void *ctx, int err, const struct db_happening *rows,
			   uint32_t n)
{
	struct workshop *w;
	char *chapters;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w || !*w->row.id)
		return;
	if (err) {
		workshop_idle(w); /* the database is asked again, each second */
		return;
	}
	chapters = chapter_list(w->marks, w->n_marks, rows, n);
	err = begin(w, chapters);
	free(chapters);
	if (err) {
		log_error("derive_not_started", "program=%s err=%d", w->program, err);
		accident(w, "not_started");
		return;
	}
	count_set(COUNT_MAKING, 1);
	log_info("recording_being_made", "recording=%s", w->row.id);
	tell(w, "working", NULL);
}

static void got_marks(void *ctx, int err, const struct db_mark *rows, uint32_t n)
{
	struct workshop *w;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w || !*w->row.id)
		return;
	w->n_marks = n;
	if (!err && n)
		memcpy(w->marks, rows, n * sizeof(*rows));
	if (!err)
		err = db_happenings(w->server->db, w->row.room, w->row.id, got_happenings,
				    w->server);
	if (err)
		workshop_idle(w);
	else
		w->asking = true;
}

/* It has files, but nothing can be made of any: what each member sent, as it was sent. */
static bool only_tracks(const struct workshop *w, const struct db_recording_file *rows,
			uint32_t n) RUNS_ON(on_ctl)
{
	uint32_t n_tracks = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (rows[i].bytes == 0 || strcmp(rows[i].recording, w->row.id) != 0)
			continue;
		if (edition_by_name(rows[i].edition) != EDITION_TRACKS)
			return false;
		n_tracks++;
	}
	return n_tracks > 0;
}

/* The best of its editions. Of before there were any its only file is the full one. */
static bool choose(struct workshop *w, const struct db_recording_file *rows, uint32_t n)
	RUNS_ON(on_ctl)
{
	enum edition best = EDITIONS;
	const char *ext = "mp4";
	uint32_t known = 0;

	for (uint32_t i = 0; i < n; i++) {
		enum edition e = edition_by_name(rows[i].edition);

		if (strcmp(rows[i].recording, w->row.id) != 0)
			continue;
		known++;
		/* of what each member sent nothing is made */
		if (rows[i].bytes > 0 && e < best && e != EDITION_TRACKS) {
			best = e;
			ext = rows[i].ext;
		}
	}
	if (!known)
		best = EDITION_FULL;
	if (best == EDITIONS)
		return false;
	snprintf(w->path, sizeof(w->path), "%s/%s%s%s.%.7s",
		 w->server->conf->recordings_dir, w->row.id,
		 best == EDITION_FULL ? "" : ".",
		 best == EDITION_FULL ? "" : edition_name(best), ext);
	return true;
}

static void got_files(void *ctx, int err, const struct db_recording_file *rows,
		      uint32_t n)
{
	struct workshop *w;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w || !*w->row.id)
		return;
	if (!err && only_tracks(w, rows, n)) {
		nothing(w);
		return;
	}
	if (!err && !choose(w, rows, n)) {
		failed(w, "no_file");
		return;
	}
	if (!err)
		err = db_marks(w->server->db, w->row.room, w->row.id, got_marks,
			       w->server);
	if (err)
		workshop_idle(w);
	else
		w->asking = true;
}

void workshop_pass_over(struct workshop *w, const struct db_recording *row)
{
	struct workshop_passed *passed = &w->passed[w->sealing];

	if (!*passed->place.id) { /* one line says it of all */
		passed->until_us = clock_us() + WORKSHOP_LATER_US;
		if (!w->sealing)
			log_warn("recording_not_made_yet", "recording=%s why=disk_full",
				 row->id);
		else if (strcmp(passed->told, row->id) != 0)
			log_warn("recording_not_sealed_yet",
				 "recording=%s why=disk_full hint=\"it stays plain\"",
				 row->id);
		memcpy(passed->told, row->id, sizeof(passed->told));
	}
	passed->place.started_ms = row->started_ms;
	memcpy(passed->place.id, row->id, sizeof(passed->place.id));
	if (w->sealing)
		count_set(COUNT_SEAL_WAITS, 1);
}

bool workshop_has_room(struct workshop *w, const struct db_recording *row, int64_t bytes)
{
	const struct server *server = w->server;
	const struct disks *disks = &server->console->health.disks;
	const struct disk_state *disk = &disks->list[DISK_RECORDINGS];
	int64_t need = ((int64_t)server->conf->recording_reserve_mb << 20) + bytes;

	if (!disk->known || disk->free_bytes >= need)
		return disk->known;
	workshop_pass_over(w, row);
	return false;
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct workshop *w;

	thread_claim(&on_ctl);
	w = workshop_answered(ctx);
	if (!w)
		return;
	/* with none it stays as it was told meanwhile: this answer may be older */
	w->look = w->look || err || n > 0 || atomic_load(&w->holds);
	if (err || n == 0 || atomic_load(&w->holds))
		return;
	if (strcmp(w->over, rows[0].id) == 0) {
		/* the database did not take what came of it; it may have no room left */
		log_warn("recording_unmarked", "recording=%s", rows[0].id);
		w->over[0] = '\0';
		w->not_before_us = clock_us() + WORKSHOP_LATER_US;
		return;
	}
	if (!workshop_has_room(w, &rows[0], 2 * rows[0].bytes)) {
		workshop_tick(w, 0);
		return;
	}
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

static bool may_begin(const struct workshop *w) RUNS_ON(on_ctl)
{
	const struct server *server = w->server;
	const struct disks *disks = &server->console->health.disks;

	return (w->look || w->seal_look) && !w->asking && !*w->row.id &&
	       !server->draining && !atomic_load(&w->holds) &&
	       disks->list[DISK_RECORDINGS].known && clock_us() >= w->not_before_us &&
	       overload_shed(server->overload) == SHED_NOTHING;
}

/* What was passed over may have room by now. */
static void look_again(struct workshop *w) RUNS_ON(on_ctl)
{
	for (int i = 0; i < 2; i++) {
		struct workshop_passed *passed = &w->passed[i];

		if (!*passed->place.id || clock_us() < passed->until_us)
			continue;
		passed->place.id[0] = '\0';
		if (i) {
			w->seal_look = w->server->seal_keys;
			count_set(COUNT_SEAL_WAITS, 0); /* until it is, again */
		} else {
			w->look = true;
		}
	}
}

void workshop_tick(struct workshop *w, int64_t now_us)
{
	(void)now_us;
	if (!w)
		return;
	look_again(w);
	if (!may_begin(w))
		return;
	/* what is made is sealed before more is made */
	if (w->seal_look) {
		w->asking = workshop_seal_ask(w);
		w->seal_look = !w->asking;
		return;
	}
	w->asking = db_recording_unmade(w->server->db, &w->passed[false].place, got_row,
					w->server) == 0;
	w->look = !w->asking;
}

void workshop_look(struct workshop *w)
{
	if (!w)
		return;
	w->look = true;
	w->seal_look = w->server->seal_keys;
	workshop_tick(w, 0);
}

static void give_up(struct workshop *w) RUNS_ON(on_ctl)
{
	if (!w->errand) {
		workshop_idle(w); /* the answer of the database finds nothing to begin */
		return;
	}
	if (!w->given_up)
		errand_kill(w->errand);
	w->given_up = true;
}

void workshop_stop(struct workshop *w)
{
	if (w && *w->row.id)
		give_up(w);
}

void workshop_hold(struct workshop *w, struct workshop_hold *hold, const char *id)
{
	if (w)
		atomic_fetch_add(&w->holds, 1);
	if (w && strcmp(w->row.id, id) == 0)
		give_up(w);
	if (!w || !w->errand || strcmp(w->row.id, id) != 0) {
		hold->ready(hold);
		return;
	}
	hold->next = w->waiting;
	w->waiting = hold;
}

void workshop_release(struct workshop *w)
{
	if (w)
		atomic_fetch_sub(&w->holds, 1);
}

void workshop_inherit(struct workshop *w, const char *room, const char *heir)
{
	if (w && strcmp(w->row.room, room) == 0)
		snprintf(w->row.room, sizeof(w->row.room), "%s", heir);
}

bool workshop_works(const struct workshop *w, const char *id, double *done)
{
	if (!w || !w->errand || w->given_up || w->sealing || strcmp(w->row.id, id) != 0)
		return false;
	*done = w->done;
	return true;
}

/* ---- life ---------------------------------------------------------------------------
 */

/* It is where the program is that reads decks. */
void workshop_program(const struct conf *conf, char *out)
{
	char *slash;
	size_t room;

	deck_reader(conf, out);
	slash = strrchr(out, '/');
	slash = slash ? slash + 1 : out;
	room = SHELF_PATH - (size_t)(slash - out);
	snprintf(slash, room, "%s", PROGRAM);
}

int workshop_create(struct workshop **out, struct server *server)
{
	struct workshop *w;

	*out = NULL;
	if (!server->conf->derive)
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->server = server;
	w->look = true;
	workshop_seal_init(w);
	workshop_program(server->conf, w->program);
	if (access(w->program, X_OK)) {
		log_warn("no_derive", "path=%s hint=\"nothing is made of recordings\"",
			 w->program);
		free(w);
		return 0;
	}
	*out = w;
	return 0;
}

void workshop_destroy(struct workshop *w)
{
	if (!w)
		return;
	errand_destroy(w->errand);
	count_set(COUNT_MAKING, 0);
	while (w->waiting) {
		struct workshop_hold *hold = w->waiting;

		w->waiting = hold->next;
		hold->ready(hold);
	}
	free(w);
}
