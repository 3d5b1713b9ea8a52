/* Packets of 60, 40 and 20 ms from one mix: nobody hears itself, nobody misses a
 * moment or hears it twice, whenever who begins, ends, is muted or changes.
 */
#include "base/clock.h"
#include "mixer/aenc.h"
#include "mixer/feed.h"
#include "mixer/pick.h"
#include "tests/amix_rig.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <errno.h>

#define PHASES 6  /* ticks until packets of all classes begin together */
#define QUIET  90 /* ticks until who fell silent has the listeners' mix again */

static enum mix_class class_of(uint32_t i)
{
	return (enum mix_class)(i % MIX_CLASSES);
}

/* Whatever the only one who makes a sound is given must be silent. */
static void own_voice_never_leaks(enum mix_class c)
{
	rig_open(2, c);
	rig.people[0].peak = 0;
	rig.people[0].cheap = true;
	rig.people[1].must_be_silent = true;
	rig_ticks(20);
	CHECK(rig.people[1].got_own && !rig.people[0].got_own);
	for (int phase = 0; phase < PHASES; phase++) {
		rig.people[1].peak = 0;
		rig_ticks(QUIET);
		CHECK(!rig.people[1].got_own);
		rig.people[1].peak = 0.5f;
		rig_ticks(25 + phase);
		CHECK(rig.people[1].got_own);
	}
	for (int phase = 0; phase < PHASES; phase++) {
		rig_mute(1, true);
		rig_ticks(13);
		CHECK(!rig.people[1].got_own);
		rig_mute(1, false);
		rig_ticks(24 + phase);
		CHECK(rig.people[1].got_own);
		rig_mute(1, true); /* for so short that it keeps what it has, or not */
		rig_ticks(1 + phase);
		rig_mute(1, false);
		rig_ticks(24);
	}
	CHECK(rig_loudness(0, 1) > -10.5); /* the other one does hear it */
	rig_close();
}

/* Who begins to speak goes on hearing the others all the time. */
static void beginning_makes_no_hole(enum mix_class c)
{
	const struct person *person = &rig.people[1];

	rig_open(2, c);
	rig_ticks(60);
	for (int phase = 0; phase < PHASES; phase++) {
		rig_mute(1, true);
		rig_ticks(13);
		CHECK(!person->got_own);
		rig_mute(1, false);
		rig_ticks(12 + phase);
		CHECK(person->got_own);
		for (uint32_t t = person->n_heard - 25; t < person->n_heard; t++)
			CHECK(tone_db(person->heard + t * PCM_TICK, PCM_TICK, 450) > -30);
	}
	rig_close();
}

/* Nothing leaks where its class changes, either: what it is given goes on without a
 * break. */
static void own_voice_never_leaks_in_a_change(enum mix_class from, enum mix_class to)
{
	struct person *person = &rig.people[1];

	rig_open(2, from);
	rig.people[0].peak = 0;
	rig.people[0].cheap = true;
	person->must_be_silent = true;
	rig_ticks(20);
	person->loose = true;
	for (int phase = 0; phase < PHASES; phase++) {
		rig_class(1, phase % 2 ? from : to);
		rig_ticks(30 + phase / 2);
		CHECK(person->got_own);
		CHECK(person->missed_us == 0 && person->repeated_us == 0);
	}
	for (int phase = 0; phase < PHASES; phase++) { /* falls silent as it changes */
		rig_class(1, phase % 2 ? from : to);
		rig_mute(1, true);
		rig_ticks(1 + phase);
		rig_mute(1, false);
		rig_ticks(30);
		rig_mute(1, true);
		rig_ticks(5 + phase);
		rig_class(1, phase % 2 ? to : from);
		rig_ticks(1 + phase);
		rig_mute(1, false);
		rig_ticks(30);
	}
	rig_close();
}

/* A listener loses or repeats at most one packet by a change. */
static void listeners_change(enum mix_class from, enum mix_class to)
{
	struct person *person = &rig.people[1];

	rig_open(2, from);
	person->peak = 0;
	person->cheap = true;
	person->level_dbov = 127;
	for (int phase = 0; phase < 2 * PHASES; phase++) {
		rig_ticks(12 + phase / 2);
		person->loose = true;
		person->missed_us = person->repeated_us = 0;
		rig_class(1, phase % 2 ? from : to);
		rig_ticks(12);
		CHECK(person->missed_us + person->repeated_us <= 60000);
		person->loose = false;
		rig_ticks(12);
	}
	rig_ticks(60);
	CHECK(rig_loudness(1, 0) > -22);
	rig_close();
}

/* Members of all classes; the rig checks that none of them misses anything. */
static void all_classes_at_once(void)
{
	rig_open(6, MIX_FULL);
	for (uint32_t i = 0; i < 6; i++)
		rig_class(i, class_of(i));
	rig_ticks(100);
	for (uint32_t to = 0; to < 6; to++) {
		CHECK(rig.people[to].own > 90);
		CHECK(rig_loudness(to, to) < -50);
		for (uint32_t of = 0; of < 6; of++)
			CHECK(to == of || rig_loudness(to, of) > -26);
	}
	CHECK(rig.units[MIX_FULL] == 100);
	/* on from the first packet that begins after it was said */
	CHECK(rig.units[MIX_MIDDLE] == 50 && rig.units[MIX_THIN] == 33);
	rig_close();
}

/* Twenty-five microphones, all sorts of changes at all times. */
static void many_come_and_go(void)
{
	uint32_t r = 1, most = 0, own = 0;

	rig_open(25, MIX_FULL);
	for (uint32_t i = 0; i < 25; i++)
		rig.people[i].cheap = true;
	for (uint32_t i = 0; i < 25; i++)
		rig_class(i, class_of(i));
	for (int t = 0; t < 800; t++) {
		struct person *person = &rig.people[t * 7 % 25];

		r = r * 1664525 + 1013904223;
		person->peak = r >> 30 ? 0 : 0.2f;
		person->level_dbov = r >> 30 ? 127 : 20;
		if ((r >> 16) % 16 == 0)
			rig_mute((r >> 8) % 25, r >> 31 && (r >> 24) % 2);
		rig_tick();
		CHECK(rig_selected() <= LIMIT_VOICES);
		thread_claim(&on_aud);
		if (amix_encodes(rig.mix) > most)
			most = amix_encodes(rig.mix);
	}
	CHECK(most > 6 && most <= LIMIT_VOICES + MIX_CLASSES);
	for (uint32_t i = 0; i < 25; i++) {
		own += rig.people[i].own;
		CHECK(rig.people[i].shared > 50);
	}
	CHECK(own > 3000);
	rig_close();
}

/* Twenty-five that all speak: eight are decoded, and the rest hears these. */
static void many_open_microphones(void)
{
	uint32_t own = 0;

	rig_open(25, MIX_THIN);
	for (uint32_t i = 0; i < 25; i++)
		rig.people[i].cheap = true;
	for (int t = 0; t < 120; t++) {
		rig_tick();
		CHECK(rig_selected() == LIMIT_VOICES);
	}
	for (uint32_t i = 0; i < 25; i++)
		own += rig.people[i].got_own;
	CHECK(own == LIMIT_VOICES);
	thread_claim(&on_aud);
	CHECK(amix_encodes(rig.mix) == LIMIT_VOICES + 1);
	rig_close();
}

static void runs_only_while_wanted(void)
{
	thread_claim(&on_aud);
	rig_open(2, MIX_THIN);
	rig.people[1].peak = 0;
	rig_ticks(30);
	CHECK(rig.units[MIX_THIN] == 10 && !rig.units[MIX_MIDDLE] &&
	      !rig.units[MIX_FULL]);
	amix_tap(rig.mix, true);
	rig_ticks(30);
	CHECK(rig.taps == 30 && !rig.units[MIX_FULL]); /* nobody listens to that */
	amix_class(rig.mix, 0, MIX_FULL, true, 0);
	rig_ticks(30);
	CHECK(rig.taps == 60 && rig.units[MIX_FULL] == 30);
	amix_tap(rig.mix, false);
	rig_ticks(6);
	amix_class(rig.mix, 0, MIX_FULL, false, 0);
	rig_ticks(6);
	CHECK(rig.taps == 60 && rig.units[MIX_FULL] == 36 && rig.units[MIX_THIN] == 34);
	amix_class(rig.mix, 0, MIX_THIN, false, 0);
	rig_ticks(30);
	CHECK(rig.units[MIX_THIN] == 34);
	CHECK(amix_encodes(rig.mix) == 0); /* the own one has nothing to say */
	rig_close();
}

/* The audio thread let ticks go: afterwards all is as before. */
static void time_jumps(void)
{
	rig_open(6, MIX_FULL);
	for (uint32_t i = 0; i < 6; i++)
		rig_class(i, class_of(i));
	for (int jump = 1; jump < 14; jump++) {
		rig_ticks(18);
		for (uint32_t i = 0; i < 6; i++)
			rig.people[i].loose = true;
		rig.now_us += jump * PCM_TICK_US;
		rig_ticks(3);
		for (uint32_t i = 0; i < 6; i++)
			rig.people[i].loose = false;
	}
	for (uint32_t i = 0; i < 6; i++)
		CHECK(rig.people[i].repeated_us == 0);
	rig_close();
}

/* ---- a feed --------------------------------------------------------------- */

/* Sound in the copy of packets before, for so much loss. */
static float copied(enum mix_class c, uint8_t loss)
{
	static float pcm[FEED_TICKS * PCM_TICK];
	uint32_t n = mix_class_ms(c) * 48;
	struct feed *feed;
	struct adec *dec;
	struct au *au;
	float most = 0;

	CHECK(feed_create(&feed, c, 24000) == 0 && adec_create(&dec) == 0);
	feed_loss(feed, loss);
	for (int64_t t = 0; t < 150; t++) {
		float tick[PCM_TICK] = {0};

		for (int k = 1; k < 8; k++) /* like a vowel, in syllables */
			tone_add(tick, PCM_TICK, t * PCM_TICK, 150 * k,
				 t % 12 < 8 ? 0.2f / (float)k : 0.01f);
		CHECK(feed_run(feed, tick, t * PCM_TICK_US, &au) == 0);
		if (!au)
			continue;
		adec_reset(dec);
		CHECK(adec_recover(dec, au->data, au->len, pcm, n) == (int)n);
		for (uint32_t i = 0; i < n; i++)
			most = fmaxf(most, fabsf(pcm[i]));
		au_put(au);
	}
	feed_destroy(feed);
	adec_destroy(dec);
	return most;
}

static void copies_are_for_those_who_lose(void)
{
	for (int c = 0; c < MIX_CLASSES; c++) {
		CHECK(copied((enum mix_class)c, 0) < 5e-3f);
		CHECK(copied((enum mix_class)c, 25) > 0.05f);
		CHECK(copied((enum mix_class)c, 255) > 0.05f); /* clamped */
	}
}

/* Bytes a second of what sounds like speech, and of silence. */
static void rates(enum mix_class c, uint32_t bps)
{
	static float pcm[FEED_TICKS * PCM_TICK];
	int n = (int)mix_class_ms(c) * 48;
	struct feed *feed;
	struct adec *dec;
	struct au *au;
	size_t bytes = 0;

	CHECK(feed_create(&feed, c, bps) == 0 && adec_create(&dec) == 0);
	for (int64_t t = 0; t < 900; t++) {
		float tick[PCM_TICK] = {0};

		for (int k = 1; t < 600 && k < 20; k++)
			tone_add(tick, PCM_TICK, t * PCM_TICK, 130 * k,
				 t % 12 < 8 ? 0.2f / (float)k : 0.01f);
		CHECK(feed_run(feed, tick, t * PCM_TICK_US, &au) == 0);
		CHECK(!au == (feed_place(c, t * PCM_TICK_US + PCM_TICK_US) != 0));
		if (!au)
			continue;
		CHECK(au->duration_us == mix_class_ms(c) * 1000);
		CHECK(au->pts_us + FEED_BEHIND_US ==
		      t * PCM_TICK_US + PCM_TICK_US - au->duration_us);
		CHECK(adec_decode(dec, au->data, au->len, pcm, (uint32_t)n) == n);
		bytes += t < 600 ? au->len : 0;
		if (t >= 660) {
			CHECK(feed_rests(feed) && au->len <= 8);
			CHECK(pcm_level(pcm, (uint32_t)n) == PCM_SILENT || t < 700);
		}
		au_put(au);
	}
	CHECK(bytes * 8 / 12 < bps * 5 / 4 && bytes * 8 / 12 > bps / 3);
	feed_destroy(feed);
	adec_destroy(dec);
}

/* Bytes of the listeners' mix and of who speaks, in a second. */
static size_t bytes_of(enum mix_class c)
{
	size_t n = 0;

	for (int i = 0; i < 50; i++) {
		rig_tick();
		n += rig.shared[0][c] ? rig.shared[0][c]->len : 0;
	}
	return n;
}

/* While it runs, without a break: each listener checks that it hears all once. */
static void the_rate_changes(enum mix_class c)
{
	static const uint32_t low[MIX_CLASSES] = {8000, 8000, 8000, 8000};
	static const uint32_t high[MIX_CLASSES] = {64000, 64000, 64000, 64000};
	size_t few, many;

	thread_claim(&on_aud);
	rig_open(3, c);
	rig.people[0].peak = 0; /* who hears the listeners' mix */
	rig_ticks(50);
	amix_rates(rig.mix, low);
	rig_ticks(7);
	few = bytes_of(c);
	amix_rates(rig.mix, high);
	rig_ticks(7);
	many = bytes_of(c);
	if (many < 2 * few)
		fprintf(stderr, "class %d: %zu and %zu bytes\n", c, few, many);
	CHECK(many >= 2 * few);
	rig_close();
}

int main(void)
{
	thread_enter(&on_aud);
	for (int c = 0; c < MIX_CLASSES; c++) {
		own_voice_never_leaks((enum mix_class)c);
		beginning_makes_no_hole((enum mix_class)c);
		for (int to = 0; to < MIX_CLASSES; to++) {
			if (to == c)
				continue;
			own_voice_never_leaks_in_a_change((enum mix_class)c,
							  (enum mix_class)to);
			listeners_change((enum mix_class)c, (enum mix_class)to);
		}
	}
	all_classes_at_once();
	many_come_and_go();
	many_open_microphones();
	runs_only_while_wanted();
	time_jumps();
	copies_are_for_those_who_lose();
	rates(MIX_THIN, 12000);
	rates(MIX_MIDDLE, 24000);
	rates(MIX_SHORT, 12000);
	rates(MIX_FULL, 40000);
	for (int c = 0; c < MIX_CLASSES; c++)
		the_rate_changes((enum mix_class)c);
	return 0;
}
