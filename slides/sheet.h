/* sheet.h - what the program that reads decks answers over its pipe: a header, then a
 * picture of the page and two small files of it, or a picture that layouts show. Who
 * reads it trusts nobody: the program may have been taken over by what it was given to
 * read.
 */
#ifndef SLIDES_SHEET_H
#define SLIDES_SHEET_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHEET_HEAD      32     /* bytes */
#define SHEET_SIDE      4096   /* px of the picture at most */
#define SHEET_STILL_MAX 524288 /* bytes of each file at most */

enum deck_kind {
	DECK_PDF,
	DECK_PICTURES,
	DECK_CLIP,
	DECK_KINDS,
	/* No deck: a picture that layouts show, as it is where it can be seen through. */
	DECK_ART = DECK_KINDS
};

enum sheet_fault {
	SHEET_FINE,
	SHEET_DAMAGED,   /* it cannot be read */
	SHEET_ENCRYPTED, /* it wants a password */
	SHEET_PAGES,     /* too many */
	SHEET_LARGE,     /* too many pixels */
	SHEET_OTHER,     /* nothing that is shown here */
	SHEET_NO_PAGE,   /* there is no such page */
	SHEET_SLOW,      /* it took too long: said by who waited */
	SHEET_BUSY,      /* too much to do, or no memory */
	SHEET_LONG,      /* a clip: see LIMIT_CLIP_MS */
	SHEET_FAULTS
};

/* As in replies: "deck_damaged". */
const char *sheet_fault_name(enum sheet_fault fault);

struct sheet_head {
	enum sheet_fault fault;
	uint32_t pages;      /* that the file has; 0: it was not found out */
	uint16_t w_px, h_px; /* of the picture, I420 without gaps; 0: there is none */
	uint32_t still_len, thumb_len; /* bytes; 0: none */
	/* The picture is one over black, and behind it comes how much it covers: a byte
	 * for each pixel. */
	bool alpha;
};

/* Bytes of the picture, without its alpha; of that. */
size_t sheet_picture_len(const struct sheet_head *head);
size_t sheet_alpha_len(const struct sheet_head *head);
/* Of all that follows the header. */
size_t sheet_body_len(const struct sheet_head *head);

void sheet_head_write(uint8_t out[SHEET_HEAD], const struct sheet_head *head);
/* -EBADMSG: it cannot be one; `head` is untouched. */
int sheet_head_read(struct sheet_head *head, const uint8_t *data,
		    size_t len) AULA_MUST_CHECK;

#endif
