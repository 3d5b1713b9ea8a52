#include "mixer/amix.h"

#include "base/clock.h"
#include "base/log.h"
#include "mixer/feed.h"
#include "mixer/pick.h"
#include "mixer/speaker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LIMIT_VOICES <= AU_SKIP_MAX, "each voice in the mix must be skipped");

/* For so long after its last sound a voice keeps its feed: the limiter, the
 * encoder's delay and the copy for the case of loss bring sound of up to a packet
 * and 12 ms before. Also more than PAST, so that no feed begins with own sound. */
#define KEEP_US (80 * MS_US)
#define PAST    3 /* ticks: the beginning of a packet, and one for the limiter */

_Static_assert(PAST >= FEED_TICKS, "what is missing of a packet, and one tick more");
_Static_assert(KEEP_US > PAST * PCM_TICK_US, "else who begins again hears itself");

/* The listeners' mix in one class. */
struct shared {
	bool on;
	uint8_t loss_percent;
	struct feed *feed; /* NULL: does not run */
	int64_t start_us;  /* of the packet that is collected */
	uint32_t n_skip;
	uint32_t skip[AU_SKIP_MAX]; /* of this packet: voices with own feeds so far */
};

struct amix {
	uint32_t id;
	struct mix_conf conf;
	struct amix_sink sink;
	bool tapped;
	struct voice *first;
	struct voice *parked; /* so that thousands who only listen cost a tick nothing */
	struct speakers speakers;
	struct shared shared[MIX_CLASSES];
	/* Feeds nobody has now; with those that voices have at most LIMIT_VOICES. */
	struct feed *spare[LIMIT_VOICES];
	uint32_t n_spare;
	/* Of this tick: the voices with feeds, and the sound of those decoded. */
	struct voice *own[LIMIT_VOICES];
	uint32_t n_own;
	float sound[LIMIT_VOICES][PCM_TICK];
	float past[PAST][PCM_TICK]; /* sums of the ticks before, the last one first */
};

int amix_create(struct amix **out, uint32_t id, const struct mix_conf *conf,
		const struct amix_sink *sink)
{
	struct amix *mix = calloc(1, sizeof(*mix));

	if (!mix)
		return -ENOMEM;
	mix->id = id;
	mix->conf = *conf;
	mix->sink = *sink;
	speakers_init(&mix->speakers);
	*out = mix;
	return 0;
}

void amix_destroy(struct amix *mix)
{
	if (!mix)
		return;
	assert(!mix->first && !mix->parked);
	for (int c = 0; c < MIX_CLASSES; c++)
		feed_destroy(mix->shared[c].feed);
	while (mix->n_spare > 0)
		feed_destroy(mix->spare[--mix->n_spare]);
	free(mix);
}

uint32_t amix_id(const struct amix *mix)
{
	return mix->id;
}

void amix_nets(struct amix *mix, uint32_t nets)
{
	mix->conf.nets = nets;
}

void amix_rates(struct amix *mix, const uint32_t bps[MIX_CLASSES])
{
	memcpy(mix->conf.bps, bps, sizeof(mix->conf.bps));
	for (int c = 0; c < MIX_CLASSES; c++)
		if (mix->shared[c].feed)
			feed_rate(mix->shared[c].feed, bps[c]);
	for (const struct voice *v = mix->first; v; v = v->next)
		if (v->feed)
			feed_rate(v->feed, bps[v->class_now]);
}

void amix_tap(struct amix *mix, bool on)
{
	mix->tapped = on;
}

void amix_class(struct amix *mix, enum mix_class c, bool on, uint8_t loss_percent)
{
	struct shared *shared = &mix->shared[c];

	shared->on = on;
	shared->loss_percent = loss_percent;
	if (shared->feed)
		feed_loss(shared->feed, loss_percent);
}

struct voice *amix_first(const struct amix *mix)
{
	return mix->first ? mix->first : mix->parked;
}

uint32_t amix_encodes(const struct amix *mix)
{
	uint32_t n = 0;

	for (int c = 0; c < MIX_CLASSES; c++)
		n += mix->shared[c].feed && !feed_rests(mix->shared[c].feed);
	for (const struct voice *v = mix->first; v; v = v->next)
		n += v->feed && !feed_rests(v->feed);
	return n;
}

/* ---- voices --------------------------------------------------------------- */

/* It hears the listeners' mix from now on. */
static void release_feed(struct amix *mix, struct voice *v)
{
	if (!v->feed)
		return;
	assert(mix->n_spare < LIMIT_VOICES);
	mix->spare[mix->n_spare++] = v->feed;
	v->feed = NULL;
}

/* Its place among those a packet names; n_skip: it is not there. */
static uint32_t find_skip(const struct shared *shared, uint32_t voice)
{
	uint32_t i = 0;

	while (i < shared->n_skip && shared->skip[i] != voice)
		i++;
	return i;
}

/* Each packet that is being collected must be able to name it. */
static bool can_be_skipped(const struct amix *mix, uint32_t voice)
{
	for (int c = 0; c < MIX_CLASSES; c++)
		if (find_skip(&mix->shared[c], voice) == AU_SKIP_MAX)
			return false;
	return true;
}

/* It has a feed of its own in this tick. */
static void note_own(struct amix *mix, struct voice *v)
{
	for (int c = 0; c < MIX_CLASSES; c++) {
		struct shared *shared = &mix->shared[c];
		uint32_t i = find_skip(shared, v->id);

		if (!shared->feed || i < shared->n_skip)
			continue;
		assert(i < AU_SKIP_MAX); /* see can_be_skipped() */
		shared->skip[shared->n_skip++] = v->id;
	}
	mix->own[mix->n_own++] = v;
}

/* Gives it what it heard since its packet began, when it had no feed yet. */
static void begin_feed(struct amix *mix, struct voice *v, int64_t now_us)
{
	uint32_t place = feed_place(v->class_now, now_us);
	struct au *au = NULL;
	int err = 0;

	feed_loss(v->feed, v->loss_percent);
	feed_warm(v->feed, mix->past[place]);
	for (uint32_t back = place; !err && back > 0; back--)
		err = feed_run(v->feed, mix->past[back - 1], now_us - back * PCM_TICK_US,
			       &au);
	assert(!err && !au); /* the last tick of the packet is yet to come */
}

/* Where there are as many already as can be, it must wait until one of them ends:
 * with eight that speak, up to 140 ms after it was picked instead of one of them. */
static void borrow_feed(struct amix *mix, struct voice *v, int64_t now_us)
{
	uint32_t bps = mix->conf.bps[v->class_now];

	if (mix->n_own == LIMIT_VOICES || !can_be_skipped(mix, v->id))
		return;
	if (mix->n_spare > 0) {
		v->feed = mix->spare[--mix->n_spare];
		feed_reset(v->feed, v->class_now, bps);
	} else if (feed_create(&v->feed, v->class_now, bps)) {
		log_error("audio_feed_failed", "mix=%u voice=%u", mix->id, v->id);
		return;
	}
	begin_feed(mix, v, now_us);
	note_own(mix, v);
}

static void list_in(struct voice **list, struct voice *v)
{
	v->next = *list;
	v->from = list;
	if (v->next)
		v->next->from = &v->next;
	*list = v;
}

static void list_out(struct voice *v)
{
	*v->from = v->next;
	if (v->next)
		v->next->from = v->from;
	v->next = NULL;
	v->from = NULL;
}

void amix_add(struct amix *mix, struct voice *v)
{
	v->mix = mix;
	list_in(&mix->first, v);
}

void amix_remove(struct amix *mix, struct voice *v)
{
	list_out(v);
	v->mix = NULL;
	v->selected = v->parked = false;
	release_feed(mix, v);
	speakers_remove(&mix->speakers, v->id);
}

void amix_mute(struct amix *mix, struct voice *v, bool muted)
{
	v->muted = muted;
	if (!muted) {
		if (v->parked) {
			list_out(v);
			list_in(&mix->first, v);
		}
		v->parked = false;
		return;
	}
	v->selected = false;
	v->level_db = PCM_SILENT;
	v->loud_us = 0;
	speakers_remove(&mix->speakers, v->id);
}

void amix_voice_loss(struct amix *mix, struct voice *v, uint8_t percent)
{
	(void)mix;
	v->loss_percent = percent;
	if (v->feed)
		feed_loss(v->feed, percent);
}

/* ---- a tick --------------------------------------------------------------- */

/* Decodes who is selected; `sound` of a voice is set where it belongs in the sum. */
static void decode(struct amix *mix, int64_t now_us) RUNS_ON(on_aud)
{
	uint32_t n = 0;

	for (struct voice *v = mix->first; v; v = v->next) {
		v->sound = NULL;
		if (!v->selected)
			voice_skip(v, now_us);
		else if (voice_sound(v, mix->sound[n], now_us))
			v->sound = mix->sound[n++];
	}
}

/* Where packets of both the old and the new class begin, nothing is heard twice. */
static void change_class(const struct amix *mix, struct voice *v, int64_t now_us)
{
	if (v->class_next == v->class_now)
		return;
	if (v->feed && (feed_place(v->class_now, now_us) > 0 ||
			feed_place(v->class_next, now_us) > 0))
		return;
	v->class_now = v->class_next;
	if (v->feed)
		feed_class(v->feed, v->class_now, mix->conf.bps[v->class_now]);
}

static bool may_release(const struct voice *v, int64_t now_us)
{
	return v->feed && !v->sound && feed_place(v->class_now, now_us) == 0 &&
	       now_us - v->in_mix_us > KEEP_US;
}

/* In the sum is only who has a feed of its own: nobody may hear itself in the
 * listeners' mix. */
static void arrange_feeds(struct amix *mix, int64_t now_us) RUNS_ON(on_aud)
{
	mix->n_own = 0;
	for (struct voice *v = mix->first; v; v = v->next) {
		change_class(mix, v, now_us);
		if (may_release(v, now_us))
			release_feed(mix, v);
		if (v->feed)
			note_own(mix, v);
	}
	for (struct voice *v = mix->first; v; v = v->next) {
		if (!v->sound)
			continue;
		if (!v->feed)
			borrow_feed(mix, v, now_us);
		if (v->feed)
			v->in_mix_us = now_us;
		else
			v->sound = NULL;
	}
}

/* Who is muted and has the listeners' mix again needs no tick. */
static void park(struct amix *mix) RUNS_ON(on_aud)
{
	struct voice *next;

	for (struct voice *v = mix->first; v; v = next) {
		next = v->next;
		if (!v->muted || v->feed)
			continue;
		list_out(v);
		list_in(&mix->parked, v);
		voice_park(v);
	}
}

/* All but this voice. */
static void sum_up(const struct amix *mix, const struct voice *but, float sum[PCM_TICK])
{
	memset(sum, 0, PCM_TICK * sizeof(*sum));
	for (uint32_t k = 0; k < mix->n_own; k++) {
		const float *sound = mix->own[k]->sound;

		if (!sound || mix->own[k] == but)
			continue;
		for (uint32_t i = 0; i < PCM_TICK; i++)
			sum[i] += sound[i];
	}
}

/* Starts or ends a class where its packets begin. */
static void shared_switch(struct amix *mix, enum mix_class c)
{
	struct shared *shared = &mix->shared[c];
	bool run = shared->on || (c == MIX_FULL && mix->tapped);

	if (run && !shared->feed) {
		if (feed_create(&shared->feed, c, mix->conf.bps[c])) {
			log_error("audio_feed_failed", "mix=%u class=%d", mix->id, c);
			return;
		}
		feed_loss(shared->feed, shared->loss_percent);
		feed_warm(shared->feed, mix->past[0]);
	} else if (!run) {
		feed_destroy(shared->feed);
		shared->feed = NULL;
		shared->n_skip = 0;
	}
}

/* Where packets begin, before anybody is given a feed: nobody is named yet. */
static void begin_packets(struct amix *mix, int64_t now_us)
{
	for (int c = 0; c < MIX_CLASSES; c++) {
		struct shared *shared = &mix->shared[c];
		uint32_t place = feed_place((enum mix_class)c, now_us);
		int64_t start_us = now_us - place * PCM_TICK_US;

		if (shared->start_us == start_us)
			continue;
		shared->start_us = start_us;
		shared->n_skip = 0;
		shared_switch(mix, (enum mix_class)c);
	}
}

static void feed_class_mix(struct amix *mix, enum mix_class c, const float *sum,
			   int64_t now_us)
{
	struct shared *shared = &mix->shared[c];
	struct au *au;

	if (!shared->feed)
		return;
	if (feed_run(shared->feed, sum, now_us, &au)) {
		log_error("audio_encode_failed", "mix=%u class=%d", mix->id, c);
		return;
	}
	if (!au)
		return;
	au->n_skip = (uint8_t)shared->n_skip;
	memcpy(au->skip, shared->skip, shared->n_skip * sizeof(*au->skip));
	if (c == MIX_FULL && mix->tapped)
		mix->sink.tap(mix->sink.ctx, mix->id, au_get(au));
	if (shared->on)
		mix->sink.unit(mix->sink.ctx, mix->conf.nets, mix->conf.outlet + c, au);
	else
		au_put(au);
}

/* Of the packets that are complete now the short ones come first: those begin last,
 * and who changes its class takes nothing that begins before what it has. */
static void feed_listeners(struct amix *mix, int64_t now_us)
{
	float sum[PCM_TICK];

	sum_up(mix, NULL, sum);
	for (int c = MIX_CLASSES; c-- > 0;)
		feed_class_mix(mix, (enum mix_class)c, sum, now_us);
	memmove(mix->past[1], mix->past[0], (PAST - 1) * sizeof(*mix->past));
	memcpy(mix->past[0], sum, sizeof(sum));
}

static void feed_voices(struct amix *mix, int64_t now_us)
{
	float sum[PCM_TICK];
	struct au *au;

	for (uint32_t k = 0; k < mix->n_own; k++) {
		sum_up(mix, mix->own[k], sum);
		if (feed_run(mix->own[k]->feed, sum, now_us, &au))
			log_error("audio_encode_failed", "mix=%u voice=%u", mix->id,
				  mix->own[k]->id);
		else if (au)
			mix->sink.unit(mix->sink.ctx, mix->own[k]->nets, mix->own[k]->id,
				       au);
	}
}

static void report_speakers(struct amix *mix, int64_t now_us)
{
	struct speaker list[SPEAKERS_MAX];
	uint32_t n;

	for (struct voice *v = mix->first; v; v = v->next)
		if (!v->muted && (v->selected || v->has_level))
			speakers_feed(&mix->speakers, v->id, v->level_db, now_us);
	if (speakers_report(&mix->speakers, list, &n, now_us))
		mix->sink.speakers(mix->sink.ctx, mix->id, list, n);
}

void amix_tick(struct amix *mix, int64_t now_us)
{
	for (struct voice *v = mix->first; v; v = v->next)
		voice_age(v, now_us);
	pick_voices(mix->first, now_us);
	decode(mix, now_us);
	begin_packets(mix, now_us);
	arrange_feeds(mix, now_us);
	park(mix);
	feed_listeners(mix, now_us);
	feed_voices(mix, now_us);
	report_speakers(mix, now_us);
}
