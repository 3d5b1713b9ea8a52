#include "mixer/channels.h"

#include "base/log.h"
#include "mixer/feed.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(CHANNELS_PAST >= FEED_TICKS, "what is missing of a packet, and one more");

int channels_init(struct channels *ch, uint32_t id, const struct mix_conf *conf,
		  const struct amix_sink *sink)
{
	*ch = (struct channels){.id = id, .conf = *conf, .sink = *sink, .changed = true};
	ch->made[0] = calloc(1, sizeof(*ch->made[0]));
	return ch->made[0] ? 0 : -ENOMEM;
}

static void unmake(struct channels *ch, uint32_t k)
{
	if (!ch->made[k])
		return;
	for (int c = 0; c < MIX_CLASSES; c++)
		feed_destroy(ch->made[k]->feed[c]);
	free(ch->made[k]);
	ch->made[k] = NULL;
}

void channels_fini(struct channels *ch)
{
	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		unmake(ch, k);
}

void channels_rates(struct channels *ch, const uint32_t bps[MIX_CLASSES])
{
	memcpy(ch->conf.bps, bps, sizeof(ch->conf.bps));
	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		for (int c = 0; ch->made[k] && c < MIX_CLASSES; c++)
			if (ch->made[k]->feed[c])
				feed_rate(ch->made[k]->feed[c], bps[c]);
}

/* Of all outlets that get this mix, the worst: none of them is left without copies. */
static uint8_t loss_of(const struct channels *ch, uint32_t made, enum mix_class c)
{
	uint8_t loss = 0;

	for (uint32_t k = made; k < MIX_CHANNELS; k++)
		if (ch->like[k] == made && ch->on[k][c] && ch->loss_percent[k][c] > loss)
			loss = ch->loss_percent[k][c];
	return loss;
}

void channels_class(struct channels *ch, uint32_t channel, enum mix_class c, bool on,
		    uint8_t loss_percent)
{
	struct channel *made = ch->made[ch->like[channel]];

	ch->changed |= on != ch->on[channel][c];
	ch->on[channel][c] = on;
	ch->loss_percent[channel][c] = loss_percent;
	if (made && made->feed[c] && on)
		feed_loss(made->feed[c], loss_of(ch, ch->like[channel], c));
}

uint32_t channels_encodes(const struct channels *ch)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		for (int c = 0; ch->made[k] && c < MIX_CLASSES; c++)
			n += ch->made[k]->feed[c] && !feed_rests(ch->made[k]->feed[c]);
	return n;
}

const float *channels_past(const struct channels *ch, uint32_t channel, uint32_t back)
{
	static const float nothing[PCM_TICK];
	const struct channel *made = ch->made[ch->like[channel]];

	return made ? made->past[back - 1] : nothing;
}

/* ---- who is named ----------------------------------------------------------- */

static bool class_runs(const struct channels *ch, int c)
{
	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		if (ch->made[k] && ch->made[k]->feed[c])
			return true;
	return false;
}

/* Its place among those a packet names; n_skip: it is not there. */
static uint32_t find_skip(const struct channels_span *span, uint32_t voice)
{
	uint32_t i = 0;

	while (i < span->n_skip && span->skip[i] != voice)
		i++;
	return i;
}

bool channels_can_name(const struct channels *ch, uint32_t voice)
{
	for (int c = 0; c < MIX_CLASSES; c++)
		if (find_skip(&ch->span[c], voice) == AU_SKIP_MAX)
			return false;
	return true;
}

/* In all channels: it has units of its own, whichever it hears. */
void channels_name(struct channels *ch, uint32_t voice)
{
	for (int c = 0; c < MIX_CLASSES; c++) {
		struct channels_span *span = &ch->span[c];
		uint32_t i = find_skip(span, voice);

		if (i < span->n_skip || !class_runs(ch, c))
			continue;
		assert(i < AU_SKIP_MAX); /* see channels_can_name() */
		span->skip[span->n_skip++] = voice;
	}
}

/* ---- what is in which ------------------------------------------------------- */

/* Now and after the fade. */
static bool are_alike(const struct voice *list, uint32_t a, uint32_t b)
{
	for (const struct voice *v = list; v; v = v->next)
		if (v->gain_now[a] != v->gain_now[b] ||
		    v->gain_next[a] != v->gain_next[b])
			return false;
	return true;
}

static uint32_t first_alike(const struct voice *first, const struct voice *parked,
			    uint32_t k)
{
	uint32_t j = 0;

	while (j < k && !(are_alike(first, j, k) && are_alike(parked, j, k)))
		j++;
	return j;
}

/* A bit for each channel that somebody hears by itself. */
static uint32_t take_up(struct channels *ch, struct voice *list) RUNS_ON(on_aud)
{
	uint32_t hears = 0;

	for (struct voice *v = list; v; v = v->next) {
		/* again at the next place like this: what differs now may not then */
		if (voice_turn(v))
			ch->changed = ch->fading = true;
		hears |= 1u << v->channel_now | 1u << v->channel_next;
	}
	return hears;
}

/* What it sounded like so far goes on. */
static void make(struct channels *ch, uint32_t k, uint32_t was)
{
	struct channel *made = calloc(1, sizeof(*made));

	ch->made[k] = made;
	if (!made)
		log_error("audio_channel_failed", "mix=%u channel=%u", ch->id, k);
	else if (ch->made[was])
		memcpy(made->past, ch->made[was]->past, sizeof(made->past));
}

static bool is_on(const struct channels *ch, uint32_t k)
{
	for (int c = 0; c < MIX_CLASSES; c++)
		if (ch->on[k][c])
			return true;
	return false;
}

static void settle(struct channels *ch, struct voice *first, struct voice *parked)
	RUNS_ON(on_aud)
{
	uint32_t hears, needed = 1;
	uint8_t was[MIX_CHANNELS];

	if (!ch->changed)
		return;
	ch->changed = false;
	memcpy(was, ch->like, sizeof(was));
	hears = take_up(ch, first) | take_up(ch, parked);
	for (uint32_t k = 1; k < MIX_CHANNELS; k++) {
		ch->like[k] = (uint8_t)first_alike(first, parked, k);
		if (hears & 1u << k || is_on(ch, k))
			needed |= 1u << ch->like[k];
	}
	for (uint32_t k = MIX_CHANNELS; k-- > 1;)
		if (needed & 1u << k && !ch->made[k])
			make(ch, k, was[k]);
	for (uint32_t k = 1; k < MIX_CHANNELS; k++)
		if (!(needed & 1u << k))
			unmake(ch, k);
}

/* Starts or ends a class of a mix where its packets begin. */
static void class_switch(struct channels *ch, uint32_t k, enum mix_class c)
{
	struct channel *made = ch->made[k];
	bool run = k == 0 && c == MIX_FULL && ch->tapped;

	for (uint32_t i = k; i < MIX_CHANNELS; i++)
		run |= ch->like[i] == k && ch->on[i][c];
	if (run && !made->feed[c]) {
		if (feed_create(&made->feed[c], c, ch->conf.bps[c])) {
			log_error("audio_feed_failed", "mix=%u channel=%u class=%d",
				  ch->id, k, c);
			return;
		}
		feed_loss(made->feed[c], loss_of(ch, k, c));
		feed_warm(made->feed[c], made->past[0]);
	} else if (!run) {
		feed_destroy(made->feed[c]);
		made->feed[c] = NULL;
	}
}

void channels_begin(struct channels *ch, struct voice *first, struct voice *parked,
		    int64_t now_us)
{
	uint32_t sum = 0;

	for (int c = 0; c < MIX_CLASSES; c++)
		sum += feed_place((enum mix_class)c, now_us);
	if (sum == 0)
		settle(ch, first, parked);
	for (int c = 0; c < MIX_CLASSES; c++) {
		struct channels_span *span = &ch->span[c];
		uint32_t place = feed_place((enum mix_class)c, now_us);
		int64_t start_us = now_us - place * PCM_TICK_US;

		if (span->start_us == start_us)
			continue;
		span->start_us = start_us;
		span->n_skip = 0;
		for (uint32_t k = 0; k < MIX_CHANNELS; k++)
			if (ch->made[k])
				class_switch(ch, k, (enum mix_class)c);
	}
}

static void finish_fades(struct voice *list) RUNS_ON(on_aud)
{
	for (struct voice *v = list; v; v = v->next)
		voice_turned(v);
}

void channels_end(struct channels *ch, struct voice *first, struct voice *parked)
{
	if (!ch->fading)
		return;
	ch->fading = false;
	finish_fades(first);
	finish_fades(parked);
}

/* ---- mixing ----------------------------------------------------------------- */

void channels_add(float sum[PCM_TICK], const struct voice *v, float from, float to)
{
	float step = (to - from) / PCM_TICK;

	if (from == 0 && to == 0)
		return;
	for (uint32_t i = 0; i < PCM_TICK; i++)
		sum[i] += v->sound[i] * (from + step * (float)(i + 1));
}

/* To all outlets that are like it. */
static void send(struct channels *ch, uint32_t k, enum mix_class c, struct au *au)
	RUNS_ON(on_aud)
{
	const struct channels_span *span = &ch->span[c];

	au->n_skip = (uint8_t)span->n_skip;
	memcpy(au->skip, span->skip, span->n_skip * sizeof(*au->skip));
	if (k == 0 && c == MIX_FULL && ch->tapped)
		ch->sink.tap(ch->sink.ctx, ch->id, au_get(au));
	for (uint32_t i = k; i < MIX_CHANNELS; i++)
		if (ch->like[i] == k && ch->on[i][c])
			ch->sink.unit(ch->sink.ctx, ch->conf.nets,
				      mix_outlet(&ch->conf, i, c), au_get(au));
	au_put(au);
}

static void run_class(struct channels *ch, uint32_t k, enum mix_class c, const float *sum,
		      int64_t now_us) RUNS_ON(on_aud)
{
	struct au *au;

	if (!ch->made[k]->feed[c])
		return;
	if (feed_run(ch->made[k]->feed[c], sum, now_us, &au))
		log_error("audio_encode_failed", "mix=%u channel=%u class=%d", ch->id, k,
			  c);
	else if (au)
		send(ch, k, c, au);
}

/* Of the packets that are complete now the short ones come first: those begin last,
 * and who changes its class takes nothing that begins before what it has. */
static void run_one(struct channels *ch, uint32_t k, struct voice *const *heard,
		    uint32_t n, int64_t now_us) RUNS_ON(on_aud)
{
	struct channel *made = ch->made[k];
	float sum[PCM_TICK] = {0};

	for (uint32_t i = 0; i < n; i++)
		channels_add(sum, heard[i], heard[i]->gain_now[k],
			     heard[i]->gain_next[k]);
	for (int c = MIX_CLASSES; c-- > 0;)
		run_class(ch, k, (enum mix_class)c, sum, now_us);
	memmove(made->past[1], made->past[0], (CHANNELS_PAST - 1) * sizeof(*made->past));
	memcpy(made->past[0], sum, sizeof(sum));
}

void channels_run(struct channels *ch, struct voice *const *heard, uint32_t n,
		  int64_t now_us)
{
	for (uint32_t k = 0; k < MIX_CHANNELS; k++)
		if (ch->made[k])
			run_one(ch, k, heard, n, now_us);
}
