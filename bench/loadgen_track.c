#include "bench/loadgen_track.h"

#include <string.h>

#include "base/clock.h"

#define FIRST_ASK_US (5 * MS_US) /* what is only out of order comes by itself */
#define AGAIN_US     (100 * MS_US)
#define TRIES        10

void lg_track_init(struct lg_track *t, uint32_t clock_hz, int64_t gap_us, bool repaired)
{
	*t = (struct lg_track){
		.clock_hz = clock_hz, .gap_us = gap_us, .repaired = repaired};
}

static bool test_and_set(struct lg_track *t, int64_t number)
{
	uint64_t *word = &t->seen[(uint64_t)number / 64 % (LG_SEEN / 64)];
	uint64_t bit = UINT64_C(1) << ((uint64_t)number % 64);
	bool was = *word & bit;

	*word |= bit;
	return was;
}

static void forget(struct lg_track *t, int64_t number)
{
	t->seen[(uint64_t)number / 64 % (LG_SEEN / 64)] &= ~(UINT64_C(1)
							     << ((uint64_t)number % 64));
}

static void miss(struct lg_track *t, int64_t number, int64_t now_us)
{
	if (t->repaired && t->n_missing < LG_MISSING)
		t->missing[t->n_missing++] = (struct lg_missing){
			number, now_us + FIRST_ASK_US, 0};
}

static void found(struct lg_track *t, int64_t number)
{
	for (uint32_t i = 0; i < t->n_missing; i++)
		if (t->missing[i].number == number) {
			memmove(&t->missing[i], &t->missing[i + 1],
				(t->n_missing - i - 1) * sizeof(t->missing[0]));
			t->n_missing--;
			return;
		}
}

static void advance(struct lg_track *t, int64_t number, int64_t now_us)
{
	if (number - t->high >= LG_SEEN)
		memset(t->seen, 0, sizeof(t->seen));
	for (int64_t n = t->high + 1; n <= number && n - t->high < LG_SEEN; n++) {
		forget(t, n);
		if (n < number)
			miss(t, n, now_us);
	}
	t->high = number;
}

bool lg_track_take(struct lg_track *t, uint16_t seq, bool rtx, int64_t now_us)
{
	int64_t number;

	if (!t->started) {
		if (rtx)
			return false;
		t->started = true;
		number = rtp_unwrap16(&t->numbers, seq);
		t->first = t->high = number;
		t->high_reported = number - 1;
	} else if (rtx) { /* a copy may come before anything is missed */
		number = t->high + (int16_t)(uint16_t)(seq - (uint16_t)t->high);
	} else {
		number = rtp_unwrap16(&t->numbers, seq);
	}
	if (number > t->high)
		advance(t, number, now_us);
	if (t->high - number >= LG_SEEN || test_and_set(t, number)) {
		t->twice++;
		return false;
	}
	if (number < t->first) /* sent before the first one that came */
		t->first = number;
	found(t, number);
	t->unique++;
	t->repairs += rtx;
	return true;
}

int64_t lg_track_time(struct lg_track *t, uint32_t ts, int64_t at_us)
{
	int64_t ticks = rtp_unwrap32(&t->times, ts), transit, d;

	transit = at_us * t->clock_hz / SEC_US - ticks;
	if (t->last_us) {
		int64_t pause_us = at_us - t->last_us;

		d = transit - t->transit;
		t->jitter += (d < 0 ? -d : d) - ((t->jitter + 8) >> 4);
		if (pause_us > t->longest_us)
			t->longest_us = pause_us;
		if (t->high == t->timed + 1 && ticks > t->ticks)
			t->step_us = (ticks - t->ticks) * SEC_US / t->clock_hz;
		t->gaps += pause_us > t->gap_us + t->step_us;
	}
	t->transit = transit;
	t->ticks = ticks;
	t->timed = t->high;
	t->last_us = at_us;
	return ticks * SEC_US / t->clock_hz;
}

void lg_track_key(struct lg_track *t, uint16_t seq)
{
	int64_t number = t->high + (int16_t)(uint16_t)(seq - (uint16_t)t->high);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < t->n_missing; i++)
		if (t->missing[i].number >= number)
			t->missing[kept++] = t->missing[i];
	t->n_missing = kept;
}

uint32_t lg_track_wanted(struct lg_track *t, int64_t now_us, uint16_t *out, uint32_t max,
			 uint32_t *given_up)
{
	uint32_t n = 0, kept = 0;

	for (uint32_t i = 0; i < t->n_missing; i++) {
		struct lg_missing *m = &t->missing[i];

		if (m->next_us <= now_us && m->tries == TRIES) {
			(*given_up)++;
			continue;
		}
		if (m->next_us <= now_us && n < max) {
			out[n++] = (uint16_t)m->number;
			m->tries++;
			m->next_us = now_us + AGAIN_US;
		}
		t->missing[kept++] = *m;
	}
	t->n_missing = kept;
	return n;
}

uint32_t lg_track_lost(const struct lg_track *t)
{
	int64_t lost = t->high - t->first + 1 - t->unique - t->n_missing;

	return t->started && lost > 0 ? (uint32_t)lost : 0;
}

void lg_track_block(struct lg_track *t, struct rtcp_block *block, int64_t now_us)
{
	uint32_t originals = t->unique - t->repairs;
	int64_t expected = t->high - t->high_reported;
	int64_t lost = expected - (originals - t->originals_reported);

	*block = (struct rtcp_block){
		.ssrc = t->ssrc,
		.highest_seq = (uint32_t)t->high,
		.jitter = (uint32_t)(t->jitter >> 4),
		.lost = (int32_t)(t->high - t->first + 1 - originals),
		.lsr = t->sr_mid};
	if (expected > 0 && lost > 0)
		block->fraction_lost = (uint8_t)(lost * 255 / expected);
	if (t->sr_us)
		block->dlsr = (uint32_t)((now_us - t->sr_us) * 65536 / SEC_US);
	t->high_reported = t->high;
	t->originals_reported = originals;
}
