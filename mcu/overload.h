/* overload.h - what the server gives up when it has more to do than it can: frames
 * first, then the dear rungs, then newcomers; sound never. A pure state machine,
 * and the part that measures and acts. Control thread.
 */
#ifndef MCU_OVERLOAD_H
#define MCU_OVERLOAD_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/ladder.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct overload;

/* Steps downward, each with all before it. */
enum shed {
	SHED_NOTHING,
	SHED_FRAMES,  /* two of three frames */
	SHED_HALF,    /* one of two */
	SHED_HIGH,    /* no high rung, no AV1; no new classes */
	SHED_MAIN,    /* nor the main one; no new members or cameras */
	SHED_MID,     /* the low one is left */
	SHED_PICTURE, /* stills are left */
	SHED_MAX = SHED_PICTURE
};

/* Loads are shares of one core that the busiest thread wants, in 1/1000. */
#define OVERLOAD_DOWN    900              /* above: one step down */
#define OVERLOAD_UP      720              /* below: one step up */
#define OVERLOAD_DOWN_US INT64_C(2000000) /* for so long */
#define OVERLOAD_UP_US   INT64_C(10000000)

struct overload_state {
	enum shed shed;
	int64_t over_us, under_us; /* since when; 0: not */
};

/* True when the step changed. */
bool overload_judge(struct overload_state *s, uint32_t load_permille, int64_t now_us);

uint32_t shed_pace(enum shed shed);  /* percent of the frames */
enum level shed_top(enum shed shed); /* the highest level that is given */

int overload_create(struct overload **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void overload_destroy(struct overload *o) RUNS_ON(on_ctl); /* NULL is accepted */

/* Each second: measures, and acts when it must. */
void overload_tick(struct overload *o, int64_t now_us) RUNS_ON(on_ctl);

enum shed overload_shed(const struct overload *o);

#endif
