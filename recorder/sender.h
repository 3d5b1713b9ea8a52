/* sender.h - one thing that a member sends, as a recording knows it: whose it is, and
 * when its units are by our clock.
 */
#ifndef RECORDER_SENDER_H
#define RECORDER_SENDER_H

#include "base/attr.h"
#include "base/au.h"
#include "base/ref.h"
#include "base/thread.h"
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stdint.h>

/* From times of the sender to ours. What it says of its own times has no jitter, but a
 * zero that nobody knows, and a clock that runs a little faster or slower: the zero is
 * that of the unit that took the least time on its way, and moves on by 0.2 per mille of
 * the time that has passed. A unit is never later than it came, nor more than
 * SENDER_LATE_US before that: beyond it the sender has begun to count anew. */
struct sender_clock {
	bool runs;
	int64_t zero_us;    /* ours, of the sender's zero */
	int64_t arrival_us; /* of the unit before */
};

#define SENDER_LATE_US INT64_C(2000000)

/* By clock_us(), of a unit that has arrival_us and pts_us. */
int64_t sender_clock_at(struct sender_clock *clock, const struct au *au);

/* How long the sound of an Opus packet lasts (RFC 6716, 3.1 and 3.2.5); 0: it is none. */
uint32_t sender_opus_us(const struct au *au);

/* Counted: the record thread and the editions' own have it. */
struct sender {
	struct ref ref;
	struct recording_sender who; /* never changes */
	/* The record thread's. */
	struct sender_clock clock;
	bool waits;            /* for a key frame; a voice never does */
	uint32_t gaps;         /* see sender_gap() */
	uint16_t rotation_deg; /* of the last unit */
	int64_t asked_us;      /* for a key frame; INT64_MIN / 2: never */
};

/* NULL: no memory. */
struct sender *sender_make(const struct recording_sender *who);
struct sender *sender_get(struct sender *sender);
void sender_put(struct sender *sender); /* NULL is accepted */

bool sender_ok(const struct recording_sender *who);
bool sender_is_voice(const struct sender *sender);

/* Is the unit to be written, as far as those before it are concerned? `gap`: how often
 * units of anybody were lost on their way here, until now. */
bool sender_takes(struct sender *sender, const struct au *au, uint32_t gap)
	RUNS_ON(on_rec);
/* It could not be given to all: nothing of it can be shown before the next key frame. */
void sender_cut(struct sender *sender) RUNS_ON(on_rec);
/* Once a second, while it waits: a key frame is to be asked for. */
bool sender_asks(struct sender *sender, int64_t now_us) RUNS_ON(on_rec);

#endif
