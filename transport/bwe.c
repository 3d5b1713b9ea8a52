#include "transport/bwe.h"

#include "base/clock.h"

#include <string.h>

#define PERIOD_US   (30 * SEC_US) /* the least delay is that of one or two of these */
#define JUMP_US     (10 * SEC_US) /* no queue is so long: another clock */
#define BIN_US      (250 * MS_US)
#define SILENT_BINS 40 /* of the peer's clock; after that its bins begin anew */

/* A window ends when it says something about the least delay. */
#define WINDOW_US      (200 * MS_US)
#define WINDOW_FULL    6 /* packets that arrived */
#define WINDOW_LONG_US (500 * MS_US)
#define WINDOW_TOLD    16 /* enough to judge losses */

#define QUEUE_US      (100 * MS_US) /* a queue that is too long */
#define QUEUE_SOME_US (50 * MS_US)  /* one that is, when packets are lost as well */
#define QUEUE_HUGE_US (400 * MS_US) /* too long even while a probe runs */
#define NOISE_MAX_US  (60 * MS_US)
#define NOISE_US      (30 * SEC_US) /* it is an average over so long */
#define LOSS_US       (2 * SEC_US)  /* so is the loss */
#define LOSS_SOME     10            /* one of so many is a sign, with a queue */

#define AGAIN_US     (500 * MS_US) /* between two reports of the same tightness */
#define CLEAR_US     SEC_US
#define TIGHT_US     (2 * SEC_US)
#define FLAT_US      (4 * SEC_US) /* a queue that does not move is none */
#define FLAT_LONG_US (8 * SEC_US) /* though no less is sent */
#define FLAT_MOVE_US (30 * MS_US)

/* Nothing is known of a new link: so many losses at once are taken for too much, once. */
#define START_LOOKS 12
#define START_TOLD  24
#define START_LOST  0.10

#define FIRST_LOOKS 3 /* then it is told for the first time that all is well */

/* Many lost together, and none for so long before. */
#define HOLE_LOST     4
#define HOLE_US       (110 * MS_US)
#define HOLE_APART_US SEC_US

#define LOSSY      0.15
#define LOSSY_END  0.08
#define LOSSY_US   (2 * SEC_US)
#define LOSSY_MORE 0.03 /* a change that is worth to be told */

/* by receiver reports */
#define RTT_QUEUE_US (150 * MS_US)
#define RTT_SOME_US  (60 * MS_US)
#define BLOCK_MANY   0.4 /* of the packets lost, twice in a row */
#define BLOCK_SOME   0.1
#define BLOCK_WEIGHT 0.5

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static uint32_t clamp32(double v)
{
	return v >= UINT32_MAX ? UINT32_MAX : v > 0 ? (uint32_t)v : 0;
}

static uint32_t bps_of(double bytes, int64_t us)
{
	return us > 0 ? clamp32(bytes * 8 * SEC_US / (double)us) : 0;
}

/* All that was learnt of delay; the verdict stays. */
static void forget_delay(struct bwe *b)
{
	b->least[0] = b->least[1] = b->window_least = INT64_MAX;
	b->last_way = INT64_MAX;
	b->period_us = 0;
	b->window_arrived = 0;
	b->now = (struct bwe_window){0};
	memset(b->last, 0, sizeof(b->last));
	b->stand_n = 0;
	b->flat_us = 0;
	b->report.queue_ms = 0;
}

void bwe_init(struct bwe *b)
{
	*b = (struct bwe){.sign_us = INT64_MIN / 2,
			  .reported_us = INT64_MIN / 2,
			  .cap_us = INT64_MIN / 2,
			  .hole_us = INT64_MIN / 2};
	forget_delay(b);
}

static int64_t least(const struct bwe *b)
{
	return min64(b->least[0], b->least[1]);
}

/* The queue of a window from which on too much is sent. */
static int64_t limit(const struct bwe *b)
{
	int64_t noisy = QUEUE_US * 4 / 5 + 2 * b->noise_us;

	return noisy > QUEUE_US ? noisy : QUEUE_US;
}

/* ---- what arrives ----------------------------------------------------------- */

static void count_arrival(struct bwe *b, uint32_t size, int64_t recv_us)
{
	int64_t bin = recv_us / BIN_US;

	if (bin - b->bin > SILENT_BINS || b->bin - bin > SILENT_BINS) {
		memset(b->bins, 0, sizeof(b->bins));
		b->bin = bin;
	}
	for (; b->bin < bin; b->bin++) {
		memmove(b->bins, b->bins + 1, sizeof(b->bins) - sizeof(b->bins[0]));
		b->bins[BWE_BINS - 1] = 0;
	}
	if (b->bin - bin < BWE_BINS)
		b->bins[BWE_BINS - 1 - (b->bin - bin)] += size;
}

/* Bits a second over the last full second. */
static uint32_t arrival_bps(const struct bwe *b)
{
	double bytes = 0;

	for (int i = 0; i < BWE_BINS - 1; i++)
		bytes += b->bins[i];
	return bps_of(bytes, (BWE_BINS - 1) * BIN_US);
}

/* As long as each packet had to wait, they arrive at the rate of the way. */
static void note_standing(struct bwe *b, uint32_t size, int64_t queue_us, int64_t recv_us)
{
	if (queue_us < limit(b) / 2) {
		b->stand_n = 0;
		return;
	}
	if (!b->stand_n++) {
		b->stand_from_us = b->stand_to_us = recv_us;
		b->stand_bytes = 0;
		return;
	}
	b->stand_bytes += size;
	if (recv_us > b->stand_to_us)
		b->stand_to_us = recv_us;
	if (b->stand_to_us - b->stand_from_us > 2 * SEC_US) { /* half of it is old */
		b->stand_from_us += (b->stand_to_us - b->stand_from_us) / 2;
		b->stand_bytes /= 2;
	}
}

static bool is_standing(const struct bwe *b)
{
	return b->stand_n >= 4 && b->stand_to_us - b->stand_from_us >= WINDOW_US / 2;
}

/* For a moment nothing passed, as happens on the air: that says nothing of the rate,
 * unless it happens all the time. */
static void end_run(struct bwe *b)
{
	if (b->run >= HOLE_LOST && b->run_to_us - b->run_from_us >= HOLE_US) {
		if (b->run_from_us - b->hole_us > HOLE_APART_US) {
			b->spared_from_us = b->run_from_us;
			b->spared_to_us = b->run_to_us;
			b->now.lost -= (int32_t)b->run;
			b->now.told -= b->run < b->now.told ? b->run : b->now.told;
		}
		b->hole_us = b->run_to_us;
	}
	b->run = 0;
}

static void note_run(struct bwe *b, int64_t sent_us)
{
	if (!b->run++)
		b->run_from_us = sent_us;
	b->run_to_us = sent_us;
}

void bwe_packet(struct bwe *b, const struct twcc_news *news, int64_t recv_us)
{
	int64_t way = recv_us - news->sent_us;

	/* what was lost while nothing passed says nothing of what passes now */
	if (news->fate == FATE_LOST &&
	    (b->report.verdict == LINK_SILENT || news->sent_us < b->back_us))
		return;
	if (news->fate != FATE_FOUND) {
		b->now.told++;
		b->now.sent += news->size;
		losscap_add(&b->losscap, news->sent_us, news->size,
			    news->fate == FATE_LOST);
	}
	if (news->fate == FATE_LOST) {
		b->now.lost++;
		note_run(b, news->sent_us);
		return;
	}
	if (news->fate == FATE_ARRIVED)
		end_run(b);
	if (news->fate == FATE_FOUND) {
		if (news->sent_us < b->spared_from_us || news->sent_us > b->spared_to_us)
			b->now.lost--;
		b->now.found++;
		losscap_found(&b->losscap);
	}
	if (b->last_way != INT64_MAX &&
	    (way - b->last_way > JUMP_US || b->last_way - way > JUMP_US))
		forget_delay(b);
	b->last_way = way;
	b->now.bytes += news->size;
	b->window_arrived++;
	b->window_least = min64(b->window_least, way);
	b->least[0] = min64(b->least[0], way);
	count_arrival(b, news->size, recv_us);
	note_standing(b, news->size, way - least(b), recv_us);
}

/* ---- windows ---------------------------------------------------------------- */

static bool window_ends(const struct bwe *b, int64_t took_us)
{
	if (took_us >= WINDOW_LONG_US)
		return b->now.told >= 2;
	return took_us >= WINDOW_US &&
	       (b->window_arrived >= WINDOW_FULL || b->now.told >= WINDOW_TOLD);
}

static void note_noise(struct bwe *b, const struct bwe_window *w)
{
	int64_t queue_us = min64(w->queue_us, NOISE_MAX_US);

	if (b->report.verdict != LINK_TIGHT)
		b->noise_us += (queue_us - b->noise_us) * w->took_us /
			       (w->took_us + NOISE_US);
}

static void note_loss(struct bwe *b, const struct bwe_window *w, int64_t now_us)
{
	double kept = LOSS_US / (double)(LOSS_US + w->took_us);

	if (now_us < b->expected_us) /* a probe may be what loses them */
		return;
	/* sums, not ratios of windows: what is found again takes away as much as it
	 * had brought */
	b->sum_lost = b->sum_lost * kept + w->lost;
	b->sum_told = b->sum_told * kept + w->told;
	b->sum_found = b->sum_found * kept + w->found;
	b->loss = b->sum_told > 0 ? b->sum_lost / b->sum_told : 0;
	b->loss = b->loss > 1 ? 1 : b->loss < 0 ? 0 : b->loss;
}

static void close_window(struct bwe *b, int64_t now_us)
{
	struct bwe_window *w = &b->now;

	w->took_us = now_us - b->window_us;
	w->queue_us = b->window_arrived ? b->window_least - least(b)
					: b->last[0].queue_us;
	note_noise(b, w);
	note_loss(b, w, now_us);
	b->looks++;
	memmove(b->last + 1, b->last, sizeof(b->last) - sizeof(b->last[0]));
	b->last[0] = *w;
	b->now = (struct bwe_window){0};
	b->window_us = now_us;
	b->window_least = INT64_MAX;
	b->window_arrived = 0;
}

/* The last `n` windows as one; its queue is the least of theirs. */
static struct bwe_window recent(const struct bwe *b, int n)
{
	struct bwe_window sum = b->last[0];

	for (int i = 1; i < n; i++) {
		const struct bwe_window *w = &b->last[i];

		sum.took_us += w->took_us;
		sum.queue_us = min64(sum.queue_us, w->queue_us);
		sum.told += w->told;
		sum.lost += w->lost;
		sum.sent += w->sent;
		sum.bytes += w->bytes;
	}
	return sum;
}

/* ---- signs ------------------------------------------------------------------ */

/* It stands, and does not shrink. */
static bool queue_says(const struct bwe *b, int64_t now_us)
{
	const struct bwe_window *w = b->last;
	int64_t too_long = limit(b);

	if (now_us < b->expected_us && w[0].queue_us < QUEUE_HUGE_US)
		return false;
	return w[0].queue_us > too_long && w[1].queue_us > too_long &&
	       w[0].queue_us >= w[1].queue_us - w[1].queue_us / 8;
}

/* A shorter queue, from which packets fall. */
static bool both_say(const struct bwe *b, int64_t now_us)
{
	struct bwe_window w = recent(b, 3);
	int64_t some_us = QUEUE_SOME_US + 3 * b->noise_us;

	if (now_us < b->expected_us)
		return false;
	return w.queue_us > some_us && w.lost >= 4 &&
	       (uint32_t)w.lost > w.told / LOSS_SOME;
}

/* So many are lost that it is no chance of 3 in 10: more than four and a half
 * standard deviations beyond; and none of those that are only late. */
static bool loss_says(const struct bwe *b, int64_t now_us)
{
	struct bwe_window w = recent(b, b->last[0].took_us >= SEC_US / 2 ? 2 : 3);
	double late = b->sum_told > 0 ? b->sum_found / b->sum_told : 0;
	double beyond = w.lost - (0.32 + late) * w.told;

	if (now_us < b->expected_us)
		return false;
	return w.told >= 20 && beyond > 0 && beyond * beyond > 4.5 * 4.5 * 0.21 * w.told;
}

/* Before there is anything to compare with. If it was chance after all, less is sent
 * for some seconds. */
static bool start_says(struct bwe *b, int64_t now_us)
{
	struct bwe_window w = recent(b, 3);
	double late = b->sum_told > 0 ? 2 * b->sum_found / b->sum_told : 0;

	if (b->start_told || b->looks > START_LOOKS || now_us < b->expected_us ||
	    w.told < START_TOLD || w.lost < w.told * (START_LOST + late))
		return false;
	b->start_told = true;
	return true;
}

/* What fits, as far as can be seen while it is too much. */
static uint32_t tight_bps(const struct bwe *b, bool by_loss)
{
	struct bwe_window w = recent(b, 2);

	if (is_standing(b))
		return bps_of(b->stand_bytes, b->stand_to_us - b->stand_from_us);
	return by_loss ? bps_of(w.bytes, w.took_us) : arrival_bps(b);
}

/* A queue that stays what it is though less is sent was none: the way became
 * longer. */
static void mind_flat(struct bwe *b, int64_t now_us)
{
	struct bwe_window w = recent(b, BWE_WINDOWS);
	int64_t queue_us = b->last[0].queue_us, move_us = queue_us - b->flat_queue;
	int64_t may_us = FLAT_MOVE_US + 2 * b->noise_us;
	bool less = bps_of(w.sent, w.took_us) < b->tight_bps - b->tight_bps / 10;

	if (!b->flat_us || move_us > may_us || move_us < -may_us ||
	    b->last[0].lost * 20 > (int32_t)b->last[0].told) {
		b->flat_us = now_us;
		b->flat_queue = queue_us;
	}
	if (now_us - b->flat_us < (less ? FLAT_US : FLAT_LONG_US))
		return;
	b->least[0] += b->flat_queue;
	b->least[1] = INT64_MAX;
	b->period_us = now_us;
	b->flat_us = 0;
	b->stand_n = 0;
	for (int i = 0; i < BWE_WINDOWS; i++)
		b->last[i].queue_us = 0;
	b->sign_us = now_us - CLEAR_US;
}

/* ---- the verdict ------------------------------------------------------------ */

static bool tell(struct bwe *b, enum link_verdict verdict, int64_t now_us)
{
	b->report.verdict = verdict;
	b->reported_us = now_us;
	b->told_loss = b->loss;
	b->cap_told = b->report.cap_bps;
	return true;
}

static bool tighten(struct bwe *b, uint32_t fits_bps, uint32_t sent_bps, int64_t now_us)
{
	bool first = b->report.verdict != LINK_TIGHT;

	/* losses that are told of now may be of before the first report: that the way
	 * carries less than was seen then is believed only if packets wait */
	if (!first && now_us - b->tight_us < TIGHT_US && b->fits_bps > fits_bps &&
	    b->last[0].queue_us <= limit(b))
		fits_bps = b->fits_bps;
	b->fits_bps = fits_bps;
	b->sign_us = now_us;
	b->report.carried_bps = fits_bps;
	if (first) {
		b->tight_us = now_us;
		b->tight_bps = sent_bps;
		b->flat_us = 0;
	}
	b->lossy_us = 0;
	if (!first && now_us - b->reported_us < AGAIN_US)
		return false;
	return tell(b, LINK_TIGHT, now_us);
}

/* The average needs some seconds to become what is lost. */
static bool is_worse(const struct bwe *b, int64_t now_us)
{
	return now_us - b->reported_us >= LOSSY_US && b->loss > b->told_loss + LOSSY_MORE;
}

/* No sign of too much now. */
static bool ease(struct bwe *b, int64_t now_us)
{
	enum link_verdict was = b->report.verdict;
	bool many;

	if (was == LINK_TIGHT) {
		if (now_us - b->sign_us < CLEAR_US || b->last[0].queue_us > limit(b))
			return false;
		/* what was lost is explained */
		b->sum_lost = b->sum_told = b->sum_found = b->loss = 0;
		return tell(b, LINK_CLEAR, now_us);
	}
	many = b->loss >= (was == LINK_LOSSY ? LOSSY_END : LOSSY);
	if (!many)
		b->lossy_us = 0;
	else if (!b->lossy_us)
		b->lossy_us = now_us;
	if (many && now_us - b->lossy_us >= LOSSY_US &&
	    (was != LINK_LOSSY || is_worse(b, now_us)))
		return tell(b, LINK_LOSSY, now_us);
	if ((was == LINK_LOSSY || (b->reported_us < 0 && b->looks >= FIRST_LOOKS)) &&
	    !many)
		return tell(b, LINK_CLEAR, now_us);
	return false;
}

static bool judge(struct bwe *b, int64_t now_us)
{
	struct bwe_window w = recent(b, 3);
	bool queue = queue_says(b, now_us) || both_say(b, now_us);
	bool loss = loss_says(b, now_us) || (!queue && start_says(b, now_us));
	bool cap = !queue && !loss && now_us >= b->expected_us &&
		   losscap_is_cap(&b->losscap);

	b->report.queue_ms = (uint16_t)(min64(b->last[0].queue_us, 65000000) / MS_US);
	b->report.loss_64k = (uint16_t)(b->loss * 65535);
	b->report.carried_bps = arrival_bps(b);
	if (queue || loss || cap) /* what was lost so far is explained */
		b->losscap = (struct losscap){0};
	if (queue || loss || cap) {
		bool told = tighten(b, tight_bps(b, loss), bps_of(w.sent, w.took_us),
				    now_us);

		mind_flat(b, now_us);
		return told;
	}
	if (b->report.verdict == LINK_TIGHT && b->last[0].queue_us > limit(b))
		mind_flat(b, now_us);
	return ease(b, now_us);
}

static void turn_period(struct bwe *b, int64_t now_us)
{
	if (!b->period_us)
		b->period_us = b->window_us = now_us;
	if (now_us - b->period_us < PERIOD_US)
		return;
	b->period_us = now_us;
	b->least[1] = b->least[0];
	b->least[0] = b->window_least;
}

bool bwe_end(struct bwe *b, uint32_t untold, int64_t now_us)
{
	bool back = b->report.verdict == LINK_SILENT;

	turn_period(b, now_us);
	if (untold) { /* as much of it arrived as of the rest, for all we know */
		uint32_t came = clamp32(untold * (1 - b->loss));

		b->bins[BWE_BINS - 1] += came;
		b->now.bytes += came;
		b->now.sent += untold;
		if (b->stand_n)
			b->stand_bytes += came;
	}
	if (back)
		return bwe_back(b, now_us);
	if (!window_ends(b, now_us - b->window_us))
		return false;
	close_window(b, now_us);
	return judge(b, now_us);
}

bool bwe_back(struct bwe *b, int64_t now_us)
{
	if (b->report.verdict != LINK_SILENT)
		return false;
	b->lossy_us = 0;
	b->back_us = now_us;
	return tell(b, LINK_CLEAR, now_us);
}

bool bwe_held_back(struct bwe *b, uint32_t fits_bps, uint32_t sent_bps, int64_t now_us)
{
	if (b->report.verdict == LINK_SILENT || now_us - b->reported_us < CLEAR_US)
		return false;
	return tighten(b, fits_bps, sent_bps, now_us);
}

int64_t bwe_queue(const struct bwe *b)
{
	int64_t queue_us = b->last[0].queue_us;

	if (b->window_arrived >= WINDOW_FULL / 2)
		queue_us = b->window_least - least(b);
	return queue_us - 2 * b->noise_us;
}

bool bwe_silent(struct bwe *b, int64_t now_us)
{
	if (b->report.verdict == LINK_SILENT)
		return false;
	forget_delay(b);
	b->losscap = (struct losscap){0};
	b->lossy_us = 0;
	memset(b->bins, 0, sizeof(b->bins));
	return tell(b, LINK_SILENT, now_us);
}

/* ---- without such feedback -------------------------------------------------- */

bool bwe_block(struct bwe *b, uint8_t fraction_lost, int64_t rtt_us, uint32_t sent_bps,
	       int64_t now_us)
{
	double lost = fraction_lost / 256.0;
	struct bwe_window *w = b->last;
	int64_t low;
	bool sign;

	if (rtt_us > 0)
		b->window_least = rtt_us;
	b->least[0] = min64(b->least[0], b->window_least);
	turn_period(b, now_us);
	b->looks++;
	memmove(w + 1, w, sizeof(b->last) - sizeof(w[0]));
	w[0] = (struct bwe_window){
		.queue_us = rtt_us > 0 ? rtt_us - least(b) : w[1].queue_us,
		.lost = fraction_lost,
		.told = 256,
	};
	b->loss += (lost - b->loss) * BLOCK_WEIGHT;
	low = min64(w[0].queue_us, w[1].queue_us);
	sign = (low > RTT_QUEUE_US && w[0].queue_us >= w[1].queue_us * 7 / 8) ||
	       (low > RTT_SOME_US && lost > BLOCK_SOME) ||
	       (lost > BLOCK_MANY && w[1].lost > BLOCK_MANY * 256);
	b->report.queue_ms = (uint16_t)(min64(w[0].queue_us, 65000000) / MS_US);
	b->report.loss_64k = (uint16_t)(b->loss * 65535);
	b->report.carried_bps = clamp32(sent_bps * (1 - lost));
	return sign ? tighten(b, b->report.carried_bps, sent_bps, now_us)
		    : ease(b, now_us);
}

bool bwe_cap(struct bwe *b, uint64_t bps, bool judge_it, uint32_t sent_bps,
	     int64_t now_us)
{
	uint32_t cap = bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;

	b->report.cap_bps = cap;
	if (judge_it && sent_bps > (uint64_t)cap + cap / 20)
		return tighten(b, cap, sent_bps, now_us);
	return bwe_cap_due(b, now_us);
}

bool bwe_cap_due(struct bwe *b, int64_t now_us)
{
	uint64_t cap = b->report.cap_bps, told = b->cap_told;

	/* a peer that changes its mind all the time must not be heard each time */
	if (now_us - b->cap_us < AGAIN_US ||
	    (cap <= told + told / 10 && cap >= told - told / 10))
		return false;
	b->cap_us = now_us;
	return tell(b, b->report.verdict, now_us);
}
