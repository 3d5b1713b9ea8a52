#include "mcu/cue.h"

#include <errno.h>
#include <string.h>

int cues_find(const struct cues *cues, uint32_t id)
{
	for (uint32_t i = 0; id && i < cues->n; i++)
		if (cues->list[i].id == id)
			return (int)i;
	return -1;
}

static void take_out(struct cues *cues, uint32_t at)
{
	cues->n--;
	memmove(&cues->list[at], &cues->list[at + 1],
		(cues->n - at) * sizeof(cues->list[0]));
}

static void put_in(struct cues *cues, const struct cue *cue, uint32_t at)
{
	if (at > cues->n)
		at = cues->n;
	memmove(&cues->list[at + 1], &cues->list[at],
		(cues->n - at) * sizeof(cues->list[0]));
	cues->list[at] = *cue;
	cues->n++;
}

int cues_put(struct cues *cues, struct cue *cue, uint32_t at)
{
	int there = cues_find(cues, cue->id);

	if (cue->id) {
		if (there < 0)
			return -ENOENT;
		cues->list[there] = *cue;
		return 0;
	}
	if (cues->n == CUES_MAX)
		return -ENOSPC;
	cue->id = ++cues->last_id;
	put_in(cues, cue, at);
	return 0;
}

int cues_delete(struct cues *cues, uint32_t id)
{
	int at = cues_find(cues, id);

	if (at < 0)
		return -ENOENT;
	/* what would have come next still comes next */
	if (cues->current == id)
		cues->current = at > 0 ? cues->list[at - 1].id : 0;
	take_out(cues, (uint32_t)at);
	return 0;
}

int cues_move(struct cues *cues, uint32_t id, uint32_t to)
{
	int at = cues_find(cues, id);
	struct cue cue;

	if (at < 0)
		return -ENOENT;
	cue = cues->list[at];
	take_out(cues, (uint32_t)at);
	put_in(cues, &cue, to);
	return 0;
}

void cues_clear(struct cues *cues)
{
	cues->n = 0;
	cues->current = 0;
	cues->taken_ms = 0;
}

const struct cue *cues_next(const struct cues *cues)
{
	uint32_t next = (uint32_t)(cues_find(cues, cues->current) + 1);

	return next < cues->n ? &cues->list[next] : NULL;
}

void cues_taken(struct cues *cues, uint32_t id, int64_t now_ms)
{
	int at = cues_find(cues, id);
	struct cue *next;

	if (at < 0)
		return;
	cues->current = id;
	cues->taken_ms = now_ms;
	cues->list[at].done = true;
	cues->list[at].missed = false;
	if ((uint32_t)at + 1 == cues->n)
		return;
	/* it waits for this one each time anew */
	next = &cues->list[at + 1];
	if (next->when == CUE_AFTER)
		next->done = next->missed = false;
}

int64_t cues_time(const struct cues *cues, const struct cue *cue)
{
	if (cue->done)
		return -1;
	if (cue->when == CUE_AT)
		return cue->at_ms;
	if (cue->when == CUE_AFTER && cues->current && cue > cues->list &&
	    cue[-1].id == cues->current)
		return cues->taken_ms + cue->after_s * INT64_C(1000);
	return -1;
}

const struct cue *cues_due(const struct cues *cues, int64_t *at_ms)
{
	const struct cue *first = NULL;

	for (uint32_t i = 0; i < cues->n; i++) {
		int64_t at = cues_time(cues, &cues->list[i]);

		if (at < 0 || (first && at >= *at_ms))
			continue;
		first = &cues->list[i];
		*at_ms = at;
	}
	return first;
}

bool cues_miss(struct cues *cues, int64_t now_ms)
{
	bool missed = false;

	for (uint32_t i = 0; i < cues->n; i++) {
		int64_t at = cues_time(cues, &cues->list[i]);

		if (at < 0 || now_ms - at <= CUE_LATE_MS)
			continue;
		cues->list[i].done = cues->list[i].missed = missed = true;
	}
	return missed;
}
