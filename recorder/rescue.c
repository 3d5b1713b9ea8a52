#include "recorder/rescue.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_TRIES 12 /* a minute: what the disk does not give then it never will */

static bool may_pass(int err)
{
	switch (err) {
	case -EBUSY:
	case -EAGAIN:
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -ENOLCK:
	case -EINTR:
	case -EIO:
		return true;
	default:
		return false;
	}
}

static int64_t place_us(const struct store_file *file)
{
	return file->at_us < 0 ? 0 : file->at_us;
}

/* Else it would be found, and told, at each start. */
static void set_aside(struct reel *reel, const struct store_file *file, int err)
	RUNS_ON(on_finish)
{
	struct store_file broken = *file;
	int aside;

	broken.stage = STORE_BROKEN;
	aside = store_rename(reel->env->store, file, &broken);
	log_warn("recording_not_recovered", "name=%s err=%d aside=%d", file->name, err,
		 aside);
	if (!reel->result.err)
		reel->result.err = err;
	if (aside) /* the disk takes nothing: it is there another time */
		reel->left = true;
}

static int open_one(void *ctx, const struct store_file *file)
{
	struct reel *reel = ctx;
	struct reel_piece piece = {.at_us = place_us(file)};
	int err;

	thread_claim(&on_finish);
	if (file->kind != reel->result.edition || file->tmp || file->number ||
	    file->stage == STORE_BROKEN || strcmp(file->name, reel->result.name) != 0 ||
	    (file->stage == STORE_WHOLE && file->at_us < 0))
		return 0;
	err = part_adopt(&piece.part, reel->env->store, file);
	if (may_pass(err))
		return err;
	if (err && err != -ENOENT)
		set_aside(reel, file, err);
	if (err)
		return 0;
	err = reel_add(reel, &piece);
	if (err)
		part_put(piece.part);
	return err;
}

static bool is_made(const struct reel *reel, uint32_t i)
{
	return part_file(reel->pieces[i].part)->stage == STORE_WHOLE;
}

/* The server died between making a piece of a part and removing that: it is made again,
 * over the old one. */
static void drop_doubles(struct reel *reel) RUNS_ON(on_finish)
{
	for (uint32_t i = 0; i + 1 < reel->n;) {
		if (reel->pieces[i].at_us != reel->pieces[i + 1].at_us)
			i++;
		else
			reel_remove(reel, is_made(reel, i) ? i : i + 1);
	}
}

/* A finished file beside parts, but for the one it was made of, is none of ours: they are
 * joined when they all are pieces. Nothing may be lost of either. */
static void part_with_strangers(struct reel *reel) RUNS_ON(on_finish)
{
	struct store_file whole = reel_file(reel);
	bool strange = false;

	for (uint32_t i = 0; i < reel->n; i++)
		strange |= !is_made(reel, i) &&
			   (reel->n > 1 || part_file(reel->pieces[i].part)->at_us >= 0);
	if (!strange || store_bytes(reel->env->store, &whole) == -ENOENT)
		return;
	while (reel->n) {
		set_aside(reel, part_file(reel->pieces[0].part), -EEXIST);
		reel_remove(reel, 0);
	}
}

int rescue_open(struct reel *reel)
{
	int err = store_each(reel->env->store, open_one, reel);

	if (err) {
		while (reel->n)
			reel_remove(reel, reel->n - 1);
		if (err != -EIO || ++reel->n_io < IO_TRIES)
			return err;
		reel->result.err = err;
		reel->left = true;
		return 0;
	}
	drop_doubles(reel);
	part_with_strangers(reel);
	reel->ended = true;
	return reel->n || reel->result.err ? 0 : -ENOENT;
}
