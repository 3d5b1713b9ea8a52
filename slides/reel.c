#include "slides/reel.h"

#include "base/limits.h"

#include <errno.h>

#define MAGIC 0x41434c31u /* "ACL1" */

size_t reel_body_len(const struct reel_head *head)
{
	if (head->kind == REEL_PICTURE)
		return (size_t)head->w_px * head->h_px * 3 / 2;
	return head->kind == REEL_SOUND ? REEL_BLOCK * sizeof(int16_t) : 0;
}

static void put(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = bytes; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

void reel_head_write(uint8_t out[REEL_HEAD], const struct reel_head *head)
{
	put(out, MAGIC, 4);
	put(out + 4, head->kind, 1);
	put(out + 5, head->fault, 1);
	put(out + 6, head->sound, 2);
	put(out + 8, head->w_px, 2);
	put(out + 10, head->h_px, 2);
	put(out + 12, head->rotation_deg, 4);
	put(out + 16, head->length_ms, 4);
	put(out + 20, (uint64_t)head->at_us, 8);
}

static bool size_is_fine(uint64_t w, uint64_t h)
{
	return w >= 2 && h >= 2 && w % 2 == 0 && h % 2 == 0 && w <= REEL_SIDE &&
	       h <= REEL_SIDE && w * h <= REEL_PIXELS;
}

/* What belongs to some kinds only is 0 in the others. */
static bool fits(uint64_t kind, uint64_t fault, uint64_t w, uint64_t h, bool more)
{
	if (kind <= REEL_PICTURE ? !size_is_fine(w, h) : w || h)
		return false;
	return (kind == REEL_START || !more) && (kind == REEL_END || !fault);
}

int reel_head_read(struct reel_head *head, const uint8_t *data, size_t len)
{
	uint64_t kind, fault, sound, w, h, turn, length, at;

	if (len != REEL_HEAD || get(data, 4) != MAGIC)
		return -EBADMSG;
	kind = get(data + 4, 1);
	fault = get(data + 5, 1);
	sound = get(data + 6, 2);
	w = get(data + 8, 2);
	h = get(data + 10, 2);
	turn = get(data + 12, 4);
	length = get(data + 16, 4);
	at = get(data + 20, 8);
	if (kind >= REEL_KINDS || fault >= SHEET_FAULTS || sound > 1 || turn >= 360 ||
	    turn % 90 || length > LIMIT_CLIP_MS || at > LIMIT_CLIP_MS * UINT64_C(1000))
		return -EBADMSG;
	if (!fits(kind, fault, w, h, sound || turn || length))
		return -EBADMSG;
	*head = (struct reel_head){.kind = (enum reel_kind)kind,
				   .fault = (enum sheet_fault)fault,
				   .at_us = (int64_t)at,
				   .w_px = (uint16_t)w,
				   .h_px = (uint16_t)h,
				   .rotation_deg = (uint16_t)turn,
				   .sound = sound,
				   .length_ms = (uint32_t)length};
	return 0;
}
