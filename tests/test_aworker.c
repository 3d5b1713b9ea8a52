#include "mixer/aworker.h"

#include "base/clock.h"
#include "mixer/adec.h"
#include "mixer/aenc.h"
#include "mixer/pcm.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <poll.h>
#include <stdatomic.h>

#define OUTLET 50
#define VOICES 3

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
	struct aworker_events events = {&taps, on_speakers, on_tap};

	CHECK(ring_create(&in, 256) == 0 && ring_create(&out, 256) == 0);
	CHECK(aworker_create(&worker, &(struct aworker_rings){in, out}, &events) == 0);
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

static uint32_t own[VOICES + 1], shared;
static int64_t last_pts_us;

/* Takes what is there; checks times and skip lists. */
static void drain(struct adec *dec, float *pcm, uint32_t *ticks)
{
	struct ring_item item;

	while (ring_pop(out, &item)) {
		if (item.id == OUTLET) {
			CHECK(!last_pts_us || item.au->pts_us == last_pts_us + 20000);
			last_pts_us = item.au->pts_us;
			CHECK(llabs(clock_us() - last_pts_us) < 2 * SEC_US);
			shared++;
		} else {
			CHECK(item.id >= 1 && item.id <= VOICES);
			CHECK(item.au->pts_us == last_pts_us);
			own[item.id]++;
		}
		if (item.id == 1 && *ticks < 100)
			CHECK(adec_decode(dec, item.au->data, item.au->len,
					  pcm + (*ticks)++ * PCM_TICK,
					  PCM_TICK) == PCM_TICK);
		au_put(item.au);
	}
}

static void wait_20ms(void)
{
	poll(NULL, 0, 20);
}

/* Three members for a second, on the real thread and clock. */
static void second_of_a_class(void)
{
	static float pcm[PCM_TICK * 100];
	struct aenc *enc[VOICES];
	struct adec *dec;
	uint32_t ticks = 0, was;

	start();
	CHECK(adec_create(&dec) == 0);
	CHECK(aworker_mix_open(worker, 5, &(struct mix_conf){OUTLET, 40000}) == 0);
	CHECK(aworker_mix_tap(worker, 5, true) == 0);
	for (uint32_t i = 0; i < VOICES; i++) {
		CHECK(aenc_create(&enc[i], 40000) == 0);
		CHECK(aworker_voice_open(worker, 5, i + 1) == 0);
	}
	for (uint32_t seq = 0; seq < 50; seq++) {
		for (uint32_t i = 0; i < VOICES; i++)
			speak(enc[i], i + 1, seq, 450 + 700 * i);
		wait_20ms();
		drain(dec, pcm, &ticks);
	}
	CHECK(shared >= 40 && own[1] > 30 && own[2] > 30 && own[3] > 30);
	CHECK(atomic_load(&taps) >= shared);
	CHECK(atomic_load(&speaking) == 3);
	CHECK(ticks > 30);
	CHECK(tone_db(pcm + 15 * PCM_TICK, 10 * PCM_TICK, 450) < -70);
	CHECK(tone_db(pcm + 15 * PCM_TICK, 10 * PCM_TICK, 1150) > -24);

	CHECK(aworker_voice_mute(worker, 3, true) == 0);
	CHECK(aworker_voice_close(worker, 2) == 0);
	wait_20ms();
	wait_20ms();
	drain(dec, pcm, &ticks);
	was = own[2] + own[3];
	speak(enc[0], 1, 50, 450);
	speak(enc[1], 2, 50, 450); /* closed: let go */
	wait_20ms();
	wait_20ms();
	drain(dec, pcm, &ticks);
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
	struct mix_conf conf = {OUTLET, 0};

	start();
	CHECK(aworker_voice_open(worker, 1, 1) == 0); /* no such mix */
	CHECK(aworker_voice_close(worker, 0) == 0);
	CHECK(aworker_mix_open(worker, 1, &conf) == 0);
	CHECK(aworker_mix_open(worker, 1, &conf) == 0); /* twice */
	CHECK(aworker_voice_open(worker, 1, 1) == 0);
	CHECK(aworker_voice_open(worker, 1, 1) == 0);
	CHECK(aworker_voice_open(worker, 1, 1 + 1024) == 0);
	CHECK(aworker_voice_open(worker, 1, 0) == 0); /* no id */
	CHECK(aworker_voice_close(worker, 77) == 0);
	CHECK(aworker_voice_mute(worker, 77, true) == 0);
	CHECK(aworker_mix_tap(worker, 77, true) == 0);
	CHECK(aworker_mix_close(worker, 77) == 0);
	stop(); /* with an open mix */
	aworker_destroy(NULL);
}

/* A thread that does not keep up refuses what opens, not what ends. */
static void closing_is_never_refused(void)
{
	start();
	CHECK(aworker_mix_open(worker, 5, &(struct mix_conf){OUTLET, 40000}) == 0);
	CHECK(aworker_voice_open(worker, 5, 1) == 0);
	CHECK(aworker_voice_open(worker, 5, 17) == 0);
	atomic_store(&hold, true);
	CHECK(aworker_mix_tap(worker, 5, true) == 0);
	while (!atomic_load(&held))
		wait_20ms();
	for (uint32_t i = 3; aworker_voice_open(worker, 9, i) == 0; i += 16)
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
