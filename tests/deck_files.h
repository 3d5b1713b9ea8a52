/* deck_files.h - decks for tests, made on the spot: good ones and bad ones. */
#ifndef TESTS_DECK_FILES_H
#define TESTS_DECK_FILES_H

#include <stdint.h>

/* Pages of 16:9 in one colour each, 0xRRGGBB, with their number on them. */
void deck_pdf(const char *path, const uint32_t *colours, uint32_t n);
/* A picture in one colour. */
void deck_png(const char *path, uint32_t colour, uint32_t w_px, uint32_t h_px);
/* The same, half of which can be seen through: the right one. */
void deck_half_png(const char *path, uint32_t colour, uint32_t w_px, uint32_t h_px);
void deck_jpeg(const char *path, uint32_t w_px, uint32_t h_px); /* grey */
void deck_text(const char *path, const void *text, uint32_t len);

/* One page, and what is said of the document in its catalogue and its trailer. */
void deck_raw_pdf(const char *path, const char *pages, const char *page,
		  const char *trailer);
/* It cannot be opened without a password. */
void deck_locked_pdf(const char *path);
/* The first `percent` of a file. */
void deck_cut(const char *path, uint32_t percent);

#endif
