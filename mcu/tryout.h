/* tryout.h - what a layout makes of a class that is only imagined, and on which rungs
 * it can be recognised: for those who draw layouts. Control thread, no state.
 */
#ifndef MCU_TRYOUT_H
#define MCU_TRYOUT_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/ladder.h"
#include "plugins/host.h"
#include "plugins/params.h"

#include <stdbool.h>
#include <stdint.h>

#define TRYOUT_PEOPLE 999
#define TRYOUT_SCREEN 1 /* the source of the page; member k is source k + 1 */

/* Member 1 leads, and shares the screen; 2 speaks, 3 and 4 spoke before. The others
 * have parts when there are so many, else the last one has them: 3 is pinned, 4 raised
 * the hand, 5 is the guest, 6 the interpreter. */
struct tryout_class {
	uint32_t people; /* 0 to TRYOUT_PEOPLE; as many are looked at as in a class */
	bool tall, screen, pinned, hand, guest, interpreter;
	bool wall; /* the wall of all, which has more and smaller cells */
	const struct params *params; /* NULL: none */
};

/* The member of a cell's source; 0: nobody, or the page. */
uint32_t tryout_member(uint32_t source);

/* The whole picture. `cells` takes AULA_CELLS_MAX; texts in it live as long as the
 * layout. `mark` is the number of the plan's variant + 1. */
int tryout_arrange(const struct plugin *layout, const struct tryout_class *who,
		   struct aula_cell *cells, uint32_t *n, uint32_t *mark)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* px that a person's cell must have on a rung. */
uint32_t tryout_least(const struct tryout_class *who);

/* What becomes of it on the level's rung. */
struct tryout_rung {
	uint16_t w_px, h_px;
	uint16_t least_px; /* the lowest cell of a person; 0: there is nobody */
	uint16_t page_px;  /* the same of a page */
	/* where people are too small to be recognised, fewer are shown, as views.h has it
	 */
	uint32_t n;       /* cells that are shown then */
	uint16_t thin_px; /* the lowest of a person's of those */
};

int tryout_rung(const struct plugin *layout, const struct tryout_class *who,
		const struct ladder *ladder, enum level level, struct tryout_rung *out)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
