#include "slides/sheet.h"

#include "base/limits.h"

#include <errno.h>

#define MAGIC 0x41444b32u /* "ADK2" */

const char *sheet_fault_name(enum sheet_fault fault)
{
	static const char *const names[SHEET_FAULTS] = {
		[SHEET_FINE] = "fine",
		[SHEET_DAMAGED] = "deck_damaged",
		[SHEET_ENCRYPTED] = "deck_encrypted",
		[SHEET_PAGES] = "deck_too_many_pages",
		[SHEET_LARGE] = "deck_too_large",
		[SHEET_OTHER] = "deck_not_supported",
		[SHEET_NO_PAGE] = "no_page",
		[SHEET_SLOW] = "deck_too_slow",
		[SHEET_BUSY] = "no_resources",
		[SHEET_LONG] = "clip_too_long",
	};

	return fault < SHEET_FAULTS ? names[fault] : "no_resources";
}

size_t sheet_picture_len(const struct sheet_head *head)
{
	size_t w = head->w_px, h = head->h_px;

	return w * h + 2 * ((w + 1) / 2) * ((h + 1) / 2);
}

size_t sheet_alpha_len(const struct sheet_head *head)
{
	return head->alpha ? (size_t)head->w_px * head->h_px : 0;
}

size_t sheet_body_len(const struct sheet_head *head)
{
	return sheet_picture_len(head) + sheet_alpha_len(head) + head->still_len +
	       head->thumb_len;
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void sheet_head_write(uint8_t out[SHEET_HEAD], const struct sheet_head *head)
{
	put32(out, MAGIC);
	put32(out + 4, head->fault);
	put32(out + 8, head->pages);
	put32(out + 12, head->w_px);
	put32(out + 16, head->h_px);
	put32(out + 20, head->still_len);
	put32(out + 24, head->thumb_len);
	put32(out + 28, head->alpha);
}

/* Sizes that there can be, and nothing of what there is not. */
static bool sizes_ok(uint32_t w, uint32_t h, uint32_t still, uint32_t thumb,
		     uint32_t alpha)
{
	return w <= SHEET_SIDE && h <= SHEET_SIDE && !w == !h &&
	       still <= SHEET_STILL_MAX && thumb <= SHEET_STILL_MAX &&
	       alpha <= (w ? 1 : 0);
}

int sheet_head_read(struct sheet_head *head, const uint8_t *data, size_t len)
{
	uint32_t fault, pages, w, h, still, thumb, alpha;

	if (len != SHEET_HEAD || get32(data) != MAGIC)
		return -EBADMSG;
	fault = get32(data + 4);
	pages = get32(data + 8);
	w = get32(data + 12);
	h = get32(data + 16);
	still = get32(data + 20);
	thumb = get32(data + 24);
	alpha = get32(data + 28);
	if (fault >= SHEET_FAULTS || pages > LIMIT_DECK_PAGES ||
	    !sizes_ok(w, h, still, thumb, alpha))
		return -EBADMSG;
	if (fault ? w || still || thumb : !pages)
		return -EBADMSG; /* a fault shows nothing, and a deck has pages */
	*head = (struct sheet_head){.fault = (enum sheet_fault)fault,
				    .pages = pages,
				    .w_px = (uint16_t)w,
				    .h_px = (uint16_t)h,
				    .still_len = still,
				    .thumb_len = thumb,
				    .alpha = alpha};
	return 0;
}
