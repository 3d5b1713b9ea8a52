#include "mixer/aworker.h"

#include "base/clock.h"
#include "base/count.h"
#include "mixer/adec.h"
#include "mixer/aenc.h"
#include "mixer/pcm.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#define THIN   50                /* the outlet of the first class */
#define OUTLET (THIN + MIX_FULL) /* of the class that is listened to */
#define VOICES 3

#define WAIT_US (60 * SEC_US) /* for what must come, on a busy machine too */
#define WINDOW  (10 * PCM_TICK)

static struct ring *in, *out;
static struct aworker *worker;
static atomic_uint taps, speaking;

static void on_speakers(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n)
{
	CHECK(ctx == &taps && mix == 5 && (n == 0 || list[0].voice <= VOICES));
	atomic_store(&speaking, n);
}

static atomic_bool hold, held;

static void on_tap(void *ctx, uint32_t mix, struct au *au)
{
	CHECK(ctx == &taps && mix == 5 && au->codec == CODEC_OPUS);
	while (atomic_load(&hold)) {
		atomic_store(&held, true);
		poll(NULL, 0, 1);
	}
	atomic_fetch_add(&taps, 1);
	au_put(au);
}

static void start(void)
{
	struct aworker_events events = {&taps, on_speakers, on_tap, NULL};

	CHECK(ring_create(&in, 1024) == 0 && ring_create(&out, 1024) == 0);
	CHECK(aworker_create(&worker, &(struct aworker_rings){{in}, {out}, 1}, &events) ==
	      0);
}

static void stop(void)
{
	aworker_destroy(worker);
	ring_destroy(in);
	ring_destroy(out);
}

static void speak(struct aenc *enc, uint32_t voice, uint32_t seq, double hz)
{
	float pcm[PCM_TICK] = {0};
	uint8_t data[AENC_BYTES];
	struct au *au;
	int n;

	tone_add(pcm, PCM_TICK, seq * PCM_TICK, hz, 0.1f);
	n = aenc_encode(enc, pcm, data);
	CHECK(n > 0 && au_create(&au, data, (size_t)n) == 0);
	au->codec = CODEC_OPUS;
	au->seq = seq;
	au->pts_us = seq * PCM_TICK_US;
	au->arrival_us = clock_us();
	au->level_dbov = 23;
	CHECK(ring_push(in, voice, au) == 0);
}

static const struct mix_conf conf = {THIN, {12000, 24000, 12000, 40000}, 0, 0};

static uint32_t own[VOICES + 1], shared, thin;
static int64_t last_pts_us;

/* What member 1 hears: the newest of it, and whether it was once right, without
 * its own voice and with another's. Sound that a busy machine brings too late is
 * made up, so that not every part of it is as clean. */
static struct {
	float pcm[WINDOW];
	uint32_t ticks;
	bool clean;
} heard;

static void listen(struct adec *dec, const struct au *au)
{
	memmove(heard.pcm, heard.pcm + PCM_TICK, sizeof(float) * (WINDOW - PCM_TICK));
	CHECK(adec_decode(dec, au->data, au->len, heard.pcm + WINDOW - PCM_TICK,
			  PCM_TICK) == PCM_TICK);
	if (++heard.ticks >= 25 && tone_db(heard.pcm, WINDOW, 450) < -70 &&
	    tone_db(heard.pcm, WINDOW, 1150) > -24)
		heard.clean = true;
}

/* Each tick follows the one before it, but for those that the thread let go when
 * it was far behind. */
static void check_time(int64_t pts_us)
{
	int64_t step = pts_us - last_pts_us;

	if (!last_pts_us)
		return;
	CHECK(step == PCM_TICK_US || count_get(COUNT_AUDIO_LATE) > 0);
	CHECK(step > 0 && step % PCM_TICK_US == 0);
}

/* Takes what is there; checks times and skip lists. */
static void drain(struct adec *dec)
{
	struct ring_item item;

	while (ring_pop(out, &item)) {
		if (item.id == OUTLET) {
			check_time(item.au->pts_us);
			last_pts_us = item.au->pts_us;
			CHECK(llabs(clock_us() - last_pts_us) < WAIT_US);
			shared++;
		} else if (item.id == THIN) {
			CHECK(item.au->duration_us == 60000);
			CHECK(item.au->pts_us + 40000 == last_pts_us);
			thin++;
		} else {
			CHECK(item.id >= 1 && item.id <= VOICES);
			CHECK(item.au->pts_us == last_pts_us);
			own[item.id]++;
		}
		if (item.id == 1)
			listen(dec, item.au);
		au_put(item.au);
	}
}

static void wait_20ms(void)
{
	poll(NULL, 0, 20);
}

/* Until the thread has made a tick of a time after now: it has seen by then what
 * it was told and sent. */
static void wait_tick(struct adec *dec)
{
	int64_t from_us = clock_us();

	while (last_pts_us <= from_us + PCM_TICK_US) {
		CHECK(clock_us() < from_us + WAIT_US);
		wait_20ms();
		drain(dec);
	}
}

static bool all_is_well(void)
{
	return shared >= 40 && thin >= 12 && own[1] > 30 && own[2] > 30 && own[3] > 30 &&
	       heard.clean && atomic_load(&speaking) == VOICES;
}

/* Sends for a second, then until all is well. */
static void class_speaks(struct aenc **enc, struct adec *dec)
{
	int64_t from_us = clock_us();

	for (uint32_t seq = 0; seq < 50 || !all_is_well(); seq++) {
		CHECK(clock_us() < from_us + WAIT_US);
		for (uint32_t i = 0; i < VOICES; i++)
			speak(enc[i], i + 1, seq, 450 + 700 * i);
		while (clock_us() < from_us + (seq + 1) * PCM_TICK_US)
			poll(NULL, 0, 1);
		drain(dec);
	}
}

static struct aworker_stats told;
static atomic_bool is_told;

static void on_stats(void *ctx, const struct aworker_stats *stats)
{
	CHECK(ctx == &told);
	told = *stats;
	atomic_store(&is_told, true);
}

static void stats_are_told(struct adec *dec)
{
	uint32_t ticks = shared;

	CHECK(aworker_stats(worker, on_stats, &told) == 0);
	wait_tick(dec);
	CHECK(atomic_load(&is_told));
	CHECK(told.ticks >= ticks && told.cpu_us > 0);
	CHECK(told.late_p99_us <= told.late_max_us && told.late_max_us > 0);
	CHECK(told.mixes == 1 && told.voices == VOICES);
	CHECK(told.encodes == 2 + VOICES);
}

/* Three members for a second, on the real thread and clock. */
static void second_of_a_class(void)
{
	struct aenc *enc[VOICES];
	struct adec *dec;
	uint32_t was;

	start();
	CHECK(adec_create(&dec) == 0);
	CHECK(aworker_mix_open(worker, 5, &conf) == 0);
	CHECK(aworker_mix_tap(worker, 5, true) == 0);
	CHECK(aworker_mix_class(worker, 5, 0, MIX_FULL, true, 5) == 0);
	CHECK(aworker_mix_class(worker, 5, 0, MIX_THIN, true, 5) == 0);
	for (uint32_t i = 0; i < VOICES; i++) {
		CHECK(aenc_create(&enc[i], 40000) == 0);
		CHECK(aworker_voice_open(worker, 5, i + 1, 0) == 0);
	}
	class_speaks(enc, dec);
	CHECK(atomic_load(&taps) >= shared);
	stats_are_told(dec);

	CHECK(aworker_voice_mute(worker, 3, true) == 0);
	CHECK(aworker_voice_close(worker, 2) == 0);
	for (int i = 0; i < 8; i++)
		wait_tick(dec); /* by then it has no unit of its own any more */
	was = own[2] + own[3];
	speak(enc[0], 1, 5000, 450);
	speak(enc[1], 2, 5000, 450); /* closed: let go */
	wait_tick(dec);
	wait_tick(dec);
	CHECK(own[2] + own[3] == was);
	CHECK(aworker_mix_close(worker, 5) == 0); /* with its voices */
	for (uint32_t i = 0; i < VOICES; i++)
		aenc_destroy(enc[i]);
	adec_destroy(dec);
	stop();
}

/* Wrong calls and calls nobody waits for do no harm. */
static void strange_calls(void)
{
	start();
	CHECK(aworker_voice_open(worker, 1, 1, 0) == 0); /* no such mix */
	CHECK(aworker_voice_close(worker, 0) == 0);
	CHECK(aworker_mix_open(worker, 1, &conf) == 0);
	CHECK(aworker_mix_open(worker, 1, &conf) == 0); /* twice */
	CHECK(aworker_voice_open(worker, 1, 1, 0) == 0);
	CHECK(aworker_voice_open(worker, 1, 1, 0) == 0);
	CHECK(aworker_voice_open(worker, 1, 1 + 1024, 0) == 0);
	CHECK(aworker_voice_open(worker, 1, 0, 0) == 0); /* no id */
	CHECK(aworker_voice_open(worker, 1, 2, 1) == 0); /* no such ring */
	CHECK(aworker_mix_nets(worker, 77, 1) == 0);
	CHECK(aworker_voice_close(worker, 77) == 0);
	CHECK(aworker_voice_mute(worker, 77, true) == 0);
	CHECK(aworker_voice_class(worker, 77, MIX_THIN) == 0);
	CHECK(aworker_voice_class(worker, 1, MIX_CLASSES) == -EINVAL);
	CHECK(aworker_voice_class(worker, 1, MIX_MIDDLE) == 0);
	CHECK(aworker_voice_loss(worker, 77, 30) == 0);
	CHECK(aworker_voice_loss(worker, 1, 255) == 0);
	CHECK(aworker_mix_class(worker, 77, 0, MIX_THIN, true, 0) == 0);
	CHECK(aworker_mix_class(worker, 1, 0, MIX_THIN, true, 255) == 0);
	CHECK(aworker_mix_class(worker, 1, 0, MIX_CLASSES, true, 0) == -EINVAL);
	CHECK(aworker_mix_class(worker, 1, MIX_CHANNELS, MIX_FULL, true, 0) == -EINVAL);
	CHECK(aworker_voice_hears(worker, 1, MIX_CHANNELS) == -EINVAL);
	CHECK(aworker_voice_hears(worker, 77, 1) == 0);
	CHECK(aworker_voice_gains(worker, 77, (int8_t[MIX_CHANNELS]){0}) == 0);
	CHECK(aworker_mix_tap(worker, 77, true) == 0);
	CHECK(aworker_mix_close(worker, 77) == 0);
	stop(); /* with an open mix */
	aworker_destroy(NULL);
}

/* A thread that does not keep up refuses what opens, not what ends. */
static void closing_is_never_refused(void)
{
	start();
	CHECK(aworker_mix_open(worker, 5, &conf) == 0);
	CHECK(aworker_voice_open(worker, 5, 1, 0) == 0);
	CHECK(aworker_voice_open(worker, 5, 17, 0) == 0);
	atomic_store(&hold, true);
	CHECK(aworker_mix_tap(worker, 5, true) == 0);
	while (!atomic_load(&held))
		wait_20ms();
	for (uint32_t i = 3; aworker_voice_open(worker, 9, i, 0) == 0; i += 16)
		CHECK(i < 16 * 100000);
	for (int i = 0; i < 1000; i++) {
		CHECK(aworker_voice_mute(worker, 1, true) == 0);
		CHECK(aworker_voice_mute(worker, 17, i % 2) == 0);
	}
	CHECK(aworker_voice_close(worker, 17) == 0);
	CHECK(aworker_mix_tap(worker, 5, false) == 0);
	CHECK(aworker_mix_close(worker, 5) == 0);
	atomic_store(&hold, false);
	stop();
}

int main(void)
{
	closing_is_never_refused();
	second_of_a_class();
	strange_calls();
	return 0;
}
