#include "mixer/pick.h"

#include "mixer/tape.h"

#include <stddef.h>

#define SWAPS     2   /* a tick, at most */
#define LOUDER_DB 3.f /* than whom it puts out */

static bool is_held(const struct voice *v, int64_t now_us)
{
	return (v->tape && tape_holds(v->tape)) ||
	       (v->loud_us && now_us - v->loud_us < PICK_HOLD_US) ||
	       now_us - v->picked_us < PICK_TRIAL_US;
}

static bool is_open(const struct voice *v)
{
	return !v->muted && !v->unheard;
}

/* The loudest that is waiting, of equals the first; NULL: none. */
static struct voice *best_waiting(struct voice *first)
{
	struct voice *best = NULL;

	for (struct voice *v = first; v; v = v->next)
		if (is_open(v) && !v->selected && (!best || v->level_db > best->level_db))
			best = v;
	return best;
}

/* The faintest selected one that may go; NULL: none. */
static struct voice *worst_selected(struct voice *first, int64_t now_us)
{
	struct voice *worst = NULL;

	for (struct voice *v = first; v; v = v->next)
		if (v->selected && !is_held(v, now_us) &&
		    (!worst || v->level_db < worst->level_db))
			worst = v;
	return worst;
}

static void take(struct voice *v, int64_t now_us)
{
	v->selected = true;
	v->picked_us = now_us;
}

static void leave(struct voice *v, int64_t now_us)
{
	v->selected = false;
	v->left_us = now_us;
}

void pick_voices(struct voice *first, int64_t now_us)
{
	uint32_t selected = 0, open = 0;
	struct voice *in, *out;

	for (struct voice *v = first; v; v = v->next) {
		if (!is_open(v) && v->selected)
			leave(v, now_us);
		open += is_open(v);
		selected += v->selected;
	}
	if (selected == open)
		return;
	while (selected < LIMIT_VOICES && (in = best_waiting(first))) {
		take(in, now_us);
		selected++;
	}
	for (int i = 0; selected < open && i < SWAPS; i++) {
		in = best_waiting(first);
		out = worst_selected(first, now_us);
		if (!out || in->level_db < VOICE_LOUD_DB ||
		    in->level_db < out->level_db + LOUDER_DB)
			return;
		leave(out, now_us);
		take(in, now_us);
	}
}
