/* apace.h - when the ticks of the audio thread are due, how late they come, and what
 * happens then: a thread that was held up catches up, a few ticks at once with a
 * breath in between, so that those who get its packets can follow; what is far too
 * late is let go. Knows no clock. One owner, any thread.
 */
#ifndef MIXER_APACE_H
#define MIXER_APACE_H

#include <stdint.h>

#define APACE_AT_ONCE   3               /* ticks without a breath */
#define APACE_BREATH_US INT64_C(5000)   /* and how long that is */
#define APACE_RESYNC_US INT64_C(200000) /* behind by more: what was missed is let go */
#define APACE_TICKS     500             /* looked back at: 10 s */

struct apace {
	int64_t next_us;   /* media time of the next tick, and when it should be done */
	int64_t breath_us; /* nothing before; 0: no breath */
	uint32_t at_once;  /* late ticks since the last breath */
	uint64_t ticks;    /* done */
	uint64_t let_go;   /* ticks */
	uint32_t late_us[APACE_TICKS]; /* a ring of the last min(ticks, APACE_TICKS) */
};

void apace_init(struct apace *pace, int64_t now_us);

/* Sleep until then; it may be over already. */
int64_t apace_due(const struct apace *pace);

/* Awake, at `now_us`: do the tick of *media_us. Returns by how much it is late. */
int64_t apace_tick(struct apace *pace, int64_t now_us, int64_t *media_us);

/* Of the ticks looked back at, how late the latest was, and the latest but for one
 * in a hundred. 0 at first. */
void apace_late(const struct apace *pace, uint32_t *p99_us, uint32_t *max_us);

#endif
