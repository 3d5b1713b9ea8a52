/* director_cues.c - the cue list of a room as it runs: stored, told, taken in time. */
#include "mcu/director_room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "mcu/member.h"
#include "mcu/notice_director.h"
#include "mcu/room.h"
#include "mcu/server.h"

const struct cues *director_cues(struct room *room)
{
	const struct director *d = director_of(room);

	return d ? &d->cues : NULL;
}

void director_load(struct room *room, const struct db_cues *row)
{
	struct director *d = director_of(room);
	int err = d ? cues_read(&d->cues, row->json, strlen(row->json)) : -ENOMEM;

	if (err)
		log_warn("cues_unread", "room=%s err=%d", room->row.id, err);
	else
		director_arm(room->server);
}

/* ---- changes --------------------------------------------------------------------- */

static int store(const struct room *room, const struct cues *cues) RUNS_ON(on_ctl)
{
	struct db *db = room->server->db;
	struct db_cues *row;
	char *text = cues_write(cues);
	int err = text ? 0 : -ENOMEM;

	row = text ? calloc(1, sizeof(*row)) : NULL;
	if (text && !row)
		err = -ENOMEM;
	else if (text && strlen(text) > DB_CUES)
		err = -ENOSPC;
	if (!err) {
		snprintf(row->room, sizeof(row->room), "%s", room->row.id);
		memcpy(row->json, text, strlen(text) + 1);
		row->changed_ms = clock_wall_ms();
		err = cues->n ? db_cues_put(db, row) : db_cues_delete(db, row->room);
	}
	free(row);
	free(text);
	return err;
}

/* A copy to change; commit() takes it. */
static struct cues *draft(struct room *room) RUNS_ON(on_ctl)
{
	const struct director *d = director_of(room);
	struct cues *copy = d ? malloc(sizeof(*copy)) : NULL;

	if (copy)
		*copy = d->cues;
	return copy;
}

/* In force when it is stored; `err` is of the change itself. */
static int commit(struct room *room, struct cues *next, int err) RUNS_ON(on_ctl)
{
	if (!err)
		err = store(room, next);
	if (!err) {
		room->director->cues = *next;
		notice_cues(room);
		director_arm(room->server);
	}
	free(next);
	return err;
}

int director_cue_put(struct room *room, struct cue *cue, uint32_t at)
{
	struct cues *next = draft(room);

	return next ? commit(room, next, cues_put(next, cue, at)) : -ENOMEM;
}

int director_cue_delete(struct room *room, uint32_t id)
{
	struct cues *next = draft(room);

	return next ? commit(room, next, cues_delete(next, id)) : -ENOMEM;
}

int director_cue_move(struct room *room, uint32_t id, uint32_t to)
{
	struct cues *next = draft(room);

	return next ? commit(room, next, cues_move(next, id, to)) : -ENOMEM;
}

int director_cue_clear(struct room *room)
{
	struct cues *next = draft(room);

	if (!next)
		return -ENOMEM;
	cues_clear(next);
	return commit(room, next, 0);
}

/* ---- taking ---------------------------------------------------------------------- */

/* Who is not here now is nobody. */
static uint32_t base_of(const struct room *room, const struct cue_person *person,
			uint32_t as_is)
{
	if (person->who != CUE_MEMBER)
		return person->who == CUE_AS_IS ? as_is : 0;
	for (uint32_t i = 0; i < room->n_members; i++)
		if (strcmp(room->members[i]->seat, person->seat) == 0)
			return room->members[i]->base;
	return 0;
}

static void want_of(const struct room *room, const struct cue *cue,
		    const struct on_air *was, struct on_air *out)
{
	*out = *was;
	if (cue->layout[0])
		snprintf(out->layout, sizeof(out->layout), "%s", cue->layout);
	out->pinned = base_of(room, &cue->people[CUE_PIN], was->pinned);
	out->interpreter = base_of(room, &cue->people[CUE_INTERPRETER], was->interpreter);
	out->guest = base_of(room, &cue->people[CUE_GUEST], was->guest);
}

/* It is taken whether or not that can be stored: the class goes on. */
static void keep(struct room *room) RUNS_ON(on_ctl)
{
	int err = store(room, &room->director->cues);

	if (err)
		log_warn("cues_unstored", "room=%s err=%d", room->row.id, err);
	notice_cues(room);
}

int director_cue_go(struct room *room, struct member *by, uint32_t id,
		    uint32_t *generation)
{
	struct director *d = director_of(room);
	struct on_air was, want;
	const struct cue *cue;
	int at, err;

	if (!d)
		return -ENOMEM;
	at = cues_find(&d->cues, id);
	cue = id ? at < 0 ? NULL : &d->cues.list[at] : cues_next(&d->cues);
	if (!cue)
		return -ESRCH;
	director_on_air(room, PICTURE_CLASS, &was);
	want_of(room, cue, &was, &want);
	err = director_show(room, by, &want, generation);
	if (err)
		return err;
	director_push(room, &was);
	log_info("cue", "room=%s cue=%u by=%u", room->row.id, cue->id,
		 by ? by->base / ID_BLOCK : 0);
	cues_taken(&d->cues, cue->id, clock_wall_ms());
	keep(room);
	director_arm(room->server);
	return 0;
}

int64_t director_cues_due_us(const struct room *room, int64_t now_us)
{
	int64_t at_ms = 0, wait_ms;

	if (!cues_due(&room->director->cues, &at_ms))
		return INT64_MAX;
	wait_ms = at_ms - clock_wall_ms();
	return wait_ms <= 0 ? now_us : now_us + wait_ms * 1000;
}

/* One that cannot be taken (its layout is gone) does not hold up the others. */
static void give_up(struct room *room, uint32_t id) RUNS_ON(on_ctl)
{
	struct cues *cues = &room->director->cues;
	int at = cues_find(cues, id);

	log_warn("cue_failed", "room=%s cue=%u", room->row.id, id);
	if (at < 0)
		return;
	cues->list[at].done = cues->list[at].missed = true;
	keep(room);
}

void director_cues_tick(struct room *room)
{
	struct cues *cues = &room->director->cues;
	int64_t now_ms = clock_wall_ms(), at_ms = 0;
	const struct cue *cue;
	uint32_t ignored, id;

	if (cues_miss(cues, now_ms))
		keep(room);
	/* each is done after it: the loop ends */
	while ((cue = cues_due(cues, &at_ms)) && at_ms <= now_ms) {
		id = cue->id;
		if (director_cue_go(room, NULL, id, &ignored))
			give_up(room, id);
	}
}
