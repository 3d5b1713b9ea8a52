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
 * and 12 ms before. Also more than CHANNELS_PAST, so that no feed begins with own sound.
 */
#define KEEP_US (80 * MS_US)

_Static_assert(KEEP_US > CHANNELS_PAST * PCM_TICK_US,
	       "else who begins again hears itself");

struct amix {
	struct channels channels;
	struct voice *first;
	struct voice *parked; /* so that thousands who only listen cost a tick nothing */
	struct speakers speakers;
	/* Feeds nobody has now; with those that voices have at most LIMIT_VOICES. */
	struct feed *spare[LIMIT_VOICES];
	uint32_t n_spare;
	/* Of this tick: the voices with feeds, and the sound of those decoded. */
	struct voice *own[LIMIT_VOICES];
	uint32_t n_own;
	struct voice *heard[LIMIT_VOICES]; /* those in the sums */
	uint32_t n_heard;
	float sound[LIMIT_VOICES][PCM_TICK];
};

int amix_create(struct amix **out, uint32_t id, const struct mix_conf *conf,
		const struct amix_sink *sink)
{
	struct amix *mix = calloc(1, sizeof(*mix));

	if (!mix)
		return -ENOMEM;
	if (channels_init(&mix->channels, id, conf, sink)) {
		free(mix);
		return -ENOMEM;
	}
	speakers_init(&mix->speakers);
	*out = mix;
	return 0;
}

void amix_destroy(struct amix *mix)
{
	if (!mix)
		return;
	assert(!mix->first && !mix->parked);
	channels_fini(&mix->channels);
	while (mix->n_spare > 0)
		feed_destroy(mix->spare[--mix->n_spare]);
	free(mix);
}

uint32_t amix_id(const struct amix *mix)
{
	return mix->channels.id;
}

void amix_nets(struct amix *mix, uint32_t nets)
{
	mix->channels.conf.nets = nets;
}

void amix_rates(struct amix *mix, const uint32_t bps[MIX_CLASSES])
{
	channels_rates(&mix->channels, bps);
	for (const struct voice *v = mix->first; v; v = v->next)
		if (v->feed)
			feed_rate(v->feed, bps[v->class_now]);
}

void amix_tap(struct amix *mix, bool on)
{
	mix->channels.tapped = on;
}

void amix_class(struct amix *mix, uint32_t channel, enum mix_class c, bool on,
		uint8_t loss_percent)
{
	channels_class(&mix->channels, channel, c, on, loss_percent);
}

struct voice *amix_first(const struct amix *mix)
{
	return mix->first ? mix->first : mix->parked;
}

uint32_t amix_encodes(const struct amix *mix)
{
	uint32_t n = channels_encodes(&mix->channels);

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

/* It has a feed of its own in this tick. */
static void note_own(struct amix *mix, struct voice *v) RUNS_ON(on_aud)
{
	channels_name(&mix->channels, v->id);
	mix->own[mix->n_own++] = v;
}

/* Gives it what it heard since its packet began, when it had no feed yet. */
static void begin_feed(struct amix *mix, struct voice *v, int64_t now_us) RUNS_ON(on_aud)
{
	const struct channels *ch = &mix->channels;
	uint32_t place = feed_place(v->class_now, now_us);
	struct au *au = NULL;
	int err = 0;

	feed_loss(v->feed, v->loss_percent);
	feed_warm(v->feed, channels_past(ch, v->channel_now, place + 1));
	for (uint32_t back = place; !err && back > 0; back--)
		err = feed_run(v->feed, channels_past(ch, v->channel_now, back),
			       now_us - back * PCM_TICK_US, &au);
	assert(!err && !au); /* the last tick of the packet is yet to come */
}

/* Where there are as many already as can be, it must wait until one of them ends:
 * with eight that speak, up to 140 ms after it was picked instead of one of them. */
static void borrow_feed(struct amix *mix, struct voice *v, int64_t now_us) RUNS_ON(on_aud)
{
	uint32_t bps = mix->channels.conf.bps[v->class_now];

	if (mix->n_own == LIMIT_VOICES || !channels_can_name(&mix->channels, v->id))
		return;
	if (mix->n_spare > 0) {
		v->feed = mix->spare[--mix->n_spare];
		feed_reset(v->feed, v->class_now, bps);
	} else if (feed_create(&v->feed, v->class_now, bps)) {
		log_error("audio_feed_failed", "mix=%u voice=%u", amix_id(mix), v->id);
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
	mix->channels.changed = true;
	list_in(&mix->first, v);
}

void amix_remove(struct amix *mix, struct voice *v)
{
	list_out(v);
	v->mix = NULL;
	mix->channels.changed = true;
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

void amix_gains(struct amix *mix, struct voice *v, const int8_t db[MIX_CHANNELS])
{
	voice_gains(v, db);
	mix->channels.changed = true;
}

void amix_hears(struct amix *mix, struct voice *v, uint32_t channel)
{
	v->channel_want = (uint8_t)channel;
	mix->channels.changed = true;
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
		feed_class(v->feed, v->class_now, mix->channels.conf.bps[v->class_now]);
}

static bool may_release(const struct voice *v, int64_t now_us) RUNS_ON(on_aud)
{
	return v->feed && !(v->sound && voice_hears_itself(v)) &&
	       feed_place(v->class_now, now_us) == 0 && now_us - v->in_mix_us > KEEP_US;
}

/* In the sums is only who has a feed of its own or does not hear itself without:
 * nobody may do so in the listeners' mix. */
static void arrange_feeds(struct amix *mix, int64_t now_us) RUNS_ON(on_aud)
{
	mix->n_own = mix->n_heard = 0;
	for (struct voice *v = mix->first; v; v = v->next) {
		change_class(mix, v, now_us);
		if (may_release(v, now_us))
			release_feed(mix, v);
		if (v->feed)
			note_own(mix, v);
	}
	for (struct voice *v = mix->first; v; v = v->next) {
		bool itself = voice_hears_itself(v);

		if (!v->sound)
			continue;
		if (itself && !v->feed)
			borrow_feed(mix, v, now_us);
		if (itself && v->feed)
			v->in_mix_us = now_us;
		if (itself && !v->feed)
			v->sound = NULL;
		else
			mix->heard[mix->n_heard++] = v;
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

/* What its member hears, from one channel to the other where it changes: all but
 * itself. */
static void sum_for(const struct amix *mix, const struct voice *to, float sum[PCM_TICK])
{
	memset(sum, 0, PCM_TICK * sizeof(*sum));
	for (uint32_t k = 0; k < mix->n_heard; k++) {
		const struct voice *v = mix->heard[k];

		if (v != to)
			channels_add(sum, v, v->gain_now[to->channel_now],
				     v->gain_next[to->channel_next]);
	}
}

static void feed_voices(struct amix *mix, int64_t now_us)
{
	const struct amix_sink *sink = &mix->channels.sink;
	float sum[PCM_TICK];
	struct au *au;

	for (uint32_t k = 0; k < mix->n_own; k++) {
		sum_for(mix, mix->own[k], sum);
		if (feed_run(mix->own[k]->feed, sum, now_us, &au))
			log_error("audio_encode_failed", "mix=%u voice=%u", amix_id(mix),
				  mix->own[k]->id);
		else if (au)
			sink->unit(sink->ctx, mix->own[k]->nets, mix->own[k]->id, au);
	}
}

static void report_speakers(struct amix *mix, int64_t now_us)
{
	const struct amix_sink *sink = &mix->channels.sink;
	struct speaker list[SPEAKERS_MAX];
	uint32_t n;

	for (struct voice *v = mix->first; v; v = v->next)
		if (!v->muted && !v->tape && v->gain_next[0] > 0 && (v->selected || v->has_level))
			speakers_feed(&mix->speakers, v->id, v->level_db, now_us);
	if (speakers_report(&mix->speakers, list, &n, now_us))
		sink->speakers(sink->ctx, amix_id(mix), list, n);
}

void amix_tick(struct amix *mix, int64_t now_us)
{
	for (struct voice *v = mix->first; v; v = v->next)
		voice_age(v, now_us);
	channels_begin(&mix->channels, mix->first, mix->parked, now_us);
	pick_voices(mix->first, now_us);
	decode(mix, now_us);
	arrange_feeds(mix, now_us);
	park(mix);
	channels_run(&mix->channels, mix->heard, mix->n_heard, now_us);
	feed_voices(mix, now_us);
	channels_end(&mix->channels, mix->first, mix->parked);
	report_speakers(mix, now_us);
}
