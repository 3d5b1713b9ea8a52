#include "recorder/reel.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "recorder/finish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_SEC 3000 /* of the thinnest sound: to know how long something is */

struct reel *reel_make(struct rec_env *env, const char *name, uint32_t edition)
{
	struct reel *reel = calloc(1, sizeof(*reel));
	struct store_file file;

	if (!reel)
		return NULL;
	reel->env = env;
	reel->result.edition = edition;
	snprintf(reel->result.name, sizeof(reel->result.name), "%s", name);
	if (!store_has(env->store, edition))
		return reel; /* it is sent away */
	file = reel_file(reel);
	store_path(env->store, &file, reel->result.path);
	return reel;
}

void reel_free(struct reel *reel)
{
	if (!reel)
		return;
	for (uint32_t i = 0; i < reel->n; i++)
		part_put(reel->pieces[i].part);
	free(reel->pieces);
	free(reel);
}

int reel_add(struct reel *reel, const struct reel_piece *piece)
{
	struct reel_piece *more;
	uint32_t i = reel->n;

	if (reel->n == reel->room) {
		more = realloc(reel->pieces, (reel->room + 16) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		reel->pieces = more;
		reel->room += 16;
	}
	for (; i > 0 && reel->pieces[i - 1].at_us > piece->at_us; i--)
		reel->pieces[i] = reel->pieces[i - 1];
	reel->pieces[i] = *piece;
	reel->n++;
	return 0;
}

void reel_remove(struct reel *reel, uint32_t index)
{
	part_put(reel->pieces[index].part);
	reel->n--;
	memmove(&reel->pieces[index], &reel->pieces[index + 1],
		(reel->n - index) * sizeof(*reel->pieces));
}

struct store_file reel_file(const struct reel *reel)
{
	struct store_file file = {.kind = reel->result.edition, .at_us = -1};

	memcpy(file.name, reel->result.name, sizeof(file.name));
	return file;
}

int64_t reel_length_us(const struct reel *reel)
{
	int64_t sum_us = 0;

	for (uint32_t i = 0; i < reel->n; i++) {
		const struct reel_piece *piece = &reel->pieces[i];

		sum_us += piece->length_us ? piece->length_us
					   : part_bytes(piece->part) * SEC_US / BYTES_SEC;
	}
	return sum_us;
}

/* ---- to the finisher -----------------------------------------------------------------
 */

struct piece_note {
	struct reel *reel;
	struct reel_piece piece;
	bool last;
};
_Static_assert(sizeof(struct piece_note) <= MAILBOX_NOTE, "it goes into a mailbox");

static void on_piece(void *arg)
{
	const struct piece_note *note = arg;
	struct reel *reel = note->reel;

	thread_claim(&on_finish);
	finish_know(reel);
	reel->closing = note->last;
	if (reel_add(reel, &note->piece) == 0)
		return;
	log_error("recording_left", "path=%s err=%d", part_path(note->piece.part),
		  -ENOMEM);
	reel->left = true;
	reel->result.err = -ENOMEM;
	part_put(note->piece.part);
}

int reel_post_piece(struct reel *reel, const struct reel_piece *piece, bool last)
{
	const struct piece_note note = {reel, *piece, last};

	return worker_note(reel->env->finisher, on_piece, &note, sizeof(note), true);
}

struct end_note {
	struct reel *reel;
	int64_t length_us;
	int err;
	bool left;
};

static void on_end(void *arg)
{
	const struct end_note *note = arg;
	struct reel *reel = note->reel;

	thread_claim(&on_finish);
	reel->ended = true;
	reel->left = reel->left || note->left;
	reel->length_us = note->length_us;
	reel->early_err = note->err;
	if (note->err) /* else what an earlier part said stays */
		reel->result.err = note->err;
	reel->result.duration_ms = note->length_us / MS_US;
	finish_know(reel);
}

int reel_post_end(struct reel *reel, int err, int64_t length_us, bool left)
{
	const struct end_note note = {reel, length_us, err, left};

	return worker_note(reel->env->finisher, on_end, &note, sizeof(note), true);
}
