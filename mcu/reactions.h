/* reactions.h - short signs of what a class feels, counted and told together: one
 * hint each half second costs a class of thousands no more than one of ten. Control
 * thread.
 */
#ifndef MCU_REACTIONS_H
#define MCU_REACTIONS_H

#include "base/thread.h"

#include <stdbool.h>
#include <stdint.h>

struct room;

#define REACTIONS 8

struct reactions {
	uint32_t n[REACTIONS]; /* since the last hint */
	bool any;
};

/* UTF-8 of the sign of this number. */
const char *reaction_sign(uint32_t i);
/* False: not one of them, nothing is counted. */
bool reactions_add(struct reactions *reactions, const char *sign);
/* Twice a second. */
void reactions_tick(struct room *room) RUNS_ON(on_ctl);

#endif
