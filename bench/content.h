/* content.h - pictures of a class for the benches: nine people on a grid, and pages
 * of text that turn; and how alike two pictures are.
 */
#ifndef BENCH_CONTENT_H
#define BENCH_CONTENT_H

#include "mixer/picture.h"
#include "mixer/text.h"

#include <stdint.h>

struct content; /* one thread */

#define CONTENT_W_PX 1280
#define CONTENT_H_PX 720

void content_create(struct content **out);
void content_destroy(struct content *c);

/* A grid of `n` x `n` heads that sway, each with grain of its own, at frame `i`: two
 * seconds of them, played to and fro. The picture is the content's. */
const struct picture *content_people(struct content *c, unsigned n, unsigned i);

/* Page `i` of a talk: a heading and lines of text on a light ground. */
void content_page(struct content *c, struct picture *pic, unsigned i);

/* Structural similarity of luma, 8x8 windows, mean of all: 1 is the same. */
double content_ssim(const struct picture *a, const struct picture *b);

#endif
