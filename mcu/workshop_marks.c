#include "mcu/workshop_marks.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "mcu/server.h"

static void next(struct workshop_marks *m) RUNS_ON(on_ctl);

static void lost(const struct workshop_marks *m, int err)
{
	log_warn("marks_not_cut", "recording=%s err=%d", m->recording, err);
}

static void over(struct workshop_marks *m) RUNS_ON(on_ctl)
{
	m->done(m->ctx);
	free(m);
}

/* Its time in what is made; -1: it is not in the piece. */
static int64_t moved(const struct workshop_piece *piece, int64_t at_ms)
{
	if (at_ms < piece->from_ms || at_ms >= piece->to_ms)
		return -1;
	return at_ms - piece->from_ms + piece->at_ms;
}

static void got_happenings(void *ctx, int err, const struct db_happening *rows,
			   uint32_t n)
{
	struct workshop_marks *m = ctx;
	const struct workshop_piece *piece = &m->pieces[m->at];

	thread_claim(&on_ctl);
	if (!m->wanted(m->ctx, m->recording)) {
		over(m);
		return;
	}
	for (uint32_t i = 0; !err && i < n && m->n_happenings < LIMIT_HAPPENINGS; i++) {
		struct db_happening row = rows[i];

		row.at_ms = moved(piece, row.at_ms);
		if (row.at_ms < 0)
			continue;
		rand_token(row.id, 20);
		snprintf(row.recording, sizeof(row.recording), "%s", m->recording);
		err = db_happening_put(m->server->db, &row);
		m->n_happenings++;
	}
	if (err)
		lost(m, err);
	m->at++;
	next(m);
}

static int put_mark(struct workshop_marks *m, struct db_mark *mark) RUNS_ON(on_ctl)
{
	if (m->n_marks == LIMIT_MARKS)
		return 0;
	m->n_marks++;
	rand_token(mark->id, 20);
	snprintf(mark->recording, sizeof(mark->recording), "%s", m->recording);
	return db_mark_put(m->server->db, mark);
}

/* A title that is too long for a mark ends with a whole letter. */
static int put_title(struct workshop_marks *m) RUNS_ON(on_ctl)
{
	const struct workshop_piece *piece = &m->pieces[m->at];
	struct db_mark mark = {.at_ms = piece->at_ms, .made_ms = clock_wall_ms()};
	size_t n = strlen(piece->title);

	if (!n)
		return 0;
	if (n > LIMIT_MARK_BYTES)
		n = LIMIT_MARK_BYTES;
	while (n && ((unsigned char)piece->title[n] & 0xc0) == 0x80)
		n--;
	memcpy(mark.text, piece->title, n);
	return put_mark(m, &mark);
}

static void got_marks(void *ctx, int err, const struct db_mark *rows, uint32_t n)
{
	struct workshop_marks *m = ctx;
	const struct workshop_piece *piece = &m->pieces[m->at];

	thread_claim(&on_ctl);
	if (!m->wanted(m->ctx, m->recording)) {
		over(m);
		return;
	}
	if (!err)
		err = put_title(m);
	for (uint32_t i = 0; !err && i < n; i++) {
		struct db_mark mark = rows[i];

		mark.at_ms = moved(piece, mark.at_ms);
		if (mark.at_ms >= 0)
			err = put_mark(m, &mark);
	}
	if (!err)
		err = db_happenings(m->server->db, m->room, piece->id, got_happenings, m);
	if (!err)
		return;
	lost(m, err);
	m->at++;
	next(m);
}

static void next(struct workshop_marks *m)
{
	int err = 0;

	if (m->at < m->n_pieces)
		err = db_marks(m->server->db, m->room, m->pieces[m->at].id, got_marks, m);
	if (err)
		lost(m, err);
	if (!err && m->at < m->n_pieces)
		return;
	over(m);
}

int workshop_marks_copy(const struct workshop_marks *marks)
{
	struct workshop_marks *m = malloc(sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	*m = *marks;
	m->at = m->n_marks = m->n_happenings = 0;
	err = db_marks(m->server->db, m->room, m->pieces[0].id, got_marks, m);
	if (err)
		free(m);
	return err;
}
