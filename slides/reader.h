/* reader.h - one page of a deck, in all the forms that the server wants. Inside of the
 * program that reads decks. */
#ifndef SLIDES_READER_H
#define SLIDES_READER_H

#include "base/attr.h"
#include "slides/sheet.h"

#include <stdint.h>

struct reader_ask {
	enum deck_kind kind;
	uint32_t page;               /* from 1; of pictures always 1 */
	uint16_t box_w_px, box_h_px; /* of the picture; 0: none */
	uint16_t still_px, thumb_px; /* the longer side of both files; 0: none */
};

struct reader_page {
	struct sheet_head head;
	uint8_t *picture, *alpha, *still, *thumb; /* freed by reader_fini() */
};

/* Reads the file `fd` (taken). What is wrong with it is head.fault. */
void reader_read(struct reader_page *out, int fd, const struct reader_ask *ask);
void reader_fini(struct reader_page *page);

#endif
