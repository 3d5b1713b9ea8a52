/* hands.h - who wants to speak, in the order of raising, and who has the floor.
 *
 * One word of a lecturer gives the floor: it lowers the hand, allows to speak who may
 * not, puts the member in front, and takes all that back when the next one is called
 * or the lecturer or the member says that it is done. At most HANDS_MAX hands are up
 * (policy: the newest is refused). All are told the number and the first few, staff a
 * few more; each who waits is told its own place. Control thread.
 */
#ifndef MCU_HANDS_H
#define MCU_HANDS_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct member;
struct room;

#define HANDS_MAX       1000
#define HANDS_TOLD      20 /* names for staff, and in a class where all are listed */
#define HANDS_TOLD_MANY 3  /* names for the others of a larger class */
/* From one telling to the next, in a small and in a large class. */
#define HANDS_PACE_US      INT64_C(500000)
#define HANDS_PACE_MANY_US INT64_C(2000000)

struct hand {
	uint32_t member;  /* its base */
	uint32_t told;    /* the place that it was told last, from 1; 0: none */
	int64_t since_ms; /* wall clock */
};

struct hands {
	uint32_t n;
	struct hand list[HANDS_MAX]; /* who waits longest is first */
	uint32_t floor;              /* base of who was called, or 0 */
	uint32_t pinned_before;      /* what was in front before, or 0 */
	bool granted;                /* it may speak only since it was called */
	bool denied;                 /* and that was taken from it by name before */
	bool mic_before;             /* its microphone was on already */
	bool changed;
	int64_t told_us;
};

/* Its place in the queue, from 1, stays when it was raised already. -ENOSPC */
int hands_raise(struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void hands_lower(struct member *member) RUNS_ON(on_ctl);
void hands_clear(struct room *room) RUNS_ON(on_ctl);

/* Gives it the floor, whether its hand is up or not; ends that of another. */
void hands_call(struct member *member) RUNS_ON(on_ctl);
/* Nobody has it any more. */
void hands_done(struct room *room) RUNS_ON(on_ctl);

/* What was said of it by name, without what it has for as long as it has the floor:
 * that is not to be stored. */
struct policy_own hands_own(const struct member *member) RUNS_ON(on_ctl);
/* Somebody says by name what it may of these: the floor takes nothing of that back. */
void hands_settled(const struct member *member, uint32_t caps) RUNS_ON(on_ctl);

/* Back in its place, by the time at which it was raised; -ENOSPC. Tells the others
 * when the pace allows. */
int hands_restore(struct member *member, int64_t since_ms)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* The floor of somebody who was away, as it was; when nobody has it. */
#define HANDS_GRANTED    1u
#define HANDS_DENIED     2u
#define HANDS_MIC_BEFORE 4u
uint32_t hands_floor_flags(const struct room *room) RUNS_ON(on_ctl);
void hands_restore_floor(struct member *member, uint32_t flags) RUNS_ON(on_ctl);

/* It is no longer in the class. Tells it nothing. */
void hands_forget(struct room *room, const struct member *member) RUNS_ON(on_ctl);

/* From 1; 0: its hand is not up. */
uint32_t hands_place(const struct room *room, const struct member *member)
	RUNS_ON(on_ctl);

/* Twice a second: tells what changed, no more often than the pace says. */
void hands_tick(struct room *room, int64_t now_us) RUNS_ON(on_ctl);

#endif
