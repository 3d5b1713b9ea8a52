#include "mixer/amix.h"

#include "base/clock.h"
#include "mixer/adec.h"
#include "mixer/aenc.h"
#include "mixer/pick.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <string.h>

#define MIX    7
#define OUTLET 900
#define PEOPLE 12
#define TICKS  200 /* of sound that are kept per listener */

/* A member: a microphone with a tone of its own, and what it hears. */
struct person {
	struct voice *voice;
	struct aenc *enc;
	struct adec *dec;
	double hz;
	float peak;
	uint8_t level_dbov;
	int64_t at;
	uint32_t seq, own, shared; /* units of either kind */
	bool got_own;              /* this tick */
	uint32_t n_heard;
	float heard[PCM_TICK * TICKS];
};

static struct person people[PEOPLE];
static uint32_t n_people;
static struct amix *mix;
static int64_t now_us;
static struct au *shared;
static uint32_t taps, reports, n_speakers;
static struct speaker speakers[SPEAKERS_MAX];

static void hear(struct person *person, const struct au *au)
{
	if (person->n_heard == TICKS) {
		memmove(person->heard, person->heard + PCM_TICK,
			sizeof(person->heard) - PCM_TICK * sizeof(float));
		person->n_heard--;
	}
	CHECK(adec_decode(person->dec, au->data, au->len,
			  person->heard + person->n_heard++ * PCM_TICK,
			  PCM_TICK) == PCM_TICK);
}

static void on_unit(void *ctx, uint32_t id, struct au *au)
{
	(void)ctx;
	CHECK(au->codec == CODEC_OPUS && au->pts_us == now_us &&
	      au->duration_us == 20000);
	if (id == OUTLET) {
		CHECK(!shared);
		shared = au;
		return;
	}
	CHECK(shared); /* it comes first */
	CHECK(id >= 1 && id <= n_people);
	CHECK(!people[id - 1].got_own);
	people[id - 1].got_own = true;
	people[id - 1].own++;
	hear(&people[id - 1], au);
	au_put(au);
}

static void on_tap(void *ctx, uint32_t id, struct au *au)
{
	(void)ctx;
	CHECK(id == MIX);
	taps++;
	au_put(au);
}

static void on_speakers(void *ctx, uint32_t id, const struct speaker *list, uint32_t n)
{
	(void)ctx;
	CHECK(id == MIX && n <= SPEAKERS_MAX);
	memcpy(speakers, list, n * sizeof(*list));
	n_speakers = n;
	reports++;
}

static void open_room(uint32_t n)
{
	/* whole waves in 20 ms; few differences that are alike, which a codec's
	 * distortion would make audible as another's tone */
	static const double tones[PEOPLE] = {450, 700,  1150, 1900, 2450, 3100,
					     550, 1450, 2000, 850,  3350, 1000};
	static const struct amix_sink sink = {NULL, on_unit, on_tap, on_speakers};
	struct mix_conf conf = {OUTLET, 40000};

	thread_claim(&on_aud);
	now_us = 5 * SEC_US;
	taps = reports = n_speakers = 0;
	n_people = n;
	CHECK(amix_create(&mix, MIX, &conf, &sink) == 0);
	for (uint32_t i = 0; i < n; i++) {
		struct person *person = &people[i];

		memset(person, 0, sizeof(*person));
		person->hz = tones[i];
		person->peak = 0.1f;
		person->level_dbov = 23;
		CHECK(aenc_create(&person->enc, 64000) == 0);
		CHECK(adec_create(&person->dec) == 0);
		CHECK(voice_create(&person->voice, i + 1) == 0);
		amix_add(mix, person->voice);
	}
}

static void close_room(void)
{
	thread_claim(&on_aud);
	for (uint32_t i = 0; i < n_people; i++) {
		amix_remove(mix, people[i].voice);
		voice_destroy(people[i].voice);
		aenc_destroy(people[i].enc);
		adec_destroy(people[i].dec);
	}
	CHECK(!amix_first(mix));
	amix_destroy(mix);
}

static void speak(struct person *person)
{
	float pcm[PCM_TICK] = {0};
	uint8_t data[AENC_BYTES];
	struct au *au;
	int n;

	thread_claim(&on_aud);
	tone_add(pcm, PCM_TICK, person->at, person->hz, person->peak);
	person->at += PCM_TICK;
	n = aenc_encode(person->enc, pcm, data);
	CHECK(n > 0 && au_create(&au, data, (size_t)n) == 0);
	au->codec = CODEC_OPUS;
	au->seq = person->seq++;
	au->pts_us = pcm_us(person->at);
	au->arrival_us = now_us - 1000;
	au->level_dbov = person->level_dbov;
	voice_push(person->voice, au, now_us);
}

static bool is_skipped(uint32_t id)
{
	for (int i = 0; i < shared->n_skip; i++)
		if (shared->skip[i] == id)
			return true;
	return false;
}

static void tick(void)
{
	thread_claim(&on_aud);
	for (uint32_t i = 0; i < n_people; i++) {
		people[i].got_own = false;
		speak(&people[i]);
	}
	amix_tick(mix, now_us);
	CHECK(shared && shared->n_skip <= LIMIT_VOICES);
	for (uint32_t i = 0; i < n_people; i++) {
		CHECK(is_skipped(i + 1) == people[i].got_own);
		if (!people[i].got_own) {
			people[i].shared++;
			hear(&people[i], shared);
		}
	}
	au_put(shared);
	shared = NULL;
	now_us += PCM_TICK_US;
}

static void ticks(int n)
{
	while (n-- > 0)
		tick();
}

/* How loud `of` is to `to`, over the last second. */
static double loudness(uint32_t to, uint32_t of)
{
	const struct person *person = &people[to];

	CHECK(person->n_heard >= 50);
	return tone_db(person->heard + (person->n_heard - 50) * PCM_TICK, 50 * PCM_TICK,
		       people[of].hz);
}

static void nobody_hears_itself(void)
{
	open_room(3);
	ticks(300);
	for (uint32_t to = 0; to < 3; to++) {
		CHECK(people[to].own > 290);
		for (uint32_t of = 0; of < 3; of++) {
			if (to == of)
				CHECK(loudness(to, of) < -60 - 20);
			else
				CHECK(fabs(loudness(to, of) + 20) < 1.5);
		}
	}
	close_room();
}

/* Not even for a tick, when it begins or ends to speak. */
static void nobody_hears_itself_in_between(void)
{
	open_room(2);
	ticks(60);
	people[1].peak = 0; /* silent for more than 5 s: back to the listeners' mix */
	ticks(300);
	CHECK(people[1].shared > 20 && !people[1].got_own);
	CHECK(loudness(1, 0) > -22);
	people[0].peak = 0;
	ticks(300);
	CHECK(!people[0].got_own);
	for (int round = 0; round < 5; round++) {
		people[1].peak = 0.25f;
		ticks(50);
		CHECK(loudness(1, 1) < -75);
		people[1].peak = 0;
		ticks(270);
		CHECK(!people[1].got_own);
	}
	close_room();
}

/* Nine microphones that are open in silence, or in the hum of a room: one encode
 * for all of them. */
static void silence_costs_one_encode(float hum)
{
	open_room(9);
	for (uint32_t i = 0; i < 9; i++)
		people[i].peak = hum;
	ticks(100);
	for (uint32_t i = 0; i < 9; i++)
		CHECK(people[i].own == 0 && people[i].shared == 100);
	/* those who did speak are with them after a while */
	for (uint32_t i = 0; i < 9; i++)
		people[i].peak = 0.1f;
	ticks(50);
	for (uint32_t i = 0; i < 9; i++)
		people[i].peak = hum;
	ticks(300);
	for (uint32_t i = 0; i < 9; i++)
		people[i].own = 0;
	ticks(50);
	for (uint32_t i = 0; i < 9; i++)
		CHECK(people[i].own == 0);
	close_room();
}

static void mute_acts_at_once(void)
{
	open_room(3);
	ticks(100);
	thread_claim(&on_aud);
	amix_mute(mix, people[2].voice, true);
	tick();
	CHECK(!people[2].got_own); /* it hears the others in the listeners' mix */
	ticks(60);
	CHECK(loudness(0, 2) < -75);
	CHECK(fabs(loudness(2, 0) + 20) < 1.5 && fabs(loudness(2, 1) + 20) < 1.5);
	for (uint32_t i = 0; i < n_speakers; i++)
		CHECK(speakers[i].voice != 3);
	amix_mute(mix, people[2].voice, false);
	ticks(60);
	CHECK(people[2].got_own && loudness(0, 2) > -22);
	close_room();
}

static uint32_t count_selected(void)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_people; i++)
		n += people[i].voice->selected;
	return n;
}

static void eight_are_all_heard(void)
{
	open_room(8);
	for (int i = 0; i < 8; i++)
		people[i].level_dbov = 127; /* what it says does not matter */
	ticks(150);
	CHECK(count_selected() == 8);
	for (uint32_t of = 1; of < 8; of++)
		CHECK(loudness(0, of) > -26);
	close_room();
}

/* Of ten the two silent ones are left out; who gets loud comes in after the hold
 * of who fell silent. */
static void ninth_comes_in_by_level(bool levels)
{
	open_room(10);
	for (int i = 0; i < 10; i++)
		people[i].peak = i < 2 ? 0 : 0.1f;
	for (int i = 0; i < 10; i++)
		people[i].level_dbov = !levels ? AU_LEVEL_UNKNOWN : i < 2 ? 127 : 23;
	ticks(150);
	CHECK(count_selected() == 8);
	CHECK(!people[0].voice->selected && !people[1].voice->selected);
	people[0].peak = 0.1f; /* all eight speak: it waits */
	people[0].level_dbov = levels ? 23 : AU_LEVEL_UNKNOWN;
	ticks(100);
	CHECK(!people[0].voice->selected && people[0].shared > 200);
	CHECK(loudness(0, 5) > -26);
	people[5].peak = 0;
	people[5].level_dbov = levels ? 127 : AU_LEVEL_UNKNOWN;
	ticks(30);
	CHECK(people[5].voice->selected); /* held */
	ticks(120);
	CHECK(!people[5].voice->selected && people[0].voice->selected);
	CHECK(loudness(1, 0) > -26 && loudness(1, 5) < -70);
	close_room();
}

static void many_at_full_scale(void)
{
	float most = 0;

	open_room(8);
	for (int i = 0; i < 8; i++)
		people[i].peak = 0.9f;
	ticks(100);
	for (uint32_t i = 0; i < people[0].n_heard * PCM_TICK; i++)
		most = fmaxf(most, fabsf(people[0].heard[i]));
	CHECK(most > 0.5f && most < 1.1f);
	close_room();
}

static void constant_tone_is_not_pumped(void)
{
	open_room(2);
	people[0].peak = 0.01f;
	ticks(100);
	CHECK(fabs(loudness(1, 0) + 40) < 1);
	ticks(500);
	CHECK(fabs(loudness(1, 0) + 40) < 1);
	close_room();
}

static void quiet_speech_is_raised(void)
{
	double before = 0;

	open_room(2);
	people[1].peak = 0;
	for (int t = 0; t < 1000; t++) {
		/* syllables: 200 ms, up and down by 12 dB */
		people[0].peak = t % 20 < 10 ? 0.02f : 0.005f;
		tick();
		if (t == 100)
			before = loudness(1, 0);
	}
	CHECK(loudness(1, 0) > before + 8);
	CHECK(loudness(1, 0) < before + 13);
	close_room();
}

static void tap_and_silence(void)
{
	uint32_t own;

	open_room(1);
	thread_claim(&on_aud);
	amix_tap(mix, true);
	ticks(100);
	CHECK(taps == 100);
	own = people[0].own;
	CHECK(own > 90);
	for (uint32_t i = 0; i < people[0].n_heard * PCM_TICK; i++)
		CHECK(fabsf(people[0].heard[i]) < 1e-3f); /* alone: hears nothing */
	amix_tap(mix, false);
	ticks(10);
	CHECK(taps == 100);
	close_room();

	open_room(0); /* an empty class has a heartbeat all the same */
	for (int t = 0; t < 100; t++) {
		amix_tick(mix, now_us);
		CHECK(shared && shared->n_skip == 0 && shared->len > 0);
		CHECK(t < 60 || shared->len == 3);
		au_put(shared);
		shared = NULL;
		now_us += PCM_TICK_US;
	}
	close_room();
}

static void who_speaks_is_reported(void)
{
	open_room(3);
	people[1].peak = people[2].peak = 0;
	people[1].level_dbov = people[2].level_dbov = 127;
	ticks(100);
	CHECK(n_speakers == 1 && speakers[0].voice == 1);
	CHECK(speakers[0].level_dbov > 15 && speakers[0].level_dbov <= 50);
	people[1].peak = 0.5f; /* louder by far: becomes dominant */
	ticks(50);
	CHECK(n_speakers == 2 && speakers[0].voice == 2 && speakers[1].voice == 1);
	people[0].peak = people[1].peak = 0;
	ticks(150);
	CHECK(n_speakers == 0);
	CHECK(reports <= 6);
	close_room();
}

int main(void)
{
	thread_enter(&on_aud);
	nobody_hears_itself();
	nobody_hears_itself_in_between();
	silence_costs_one_encode(0);
	silence_costs_one_encode(0.0005f);
	mute_acts_at_once();
	eight_are_all_heard();
	ninth_comes_in_by_level(true);
	ninth_comes_in_by_level(false);
	many_at_full_scale();
	constant_tone_is_not_pumped();
	quiet_speech_is_raised();
	tap_and_silence();
	who_speaks_is_reported();
	return 0;
}
