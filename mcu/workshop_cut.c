#include "mcu/workshop_cut.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/console.h"
#include "mcu/editions.h"
#include "mcu/errand.h"
#include "mcu/keeper.h"
#include "mcu/notice.h"
#include "mcu/notice_library.h"
#include "mcu/room.h"
#include "mcu/seals.h"
#include "mcu/workshop_args.h"
#include "mcu/workshop_join.h"
#include "mcu/workshop_marks.h"
#include "mcu/workshop_parts.h"
#include "mcu/workshop_row.h"
#include "mcu/workshop_text_cut.h"
#include "slides/shelf.h"

#define CUT_ENDINGS 16
#define ENDING_US   (60 * SEC_US) /* then it could not be deleted */

struct cutter {
	struct server *server;
	char program[SHELF_PATH];
	bool look;                   /* one may wait */
	bool asking;                 /* the database is asked: one question at a time */
	uint32_t waiting;            /* as far as it is known */
	struct workshop_hold *holds; /* until the work has ended */
	/* what is made; its id is empty: nothing */
	struct db_recording row;
	/* what of: of a cut one piece, whose beginning is as the first form says */
	struct workshop_piece pieces[LIMIT_JOINS];
	uint32_t n_pieces;
	bool there[FORMS]; /* all of them have it */
	unsigned at;       /* the form that is made; FORMS: captions are */
	struct db_recording_file files[FORMS];
	bool placed; /* the first form said where the pieces are */
	struct errand *errand;
	bool given_up;
	struct cut_line last;
	int64_t told_us;
	char tried[DB_ID + 1]; /* the last one */
	unsigned tries;        /* of it */
	int64_t not_before_us;
	/* Those that are being deleted are not begun: their rows go last. */
	char endings[CUT_ENDINGS][DB_ID + 1];
	uint32_t n_endings; /* ever */
	int64_t endings_us; /* they are over then */
};

/* ---- what came of it ------------------------------------------------------------ */

static void idle(struct cutter *c)
{
	c->row.id[0] = '\0';
	c->given_up = false;
	c->look = true;
}

static void put_rows(struct cutter *c) RUNS_ON(on_ctl)
{
	struct db_recording *row = &c->row;
	const char *why = NULL;

	for (unsigned i = 0; i < FORMS; i++) {
		struct db_recording_file *file = &c->files[i];

		if (!*file->id)
			continue;
		if (db_recording_file_put(c->server->db, file))
			log_error("recording_row_lost", "recording=%s", file->id);
		if (file->bytes && !row->bytes) {
			row->bytes = file->bytes;
			row->duration_ms = file->duration_ms;
		}
		why = *file->err ? file->err : why;
	}
	snprintf(row->state, sizeof(row->state), "%s", row->bytes ? "ready" : "failed");
	/* it does not come back when it was deleted meanwhile */
	if (db_recording_cut_end(c->server->db, row))
		log_error("recording_row_lost", "recording=%s", row->id);
	log_info("recording_cut", "recording=%s of=%s state=%s bytes=%lld code=%s",
		 row->id, row->origin, row->state, (long long)row->bytes,
		 why ? why : "ok");
}

static void over(struct cutter *c) RUNS_ON(on_ctl)
{
	const struct room *room;

	put_rows(c);
	room = room_by_id(c->server, c->row.room);
	if (room)
		notice_recording_ready(room, &c->row, c->files, FORMS);
	c->waiting -= c->waiting > 0;
	c->tries = 0;
	idle(c);
	workshop_look(c->server->workshop);
}

/* The file that would be there, and why it is not. */
static void say_why(struct cutter *c, unsigned form, const char *code)
{
	struct db_recording_file *file = &c->files[form];

	memset(file, 0, sizeof(*file));
	snprintf(file->id, sizeof(file->id), "%s.%s", c->row.id,
		 edition_name(form_edition(form)));
	snprintf(file->recording, sizeof(file->recording), "%s", c->row.id);
	snprintf(file->edition, sizeof(file->edition), "%s",
		 edition_name(form_edition(form)));
	snprintf(file->ext, sizeof(file->ext), "%s", form_extension(form));
	snprintf(file->err, sizeof(file->err), "%.*s", (int)sizeof(file->err) - 1, code);
}

static void failed(struct cutter *c, const char *code) RUNS_ON(on_ctl)
{
	say_why(c, 0, code);
	over(c);
}

/* It may go better another time. */
static void accident(struct cutter *c, const char *code) RUNS_ON(on_ctl)
{
	if (++c->tries >= WORKSHOP_TRIES) {
		failed(c, code);
		return;
	}
	log_warn("recording_cut_again", "recording=%s code=%s try=%u", c->row.id, code,
		 c->tries);
	c->not_before_us = clock_us() + WORKSHOP_RETRY_US * c->tries;
	idle(c);
}

/* The cutter that asked, when its question still is one. */
static struct cutter *answered(struct server *server) RUNS_ON(on_ctl)
{
	struct cutter *c = server->cutter;

	if (!c)
		return NULL;
	c->asking = false;
	return server->draining || !*c->row.id ? NULL : c;
}

static void got_marks(void *ctx)
{
	struct cutter *c;

	thread_claim(&on_ctl);
	c = answered(ctx);
	if (c)
		over(c);
}

static bool is_wanted(void *ctx, const char *recording)
{
	struct cutter *c = ((const struct server *)ctx)->cutter;

	return c && strcmp(c->row.id, recording) == 0;
}

/* What was marked in the pieces comes with them, in its new time. */
static void copy_marks(struct cutter *c) RUNS_ON(on_ctl)
{
	struct workshop_marks marks = {
		.server = c->server,
		.n_pieces = c->n_pieces,
		.wanted = is_wanted,
		.done = got_marks,
		.ctx = c->server,
	};

	memcpy(marks.room, c->row.room, sizeof(marks.room));
	memcpy(marks.recording, c->row.id, sizeof(marks.recording));
	memcpy(marks.pieces, c->pieces, sizeof(marks.pieces));
	c->asking = workshop_marks_copy(&marks) == 0;
	if (!c->asking)
		over(c);
}

static void cut_next(struct cutter *c) RUNS_ON(on_ctl);

/* The other forms begin where the first one does; captions and marks go by it. */
static void place(struct cutter *c) RUNS_ON(on_ctl)
{
	const struct cut_line *last = &c->last;
	struct workshop_piece *pieces = c->pieces;

	c->placed = true;
	if (!*c->row.joined) {
		pieces[0].from_ms = last->from_ms;
		pieces[0].to_ms = c->row.cut_to_ms;
		return;
	}
	for (uint32_t i = 0; i < c->n_pieces; i++) {
		pieces[i].at_ms = last->parts_ms[i];
		pieces[i].to_ms = (i + 1 < c->n_pieces ? last->parts_ms[i + 1]
						       : last->duration_ms) -
				  last->parts_ms[i];
	}
}

static void take_file(struct cutter *c) RUNS_ON(on_ctl)
{
	say_why(c, c->at, "");
	c->files[c->at].bytes = c->last.bytes;
	c->files[c->at].duration_ms = c->last.duration_ms;
	if (!c->placed)
		place(c);
}

/* Of the machine, not of the recording. */
static bool may_pass(int exit_status)
{
	return exit_status <= 0 || exit_status == EX_TEMPFAIL ||
	       exit_status == EX_OSERR || exit_status == EX_IOERR;
}

static void one_ended(struct cutter *c, int status) RUNS_ON(on_ctl)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	uint32_t parts = *c->row.joined ? c->n_pieces : 0;

	if (c->given_up) {
		idle(c);
		return;
	}
	if (c->at == FORMS) {
		if (code != EX_OK) /* it is good without them */
			log_warn("captions_not_cut", "recording=%s code=%s", c->row.id,
				 *c->last.code ? c->last.code : "died");
		copy_marks(c);
		return;
	}
	if (code == EX_OK && c->last.said == SAID_READY && c->last.n_parts == parts) {
		take_file(c);
	} else if (c->last.said != SAID_FAILED || may_pass(code)) {
		accident(c, c->last.said == SAID_FAILED ? c->last.code : "died");
		return;
	} else {
		say_why(c, c->at, c->last.code);
	}
	c->at++;
	cut_next(c);
}

static void on_ended(void *ctx, int status)
{
	struct cutter *c = ctx;

	thread_claim(&on_ctl);
	c->errand = NULL;
	one_ended(c, status);
	while (c->holds) {
		struct workshop_hold *hold = c->holds;

		c->holds = hold->next;
		hold->ready(hold);
	}
	cutter_tick(c);
}

/* All forms count as much: the small ones are soon done. */
static void on_line(void *ctx, const char *line)
{
	struct cutter *c = ctx;
	double n = 0, before = 0;

	thread_claim(&on_ctl);
	cut_read(&c->last, line);
	if (c->last.said != SAID_STEP || clock_us() - c->told_us < SEC_US)
		return;
	c->told_us = clock_us();
	for (unsigned i = 0; i < FORMS; i++) {
		n += c->there[i];
		before += c->there[i] && i < c->at;
	}
	if (!(n > 0))
		return;
	notice_library_progress(c->server, &c->row, (before + c->last.done) / n);
}

/* ---- the start -------------------------------------------------------------------- */

static int begin(struct cutter *c,
		 void (*say)(struct workshop_args *args, const struct workshop_job *job))
	RUNS_ON(on_ctl)
{
	const struct errand_events events = {c, on_line, on_ended};
	const struct workshop_job job = {
		.program = c->program,
		.conf = c->server->conf,
		.keys = seals_path(c->server->seal_keys),
		.id = c->row.id,
		.pieces = c->pieces,
		.n_pieces = c->n_pieces,
		.form = c->at,
	};
	struct workshop_args args = {0};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	say(&args, &job);
	memset(&c->last, 0, sizeof(c->last));
	err = seals_errand(&c->errand, c->server, fd, args.argv, &events);
	close(fd);
	return err;
}

static void cut_next(struct cutter *c)
{
	while (c->at < FORMS && !c->there[c->at])
		c->at++;
	if (c->at < FORMS) {
		if (begin(c, *c->row.joined ? workshop_args_join : workshop_args_trim))
			accident(c, "not_started");
		return;
	}
	if (!c->placed) /* none could be made: what is known says why */
		over(c);
	else if (begin(c, workshop_args_captions))
		copy_marks(c);
}

/* Takes none of the room that recordings need to go on. */
static bool has_room(const struct cutter *c, int64_t bytes) RUNS_ON(on_ctl)
{
	const struct server *server = c->server;
	const struct disk_state *disk =
		&server->console->health.disks.list[DISK_RECORDINGS];

	return !disk->known ||
	       disk->free_bytes >=
		       ((int64_t)server->conf->recording_reserve_mb << 20) + bytes;
}

static void take_part(struct cutter *c, const struct workshop_part *part, uint32_t n)
	RUNS_ON(on_ctl)
{
	struct workshop_piece *piece = &c->pieces[n];

	memset(piece, 0, sizeof(*piece));
	memcpy(piece->id, part->id, sizeof(piece->id));
	if (*c->row.joined) {
		memcpy(piece->title, part->title, sizeof(piece->title));
		piece->to_ms = part->duration_ms;
	} else {
		piece->from_ms = c->row.cut_from_ms;
		piece->to_ms = c->row.cut_to_ms;
	}
	for (unsigned i = 0; i < FORMS; i++)
		c->there[i] = (n == 0 || c->there[i]) && part->bytes[i] > 0;
}

static void got_parts(void *ctx, int err, const struct workshop_part *list, uint32_t n)
{
	struct cutter *c;
	int64_t bytes = 0;

	thread_claim(&on_ctl);
	c = answered(ctx);
	if (!c)
		return;
	if (err && err != -ENOENT) {
		idle(c);
		return;
	}
	c->n_pieces = n;
	for (uint32_t k = 0; k < n; k++)
		take_part(c, &list[k], k);
	for (unsigned i = 0; i < FORMS; i++)
		for (uint32_t k = 0; k < n && c->there[i]; k++)
			bytes += list[k].bytes[i];
	if (!bytes)
		failed(c, "no_file");
	else if (!has_room(c, bytes))
		failed(c, "disk_full");
	else
		cut_next(c);
}

static void find_parts(struct cutter *c) RUNS_ON(on_ctl)
{
	char ids[LIMIT_JOINS][DB_ID + 1];
	uint32_t n = workshop_row_ids(&c->row, ids);

	c->at = 0;
	c->placed = false;
	memset(c->there, 0, sizeof(c->there));
	memset(c->files, 0, sizeof(c->files));
	c->asking = workshop_parts_find(c->server, ids, n, got_parts, c->server) == 0;
	if (!c->asking)
		idle(c);
}

static bool ends(const struct cutter *c, const char *id)
{
	for (size_t i = 0; i < CUT_ENDINGS && clock_us() < c->endings_us; i++)
		if (strcmp(c->endings[i], id) == 0)
			return true;
	return false;
}

static void got_row(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct server *server = ctx;
	struct cutter *c = server->cutter;

	thread_claim(&on_ctl);
	if (!c)
		return;
	c->asking = false;
	if (err || server->draining)
		return;
	c->look = n > 0;
	if (n == 0) {
		c->waiting = 0;
		return;
	}
	if (ends(c, rows[0].id)) {
		c->not_before_us = clock_us() + SEC_US;
		return;
	}
	if (strcmp(c->tried, rows[0].id) != 0)
		c->tries = 0;
	memcpy(c->tried, rows[0].id, sizeof(c->tried));
	c->row = rows[0];
	find_parts(c);
}

void cutter_tick(struct cutter *c)
{
	if (!c || !c->look || c->asking || *c->row.id || c->server->draining ||
	    clock_us() < c->not_before_us)
		return;
	c->asking = db_recording_uncut(c->server->db, got_row, c->server) == 0;
}

/* ---- from outside -------------------------------------------------------------------
 */

int workshop_may(struct server *server, const char *room_id)
{
	const struct room *room = room_by_id(server, room_id);

	if (!server->cutter)
		return -ENOSYS;
	if (server->cutter->waiting >= LIMIT_CUTS)
		return -EBUSY;
	return room && keeper_left(room) <= 0 ? -EDQUOT : 0;
}

int workshop_queue(struct server *server, const struct db_recording *row)
{
	struct cutter *c = server->cutter;
	int err = workshop_may(server, row->room);

	if (!err)
		err = db_recording_put(server->db, row);
	if (err)
		return err;
	log_info("recording_cut_asked", "recording=%s of=%s", row->id,
		 *row->joined ? row->joined : row->origin);
	c->waiting++;
	c->look = true;
	cutter_tick(c);
	return 0;
}

const char *workshop_program_path(const struct server *server)
{
	return server->cutter->program;
}

int workshop_cut(struct server *server, const struct workshop_part *part,
		 const struct workshop_cut *cut, char id[DB_ID + 1])
{
	struct workshop_cut fit = *cut;
	struct db_recording made;
	int err;

	if (!part->fit)
		return -ENOENT;
	if (!server->cutter || !workshop_part_has_form(part))
		return -ENOSYS;
	if (part->duration_ms && fit.to_ms > part->duration_ms)
		fit.to_ms = part->duration_ms;
	if (fit.from_ms < 0 || fit.to_ms < fit.from_ms + CUT_LEAST_MS)
		return -ERANGE;
	err = workshop_may(server, part->room);
	if (err)
		return err;
	if (workshop_part_away(server, part->id))
		return -EREMOTE;
	workshop_row(&made, part->room, part->id, part->started_ms + fit.from_ms);
	snprintf(made.title, sizeof(made.title), "%s",
		 *fit.title ? fit.title : part->title);
	made.cut_from_ms = fit.from_ms;
	made.cut_to_ms = fit.to_ms;
	err = workshop_queue(server, &made);
	if (!err)
		memcpy(id, made.id, DB_ID + 1);
	return err;
}

static void give_up(struct cutter *c) RUNS_ON(on_ctl)
{
	if (!c->errand) {
		idle(c); /* the answer of the database finds nothing to begin */
		return;
	}
	if (!c->given_up)
		errand_kill(c->errand);
	c->given_up = true;
}

void workshop_cut_end(struct server *server, struct workshop_hold *hold, const char *id)
{
	struct cutter *c = server->cutter;

	if (c) {
		snprintf(c->endings[c->n_endings++ % CUT_ENDINGS], DB_ID + 1, "%s", id);
		c->endings_us = clock_us() + ENDING_US;
	}
	if (c && strcmp(c->row.id, id) == 0)
		give_up(c);
	if (!c || !c->errand || strcmp(c->row.id, id) != 0) {
		hold->ready(hold);
		return;
	}
	hold->next = c->holds;
	c->holds = hold;
}

void workshop_cut_inherit(struct server *server, const char *room, const char *heir)
{
	struct cutter *c = server->cutter;

	if (c && strcmp(c->row.room, room) == 0)
		snprintf(c->row.room, sizeof(c->row.room), "%s", heir);
}

/* ---- life -----------------------------------------------------------------------------
 */

int cutter_create(struct cutter **out, struct server *server)
{
	struct cutter *c = calloc(1, sizeof(*c));

	*out = NULL;
	if (!c)
		return -ENOMEM;
	c->server = server;
	c->look = true;
	workshop_program(server->conf, c->program);
	if (access(c->program, X_OK)) {
		free(c); /* the workshop has said so */
		return 0;
	}
	*out = c;
	return 0;
}

void cutter_stop(struct cutter *c)
{
	if (c && *c->row.id)
		give_up(c);
}

void cutter_destroy(struct cutter *c)
{
	if (!c)
		return;
	workshop_join_forget(c->server);
	errand_destroy(c->errand);
	while (c->holds) {
		struct workshop_hold *hold = c->holds;

		c->holds = hold->next;
		hold->ready(hold);
	}
	free(c);
}
