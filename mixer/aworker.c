#include "mixer/aworker.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/idmap.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/thread.h"
#include "mixer/amix.h"
#include "mixer/apace.h"
#include "mixer/aworker_post.h"
#include "mixer/cputime.h"
#include "mixer/fan.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAILBOX 8192 /* letters; policy when full: see mailbox.h */
#define LATE_US (5 * MS_US)

struct aworker {
	struct aworker_rings rings;
	struct fan fan;
	struct aworker_events events;
	struct mailbox *mailbox;
	struct thread *thread;
	atomic_bool stopping;
	struct apace pace OWNED_BY(on_aud);
	struct amix *mixes[LIMIT_ROOMS] OWNED_BY(on_aud);
	uint32_t n_mixes OWNED_BY(on_aud);
	struct idmap voices OWNED_BY(on_aud); /* id: struct voice, LIMIT_SOURCES */
};

struct mailbox *aworker_mailbox(struct aworker *w)
{
	return w->mailbox;
}

/* ---- who is there --------------------------------------------------------- */

/* Its index, or n_mixes. */
static uint32_t find_mix(const struct aworker *w, uint32_t id) RUNS_ON(on_aud)
{
	uint32_t i = 0;

	while (i < w->n_mixes && amix_id(w->mixes[i]) != id)
		i++;
	return i;
}

static void sink_unit(void *ctx, uint32_t nets, uint32_t id, struct au *au)
{
	struct aworker *w = ctx;

	if (fan_push(&w->fan, nets, id, au))
		count_add(COUNT_REJECT_QUEUE, 1);
}

static void sink_tap(void *ctx, uint32_t mix, struct au *au)
{
	struct aworker *w = ctx;

	w->events.tap(w->events.ctx, mix, au);
}

static void sink_speakers(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n)
{
	struct aworker *w = ctx;

	w->events.speakers(w->events.ctx, mix, list, n);
}

void aworker_do_mix_open(struct aworker *w, uint32_t id, const struct mix_conf *conf)
{
	struct amix_sink sink = {w, sink_unit, sink_tap, sink_speakers};
	int err;

	if (find_mix(w, id) < w->n_mixes)
		err = -EEXIST;
	else if (w->n_mixes == LIMIT_ROOMS)
		err = -ENOSPC;
	else
		err = amix_create(&w->mixes[w->n_mixes], id, conf, &sink);
	if (err)
		log_error("audio_mix_failed", "mix=%u err=%d", id, err);
	else
		w->n_mixes++;
}

void aworker_do_mix_tap(struct aworker *w, uint32_t id, bool on)
{
	uint32_t i = find_mix(w, id);

	if (i < w->n_mixes)
		amix_tap(w->mixes[i], on);
}

void aworker_do_mix_class(struct aworker *w, uint32_t id, uint32_t channel,
			  enum mix_class c, bool on, uint8_t loss_percent)
{
	uint32_t i = find_mix(w, id);

	if (i < w->n_mixes)
		amix_class(w->mixes[i], channel, c, on, loss_percent);
}

void aworker_do_mix_rates(struct aworker *w, uint32_t id, const uint32_t bps[MIX_CLASSES])
{
	uint32_t i = find_mix(w, id);

	if (i < w->n_mixes)
		amix_rates(w->mixes[i], bps);
}

void aworker_do_mix_nets(struct aworker *w, uint32_t id, uint32_t nets)
{
	uint32_t i = find_mix(w, id);

	if (i < w->n_mixes)
		amix_nets(w->mixes[i], nets);
}

static int open_voice(struct aworker *w, uint32_t mix, uint32_t id, uint32_t net)
	RUNS_ON(on_aud)
{
	uint32_t i = find_mix(w, mix);
	struct voice *v;
	int err;

	if (!id || net >= w->rings.n)
		return -EINVAL;
	if (i == w->n_mixes)
		return -ENOENT;
	if (w->voices.n == LIMIT_SOURCES)
		return -ENOSPC;
	err = voice_create(&v, id);
	if (err)
		return err;
	v->nets = 1u << net;
	err = idmap_put(&w->voices, id, v);
	if (err)
		voice_destroy(v);
	else
		amix_add(w->mixes[i], v);
	return err;
}

void aworker_do_voice_open(struct aworker *w, uint32_t mix, uint32_t id, uint32_t net)
{
	int err = open_voice(w, mix, id, net);

	if (err)
		log_error("audio_voice_failed", "mix=%u voice=%u err=%d", mix, id, err);
}

void aworker_do_voice_close(struct aworker *w, uint32_t id)
{
	struct voice *v = idmap_del(&w->voices, id);

	if (!v)
		return;
	amix_remove(v->mix, v);
	voice_destroy(v);
}

void aworker_do_voice_mute(struct aworker *w, uint32_t id, bool muted)
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		amix_mute(v->mix, v, muted);
}

void aworker_do_voice_class(struct aworker *w, uint32_t id, enum mix_class c)
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		v->class_next = c;
}

void aworker_do_voice_gains(struct aworker *w, uint32_t id, const int8_t db[MIX_CHANNELS])
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		amix_gains(v->mix, v, db);
}

void aworker_do_voice_hears(struct aworker *w, uint32_t id, uint32_t channel)
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		amix_hears(v->mix, v, channel);
}

void aworker_do_voice_loss(struct aworker *w, uint32_t id, uint8_t percent)
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		amix_voice_loss(v->mix, v, percent);
}

void aworker_do_voice_tap(struct aworker *w, uint32_t id, uint32_t to)
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		v->tap = to;
}

_Static_assert(AWORKER_BLOCK == PCM_TICK, "a block is a tick");

void aworker_do_voice_put(struct aworker *w, uint32_t id, int64_t due_us,
			  const int16_t pcm[AWORKER_BLOCK])
{
	struct voice *v = idmap_get(&w->voices, id);

	if (v)
		voice_put(v, due_us, pcm, clock_us());
}

void aworker_do_stats(struct aworker *w, struct aworker_stats *out)
{
	*out = (struct aworker_stats){
		.ticks = w->pace.ticks,
		.let_go = w->pace.let_go,
		.cpu_us = cputime_us(),
		.mixes = w->n_mixes,
		.voices = w->voices.n,
	};
	apace_late(&w->pace, &out->late_p99_us, &out->late_max_us);
	for (uint32_t i = 0; i < w->n_mixes; i++)
		out->encodes += amix_encodes(w->mixes[i]);
}

static void close_mix_at(struct aworker *w, uint32_t i) RUNS_ON(on_aud)
{
	struct voice *v;

	while ((v = amix_first(w->mixes[i])))
		aworker_do_voice_close(w, v->id);
	amix_destroy(w->mixes[i]);
	w->mixes[i] = w->mixes[--w->n_mixes];
}

void aworker_do_mix_close(struct aworker *w, uint32_t id)
{
	uint32_t i = find_mix(w, id);

	if (i < w->n_mixes)
		close_mix_at(w, i);
}

/* ---- the thread ----------------------------------------------------------- */

static void tap(const struct aworker *w, const struct voice *v, struct au *au)
	RUNS_ON(on_aud)
{
	if (v->tap && !v->muted && w->events.voice_tap)
		w->events.voice_tap(w->events.ctx, v->tap, v->id, au_get(au));
}

static void take_units(struct aworker *w, struct ring *ring, int64_t now_us)
	RUNS_ON(on_aud)
{
	struct ring_item item;
	struct voice *v;

	while (ring_pop(ring, &item)) {
		v = idmap_get(&w->voices, item.id);
		if (!v) {
			au_put(item.au);
			continue;
		}
		tap(w, v, item.au);
		voice_push(v, item.au, now_us);
	}
}

static void tick(struct aworker *w, int64_t now_us) RUNS_ON(on_aud)
{
	mailbox_run(w->mailbox);
	for (uint32_t i = 0; i < w->rings.n; i++)
		take_units(w, w->rings.in[i], now_us);
	for (uint32_t i = 0; i < w->n_mixes; i++)
		amix_tick(w->mixes[i], now_us);
}

static void sleep_until(int64_t us)
{
	struct timespec ts = {us / SEC_US, us % SEC_US * 1000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* The media time of the tick that is due now. */
static int64_t take_tick(struct apace *pace)
{
	uint64_t let_go = pace->let_go;
	int64_t media_us, late_us = apace_tick(pace, clock_us(), &media_us);

	if (late_us > LATE_US)
		count_add(COUNT_AUDIO_LATE, 1);
	if (pace->let_go != let_go) {
		count_add(COUNT_AUDIO_LET_GO, (int64_t)(pace->let_go - let_go));
		log_warn("audio_resync", "late_ms=%lld", (long long)(late_us / MS_US));
	} else if (late_us > PCM_TICK_US) {
		count_add(COUNT_AUDIO_CATCH_UP, 1);
	}
	return media_us;
}

static void run(void *arg)
{
	struct aworker *w = arg;

	thread_claim(&on_aud);
	thread_raise_priority();
	apace_init(&w->pace, clock_us());
	while (!atomic_load_explicit(&w->stopping, memory_order_acquire)) {
		sleep_until(apace_due(&w->pace));
		tick(w, take_tick(&w->pace));
	}
	while (mailbox_run(w->mailbox))
		; /* letters are opened on this thread or never */
	while (w->n_mixes > 0)
		close_mix_at(w, w->n_mixes - 1);
	idmap_fini(&w->voices);
}

int aworker_create(struct aworker **out, const struct aworker_rings *rings,
		   const struct aworker_events *events)
{
	struct aworker *w;
	int err;

	if (!rings->n || rings->n > LIMIT_NETS)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->rings = *rings;
	w->fan.n = rings->n;
	memcpy(w->fan.ring, rings->out, sizeof(w->fan.ring));
	w->events = *events;
	atomic_init(&w->stopping, false);
	err = mailbox_create(&w->mailbox, MAILBOX);
	if (!err)
		err = thread_start(&w->thread, &on_aud, "audio", run, w);
	if (err)
		aworker_destroy(w);
	else
		*out = w;
	return err;
}

void aworker_destroy(struct aworker *w)
{
	if (!w)
		return;
	atomic_store_explicit(&w->stopping, true, memory_order_release);
	thread_join(w->thread);
	mailbox_destroy(w->mailbox);
	free(w);
}
