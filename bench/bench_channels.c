/* bench_channels - what one more channel of sound costs, for each class in which it is
 * listened to, when it sounds other than all that are there: percent of a core. Also one
 * that is like another, and what all of the audio thread costs without. Three voices
 * speak; CPU time, by a clock of the bench's own.
 */
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bench/bench.h"
#include "mixer/aenc.h"
#include "mixer/amix.h"
#include "mixer/voice.h"
#include "tests/test.h"
#include "tests/tone.h"

#define VOICES 3
#define LOOP   50  /* packets that are sent again and again */
#define TICKS  300 /* of a round: 6 s */
#define ROUNDS 7   /* the first one warms up */
#define OUTLET 100
#define MORE   200

static struct au *units[VOICES][LOOP];
static uint32_t sent[MIX_CHANNELS];

static void on_unit(void *ctx, uint32_t nets, uint32_t id, struct au *au)
{
	(void)ctx, (void)nets;
	if (id >= OUTLET)
		sent[id >= MORE ? 1 + (id - MORE) / MIX_CLASSES : 0]++;
	au_put(au);
}

static void on_tap(void *ctx, uint32_t mix, struct au *au)
{
	(void)ctx, (void)mix;
	au_put(au);
}

static void on_speakers(void *ctx, uint32_t mix, const struct speaker *list, uint32_t n)
{
	(void)ctx, (void)mix, (void)list, (void)n;
}

/* Like vowels: a fundamental with harmonics, rising and falling. */
static void make_voice(uint32_t v)
{
	struct aenc *enc;

	CHECK(aenc_create(&enc, 32000) == 0);
	for (uint32_t i = 0; i < LOOP; i++) {
		float pcm[PCM_TICK] = {0};
		uint8_t data[AENC_BYTES];
		float loud = 0.05f * (1.2f + (float)((i + 7 * v) % 10) / 10);
		int n;

		for (uint32_t h = 1; h <= 12; h++)
			tone_add(pcm, PCM_TICK, (int64_t)i * PCM_TICK,
				 (110.0 + 50 * v) * h, loud / (float)h);
		n = aenc_encode(enc, pcm, data);
		CHECK(n > 0 && au_create(&units[v][i], data, (size_t)n) == 0);
		units[v][i]->codec = CODEC_OPUS;
		units[v][i]->level_dbov = 20;
	}
	aenc_destroy(enc);
}

static void push(struct voice *voice, uint32_t v, uint32_t at, int64_t now_us)
	RUNS_ON(on_aud)
{
	const struct au *from = units[v][at % LOOP];
	struct au *au;

	CHECK(au_create(&au, from->data, from->len) == 0);
	au->codec = CODEC_OPUS;
	au->level_dbov = from->level_dbov;
	au->seq = at;
	au->pts_us = (int64_t)at * PCM_TICK_US;
	au->arrival_us = now_us - 1000;
	voice_push(voice, au, now_us);
}

/* Percent of a core, in each round. */
static void run(struct amix *mix, struct voice *voices[VOICES], double out[ROUNDS])
	RUNS_ON(on_aud)
{
	int64_t now_us = 6 * SEC_US;
	uint32_t at = 0;

	for (int r = 0; r < ROUNDS; r++) {
		int64_t ns = 0;

		for (int t = 0; t < TICKS; t++, at++, now_us += PCM_TICK_US) {
			int64_t start;

			for (uint32_t v = 0; v < VOICES; v++)
				push(voices[v], v, at, now_us);
			start = cpu_ns();
			amix_tick(mix, now_us);
			ns += cpu_ns() - start;
		}
		out[r] = (double)ns / 1000 / (TICKS * (double)PCM_TICK_US) * 100;
	}
}

/* `other`: one voice is not in channel 1. */
static double measure(enum mix_class c, bool more, bool other) RUNS_ON(on_aud)
{
	static const struct amix_sink sink = {NULL, on_unit, on_tap, on_speakers};
	const struct mix_conf conf = {OUTLET, {12000, 24000, 12000, 40000}, 0, MORE};
	struct voice *voices[VOICES];
	int8_t db[MIX_CHANNELS] = {0};
	double rounds[ROUNDS];
	struct amix *mix;

	CHECK(amix_create(&mix, 1, &conf, &sink) == 0);
	amix_class(mix, 0, c, true, 10);
	if (more)
		amix_class(mix, 1, c, true, 10);
	for (uint32_t v = 0; v < VOICES; v++) {
		CHECK(voice_create(&voices[v], v + 1) == 0);
		amix_add(mix, voices[v]);
		voices[v]->class_next = c;
		db[1] = other && v == 0 ? MIX_DB_NONE : 0;
		amix_gains(mix, voices[v], db);
	}
	memset(sent, 0, sizeof(sent));
	run(mix, voices, rounds);
	/* it really was what is said */
	CHECK(sent[0] > 0 && (sent[1] > 0) == more);
	for (uint32_t v = 0; v < VOICES; v++) {
		amix_remove(mix, voices[v]);
		voice_destroy(voices[v]);
	}
	amix_destroy(mix);
	return median(rounds + 1, ROUNDS - 1);
}

int main(void)
{
	static const char *const names[MIX_CLASSES] = {
		[MIX_THIN] = "thin",
		[MIX_MIDDLE] = "middle",
		[MIX_SHORT] = "short",
		[MIX_FULL] = "full",
	};

	thread_enter(&on_aud);
	thread_claim(&on_aud);
	for (uint32_t v = 0; v < VOICES; v++)
		make_voice(v);
	for (enum mix_class c = 0; c < MIX_CLASSES; c++) {
		double one = measure(c, false, false);

		printf("channel_pct.%s.none %.3f\n", names[c], one);
		printf("channel_pct.%s.alike %.3f\n", names[c],
		       measure(c, true, false) - one);
		printf("channel_pct.%s.more %.3f\n", names[c],
		       measure(c, true, true) - one);
	}
	for (uint32_t v = 0; v < VOICES; v++)
		for (uint32_t i = 0; i < LOOP; i++)
			au_put(units[v][i]);
	return 0;
}
