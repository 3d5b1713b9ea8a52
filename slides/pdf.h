/* pdf.h - pages of a PDF as pixels, by poppler. Inside of the program that reads decks
 * only: what it reads is hostile, and what it reads it with has had its bad days.
 */
#ifndef SLIDES_PDF_H
#define SLIDES_PDF_H

#include "base/attr.h"
#include "slides/image.h"

#include <stdint.h>

struct pdf;

/* Takes the descriptor, which can be sought in. -EACCES: it wants a password; -EBADMSG,
 * -E2BIG above LIMIT_DECK_PAGES. */
int pdf_open(struct pdf **out, int fd) AULA_MUST_CHECK;
void pdf_close(struct pdf *pdf); /* NULL is accepted */
uint32_t pdf_pages(const struct pdf *pdf);

/* Page `n`, from 1, as large as it goes into the box, on white. -ENOENT, -EBADMSG,
 * -ENOMEM. */
int pdf_draw(const struct pdf *pdf, uint32_t n, uint32_t box_w, uint32_t box_h,
	     struct image *out) AULA_MUST_CHECK;

#endif
