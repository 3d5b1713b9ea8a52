/* film.h - one clip that comes from the program that plays it: what it says is checked,
 * and waits here until it is due. Of the projector's thread.
 *
 * Bounded: while FILM_PICTURES or FILM_SOUNDS wait it is not listened to, so that the
 * program waits, too.
 */
#ifndef SLIDES_FILM_H
#define SLIDES_FILM_H

#include "base/attr.h"
#include "base/loop.h"
#include "slides/leaf.h"
#include "slides/reel.h"

#include <stdbool.h>
#include <stdint.h>

#define FILM_PICTURES 12
#define FILM_SOUNDS   24 /* 480 ms */

struct film;

struct film_picture {
	int64_t at_us;
	struct leaf *leaf;
};

struct film_sound {
	int64_t at_us;
	int16_t pcm[REEL_BLOCK];
};

int film_create(struct film **out, struct loop *loop, const char *helper,
		const char *source, uint32_t from_ms) AULA_MUST_CHECK;
void film_destroy(struct film *film); /* kills it; NULL is accepted */

/* What it began with; NULL: not yet. */
const struct reel_head *film_start(const struct film *film);
/* The next that wait; NULL: none. */
const struct film_picture *film_picture(const struct film *film);
const struct film_sound *film_sound(const struct film *film);
/* The picture's leaf is the caller's. */
struct leaf *film_picture_take(struct film *film);
void film_sound_take(struct film *film);
/* Enough waits to begin with, or no more comes. */
bool film_ready(const struct film *film);
/* No more comes; `fault` says why. What waits is still good. */
bool film_ended(const struct film *film, enum sheet_fault *fault);

#endif
