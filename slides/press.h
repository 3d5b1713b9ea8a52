/* press.h - one run of the program that reads decks: started, listened to, killed when
 * it is too slow. Of the shelf's thread.
 */
#ifndef SLIDES_PRESS_H
#define SLIDES_PRESS_H

#include "base/attr.h"
#include "base/loop.h"
#include "slides/shelf.h"

struct press;

/* Told once, on the loop: what it answered. `body` is good during the call. */
struct press_done {
	void (*done)(void *ctx, const struct sheet_head *head, const uint8_t *body);
	void *ctx;
};

int press_create(struct press **out, struct loop *loop, const char *helper,
		 const struct press_done *done) AULA_MUST_CHECK;
void press_destroy(struct press *press); /* kills what runs; NULL is accepted */

/* One at a time. -EBUSY, or what starting it failed with. */
int press_start(struct press *press, const struct shelf_ask *ask) AULA_MUST_CHECK;

#endif
