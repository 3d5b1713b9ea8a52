#include "mixer/amix.h"

#include "base/count.h"
#include "base/log.h"
#include "mixer/feed.h"
#include "mixer/pick.h"
#include "mixer/speaker.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LIMIT_VOICES <= AU_SKIP_MAX, "each voice in the mix must be skipped");

struct amix {
	uint32_t id;
	struct mix_conf conf;
	struct amix_sink sink;
	bool tapped;
	struct voice *first;
	struct speakers speakers;
	struct feed *listeners;
	/* Feeds nobody has now; with those that voices have at most LIMIT_VOICES. */
	struct feed *spare[LIMIT_VOICES];
	uint32_t n_spare;
	/* Of this tick: the voices in the sum and their sound. */
	struct voice *in[LIMIT_VOICES];
	uint32_t n_in;
	float sound[LIMIT_VOICES][PCM_TICK];
};

int amix_create(struct amix **out, uint32_t id, const struct mix_conf *conf,
		const struct amix_sink *sink)
{
	struct amix *mix = calloc(1, sizeof(*mix));
	int err;

	if (!mix)
		return -ENOMEM;
	err = feed_create(&mix->listeners, conf->bps);
	if (err) {
		free(mix);
		return err;
	}
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
	assert(!mix->first);
	feed_destroy(mix->listeners);
	while (mix->n_spare > 0)
		feed_destroy(mix->spare[--mix->n_spare]);
	free(mix);
}

uint32_t amix_id(const struct amix *mix)
{
	return mix->id;
}

void amix_tap(struct amix *mix, bool on)
{
	mix->tapped = on;
}

struct voice *amix_first(const struct amix *mix)
{
	return mix->first;
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

static int borrow_feed(struct amix *mix, struct voice *v)
{
	if (v->feed)
		return 0;
	if (mix->n_spare == 0)
		return feed_create(&v->feed, mix->conf.bps);
	v->feed = mix->spare[--mix->n_spare];
	feed_reset(v->feed);
	return 0;
}

void amix_add(struct amix *mix, struct voice *v)
{
	v->mix = mix;
	v->next = mix->first;
	mix->first = v;
}

void amix_remove(struct amix *mix, struct voice *v)
{
	struct voice **at = &mix->first;

	while (*at != v)
		at = &(*at)->next;
	*at = v->next;
	v->next = NULL;
	v->mix = NULL;
	v->selected = false;
	release_feed(mix, v);
	speakers_remove(&mix->speakers, v->id);
}

void amix_mute(struct amix *mix, struct voice *v, bool muted)
{
	v->muted = muted;
	if (!muted)
		return;
	v->selected = false;
	v->level_db = PCM_SILENT;
	v->loud_us = 0;
	speakers_remove(&mix->speakers, v->id);
}

/* ---- a tick --------------------------------------------------------------- */

/* Decodes who is selected. In the sum is who sounds and has a feed of its own:
 * nobody may hear itself in the listeners' mix. */
static void collect(struct amix *mix, int64_t now_us) RUNS_ON(on_aud)
{
	mix->n_in = 0;
	for (struct voice *v = mix->first; v; v = v->next) {
		if (!v->selected) {
			voice_skip(v, now_us);
			release_feed(mix, v);
		}
	}
	for (struct voice *v = mix->first; v; v = v->next) {
		if (!v->selected)
			continue;
		if (!voice_sound(v, mix->sound[mix->n_in], now_us)) {
			release_feed(mix, v);
			continue;
		}
		if (borrow_feed(mix, v)) {
			log_error("audio_feed_failed", "mix=%u voice=%u", mix->id, v->id);
			continue;
		}
		v->slot = mix->n_in;
		mix->in[mix->n_in++] = v;
	}
}

/* All but the voice in slot `but`. */
static void sum_up(const struct amix *mix, uint32_t but, float sum[PCM_TICK])
{
	memset(sum, 0, PCM_TICK * sizeof(*sum));
	for (uint32_t k = 0; k < mix->n_in; k++) {
		if (k == but)
			continue;
		for (uint32_t i = 0; i < PCM_TICK; i++)
			sum[i] += mix->sound[k][i];
	}
}

static void feed_listeners(struct amix *mix, int64_t now_us)
{
	float sum[PCM_TICK];
	struct au *au;

	sum_up(mix, UINT32_MAX, sum);
	if (feed_run(mix->listeners, sum, now_us, &au)) {
		log_error("audio_encode_failed", "mix=%u", mix->id);
		return;
	}
	au->n_skip = (uint8_t)mix->n_in;
	for (uint32_t k = 0; k < mix->n_in; k++)
		au->skip[k] = mix->in[k]->id;
	if (mix->tapped)
		mix->sink.tap(mix->sink.ctx, mix->id, au_get(au));
	mix->sink.unit(mix->sink.ctx, mix->conf.outlet, au);
}

static void feed_voices(struct amix *mix, int64_t now_us)
{
	float sum[PCM_TICK];
	struct au *au;

	for (uint32_t k = 0; k < mix->n_in; k++) {
		sum_up(mix, k, sum);
		if (feed_run(mix->in[k]->feed, sum, now_us, &au))
			log_error("audio_encode_failed", "mix=%u voice=%u", mix->id,
				  mix->in[k]->id);
		else
			mix->sink.unit(mix->sink.ctx, mix->in[k]->id, au);
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
	collect(mix, now_us);
	feed_listeners(mix, now_us);
	feed_voices(mix, now_us);
	report_speakers(mix, now_us);
}
