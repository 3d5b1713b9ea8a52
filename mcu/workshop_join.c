#include "mcu/workshop_join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "mcu/errand.h"
#include "mcu/seals.h"
#include "mcu/server.h"
#include "mcu/workshop_args.h"
#include "mcu/workshop_cut.h"
#include "mcu/workshop_parts.h"
#include "mcu/workshop_row.h"
#include "mcu/workshop_text.h"

struct joining {
	struct joining *next; /* of the server's */
	struct server *server;
	char room[DB_ID + 1];
	char ids[LIMIT_JOINS][DB_ID + 1];
	struct workshop_part parts[LIMIT_JOINS]; /* by time */
	uint32_t n;
	char title[LIMIT_TITLE * 4 + 1];
	void (*done)(void *ctx, const char *code, const char *id);
	void *ctx;
	struct errand *errand; /* that looks into the files */
	struct workshop_line last;
};

static void over(struct joining *j, const char *code, const char *id) RUNS_ON(on_ctl)
{
	struct joining **at = &j->server->joinings;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	j->done(j->ctx, code, id);
	free(j);
}

const char *workshop_refusal(int err)
{
	switch (err) {
	case -ENOENT:
		return "unknown_recording";
	case -EBUSY:
		return "too_many_cuts";
	case -ENOSYS:
		return "not_supported";
	case -EDQUOT:
		return "quota_full";
	case -EREMOTE:
		return "in_storage";
	case -ERANGE:
		return "bad_range";
	case -EMEDIUMTYPE:
		return "recordings_differ";
	default:
		return "no_resources";
	}
}

/* ---- it waits ----------------------------------------------------------------- */

static void put_row(struct joining *j) RUNS_ON(on_ctl)
{
	const struct workshop_part *first = &j->parts[0];
	struct db_recording row;
	size_t used = 0;
	int err;

	workshop_row(&row, j->room, first->id, first->started_ms);
	snprintf(row.title, sizeof(row.title), "%s", *j->title ? j->title : first->title);
	for (uint32_t i = 0; i < j->n; i++)
		used += (size_t)snprintf(row.joined + used, sizeof(row.joined) - used,
					 "%s%s", i ? " " : "", j->parts[i].id);
	err = workshop_queue(j->server, &row);
	over(j, err ? workshop_refusal(err) : NULL, row.id);
}

/* ---- do they fit -------------------------------------------------------------- */

static void on_line(void *ctx, const char *line)
{
	struct joining *j = ctx;

	thread_claim(&on_ctl);
	workshop_read(&j->last, line);
	if (j->last.said != SAID_FAILED && workshop_ok(line))
		j->last.said = SAID_READY;
}

static void on_ended(void *ctx, int status)
{
	struct joining *j = ctx;
	bool fine = WIFEXITED(status) && WEXITSTATUS(status) == EX_OK;
	const char *code = j->last.code;

	thread_claim(&on_ctl);
	j->errand = NULL;
	if (fine && j->last.said == SAID_READY) {
		put_row(j);
		return;
	}
	log_info("recordings_not_joined", "first=%s code=%s", j->parts[0].id,
		 *code ? code : "died");
	if (strcmp(code, "parts_differ") == 0 || strcmp(code, "not_supported") == 0)
		code = "recordings_differ";
	else if (strcmp(code, "no_file") == 0 || strcmp(code, "damaged") == 0)
		code = "unknown_recording";
	else if (strcmp(code, "too_long") != 0)
		code = "no_resources";
	over(j, code, NULL);
}

/* Of the best form that all have; -EMEDIUMTYPE: there is none. */
static int common_form(const struct joining *j, unsigned *out)
{
	for (unsigned form = 0; form < FORMS; form++) {
		uint32_t n = 0;

		while (n < j->n && j->parts[n].bytes[form] > 0)
			n++;
		if (n < j->n)
			continue;
		*out = form;
		return 0;
	}
	return -EMEDIUMTYPE;
}

static int look(struct joining *j, unsigned form) RUNS_ON(on_ctl)
{
	const struct errand_events events = {j, on_line, on_ended};
	struct workshop_piece pieces[LIMIT_JOINS] = {0};
	const struct workshop_job job = {
		.program = workshop_program_path(j->server),
		.conf = j->server->conf,
		.keys = seals_path(j->server->seal_keys),
		.pieces = pieces,
		.n_pieces = j->n,
		.form = form,
	};
	struct workshop_args args = {0};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	for (uint32_t i = 0; i < j->n; i++)
		memcpy(pieces[i].id, j->parts[i].id, sizeof(pieces[i].id));
	workshop_args_fits(&args, &job);
	err = seals_errand(&j->errand, j->server, fd, args.argv, &events);
	close(fd);
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct workshop_part *x = a, *y = b;

	return x->started_ms < y->started_ms   ? -1
	       : x->started_ms > y->started_ms ? 1
					       : strcmp(x->id, y->id);
}

static void got_parts(void *ctx, int err, const struct workshop_part *list, uint32_t n)
{
	struct joining *j = ctx;
	unsigned form = 0;

	thread_claim(&on_ctl);
	if (j->server->draining) {
		over(j, "server_draining", NULL);
		return;
	}
	for (uint32_t i = 0; !err && i < n; i++)
		if (strcmp(list[i].room, j->room) != 0 || !list[i].fit)
			err = -ENOENT;
		else if (workshop_part_away(j->server, list[i].id))
			err = -EREMOTE;
	if (!err) {
		memcpy(j->parts, list, n * sizeof(*list));
		qsort(j->parts, n, sizeof(*j->parts), by_time);
		err = common_form(j, &form);
	}
	if (!err)
		err = workshop_may(j->server, j->room);
	if (!err)
		err = look(j, form);
	if (err)
		over(j, workshop_refusal(err), NULL);
}

/* ---- from outside -------------------------------------------------------------- */

int workshop_join(struct server *server, const struct workshop_join *wish)
{
	struct joining *j;
	uint32_t n = 0;
	int err;

	for (j = server->joinings; j; j = j->next)
		n++;
	if (n >= JOININGS)
		return -EBUSY;
	j = calloc(1, sizeof(*j));
	if (!j)
		return -ENOMEM;
	j->server = server;
	j->n = wish->n;
	j->done = wish->done;
	j->ctx = wish->ctx;
	snprintf(j->room, sizeof(j->room), "%s", wish->room);
	snprintf(j->title, sizeof(j->title), "%s", wish->title);
	memcpy(j->ids, wish->ids, wish->n * sizeof(j->ids[0]));
	err = workshop_parts_find(server, j->ids, j->n, got_parts, j);
	if (err) {
		free(j);
		return err;
	}
	j->next = server->joinings;
	server->joinings = j;
	return 0;
}

/* Those that wait for the database are told by its answer. */
void workshop_join_forget(struct server *server)
{
	struct joining *j = server->joinings;

	while (j) {
		struct joining *next = j->next;

		if (j->errand) {
			errand_destroy(j->errand);
			over(j, "server_draining", NULL);
		}
		j = next;
	}
}
