#include "transport/losscap.h"

#include "base/clock.h"

#define BIN_US    (250 * MS_US)
#define DECAY     (31.0 / 32) /* by bin: 8 s of memory */
#define GAP_BINS  8           /* nothing sent for so long: begin anew */
#define CALM      0.02        /* fewer lost: nothing to explain */
#define LOST_MIN  20          /* packets, before anything is said */
#define BINS_MIN  20
#define LOW_MIN   20   /* losses that chance would put in the quiet bins */
#define LOW_SHARE 0.25 /* so few of them are no chance */
#define SPREAD    0.35 /* of the variance that chance gives at least */

static void restart(struct losscap *l)
{
	*l = (struct losscap){.bin_us = l->bin_us};
}

/* By chance each packet is lost for itself, so what arrives spreads at least as the
 * binomial distribution does. A cap makes it even. */
static bool is_even(const struct losscap *l, double p)
{
	double mean = l->got / l->bins;
	double variance = l->got2 / l->bins - mean * mean;

	return l->bins >= BINS_MIN &&
	       variance < SPREAD * p * (1 - p) * l->squares / l->bins;
}

static bool spares_quiet(const struct losscap *l, double p)
{
	double expected = p * l->low_told;

	return expected >= LOW_MIN && l->low_lost <= expected * LOW_SHARE;
}

static void close_bin(struct losscap *l)
{
	double p, usual = l->bins > 0 ? l->sent / l->bins : l->bin_sent;

	l->bins = l->bins * DECAY + 1;
	l->told = l->told * DECAY + l->bin_told;
	l->lost = l->lost * DECAY + l->bin_lost;
	l->sent = l->sent * DECAY + l->bin_sent;
	l->got = l->got * DECAY + l->bin_got;
	l->got2 = l->got2 * DECAY + (double)l->bin_got * l->bin_got;
	l->squares = l->squares * DECAY + l->bin_squares;
	l->low_told *= DECAY;
	l->low_lost *= DECAY;
	if (l->bin_sent < usual) {
		l->low_told += l->bin_told;
		l->low_lost += l->bin_lost;
	}
	l->bin_told = l->bin_lost = l->bin_sent = l->bin_got = 0;
	l->bin_squares = 0;
	p = l->told > 0 ? l->lost / l->told : 0;
	if (p < CALM) {
		restart(l);
		return;
	}
	l->capped = l->lost >= LOST_MIN && (is_even(l, p) || spares_quiet(l, p));
}

void losscap_add(struct losscap *l, int64_t sent_us, uint32_t size, bool lost)
{
	if (!l->bin_us)
		l->bin_us = sent_us;
	if (sent_us - l->bin_us >= GAP_BINS * BIN_US) {
		l->bin_us = sent_us;
		restart(l);
	}
	while (sent_us - l->bin_us >= BIN_US) {
		close_bin(l);
		l->bin_us += BIN_US;
	}
	l->bin_told++;
	l->bin_sent += size;
	l->bin_squares += (double)size * size;
	if (lost)
		l->bin_lost++;
	else
		l->bin_got += size;
}

void losscap_found(struct losscap *l)
{
	/* the bytes stay where they were missing: that makes the spread larger, so
	 * that nothing is taken for a cap because packets overtake each other */
	if (l->bin_lost)
		l->bin_lost--;
	else if (l->lost >= 1)
		l->lost--;
}
