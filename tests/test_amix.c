#include "mixer/amix.h"

#include "base/clock.h"
#include "mixer/pick.h"
#include "tests/amix_rig.h"
#include "tests/test.h"
#include "tests/tone.h"

static void nobody_hears_itself(void)
{
	rig_open(3, MIX_FULL);
	rig_ticks(300);
	for (uint32_t to = 0; to < 3; to++) {
		CHECK(rig.people[to].own > 290);
		for (uint32_t of = 0; of < 3; of++) {
			if (to == of)
				CHECK(rig_loudness(to, of) < -20 - 55);
			else
				CHECK(fabs(rig_loudness(to, of) + 20) < 1.5);
		}
	}
	rig_close();
}

/* Not even for a tick, when it begins or ends to speak. */
static void nobody_hears_itself_in_between(void)
{
	rig_open(2, MIX_FULL);
	rig_ticks(60);
	rig.people[1].peak = 0; /* silent for more than 5 s: back to the listeners' mix */
	rig_ticks(300);
	CHECK(rig.people[1].shared > 20 && !rig.people[1].got_own);
	CHECK(rig_loudness(1, 0) > -22);
	rig.people[0].peak = 0;
	rig_ticks(300);
	CHECK(!rig.people[0].got_own);
	for (int round = 0; round < 5; round++) {
		rig.people[1].peak = 0.25f;
		rig_ticks(50);
		CHECK(rig_loudness(1, 1) < -75);
		rig.people[1].peak = 0;
		rig_ticks(270);
		CHECK(!rig.people[1].got_own);
	}
	rig_close();
}

/* Nine microphones that are open in silence, or in the hum of a room: one encode
 * for all of them. */
static void silence_costs_one_encode(float hum)
{
	thread_claim(&on_aud);
	rig_open(9, MIX_FULL);
	for (uint32_t i = 0; i < 9; i++)
		rig.people[i].peak = hum;
	rig_ticks(100);
	for (uint32_t i = 0; i < 9; i++)
		CHECK(rig.people[i].own == 0 && rig.people[i].shared == 100);
	/* those who did speak are with them after a while */
	for (uint32_t i = 0; i < 9; i++)
		rig.people[i].peak = 0.1f;
	rig_ticks(50);
	for (uint32_t i = 0; i < 9; i++)
		rig.people[i].peak = hum;
	rig_ticks(300);
	for (uint32_t i = 0; i < 9; i++)
		rig.people[i].own = 0;
	rig_ticks(50);
	for (uint32_t i = 0; i < 9; i++)
		CHECK(rig.people[i].own == 0);
	CHECK(amix_encodes(rig.mix) == 0);
	rig.people[8].peak = 0.1f; /* the first one who speaks: one more */
	rig_ticks(20);
	CHECK(rig.people[8].own >= 8 && amix_encodes(rig.mix) == 2);
	for (uint32_t i = 0; i < 8; i++)
		CHECK(rig.people[i].own == 0);
	rig_close();
}

/* Louder than what is always left out, but it never ceases. */
static void loud_hum_ends_after_a_while(void)
{
	rig_open(2, MIX_FULL);
	rig.people[1].peak = 0.0022f; /* -56 dB */
	rig_ticks(50);
	CHECK(rig.people[1].got_own);
	rig_ticks(300);
	CHECK(!rig.people[1].got_own && rig.people[0].got_own);
	CHECK(rig_loudness(0, 1) < -75);
	rig_close();
}

/* Somebody who was silent for long: the first 20 ms are in the mix with the rest,
 * and so is what begins softly. */
static void words_begin_with_their_beginning(float peak)
{
	const struct person *other = &rig.people[0];
	double first, later;

	rig_open(2, MIX_FULL);
	rig.people[0].peak = 0;
	rig_ticks(50);
	rig.people[1].peak = 0;
	rig_ticks(200);
	CHECK(!rig.people[1].got_own);
	rig.people[1].peak = peak;
	rig_ticks(12);
	/* the playout holds 20 ms and the codecs 18 */
	for (uint32_t t = 188; t < 194; t++)
		if (tone_db(other->heard + t * PCM_TICK, PCM_TICK, 700) >
		    20 * log10(peak) - 30)
			break;
		else
			CHECK(t < 192);
	first = tone_db(other->heard + 192 * PCM_TICK, PCM_TICK, 700);
	later = tone_db(other->heard + 198 * PCM_TICK, PCM_TICK, 700);
	CHECK(first > later - 6);
	rig_close();
}

static void mute_acts_at_once(void)
{
	rig_open(3, MIX_FULL);
	rig_ticks(100);
	rig_mute(2, true);
	rig_ticks(6);
	CHECK(!rig.people[2].got_own); /* it hears the others in the listeners' mix */
	rig_ticks(55);
	CHECK(rig_loudness(0, 2) < -75);
	CHECK(fabs(rig_loudness(2, 0) + 20) < 1.5 && fabs(rig_loudness(2, 1) + 20) < 1.5);
	for (uint32_t i = 0; i < rig.n_speakers; i++)
		CHECK(rig.speakers[i].voice != 3);
	rig_mute(2, false);
	rig_ticks(60);
	CHECK(rig.people[2].got_own && rig_loudness(0, 2) > -22);
	rig_close();
}

/* Not even afterwards, out of some buffer. */
static void what_is_said_muted_is_never_heard(void)
{
	const struct person *other = &rig.people[0];

	rig_open(2, MIX_FULL);
	rig.people[0].peak = 0;
	rig.people[0].cheap = true;
	rig.people[1].peak = 0;
	rig_ticks(50);
	for (int round = 0; round < 2; round++) { /* soon after, and when it rests */
		rig_mute(1, true);
		rig_ticks(round ? 20 : 1);
		rig.people[1].peak = 0.5f;
		rig_ticks(20);
		rig.people[1].peak = 0;
		rig_ticks(1);
		rig_mute(1, false);
		rig_ticks(50);
		for (uint32_t i = 50 * PCM_TICK; i < other->n_heard * PCM_TICK; i++)
			CHECK(fabsf(other->heard[i]) < 2e-2f); /* the codec rings */
	}
	rig.people[1].peak = 0.1f;
	rig_ticks(60);
	CHECK(rig_loudness(0, 1) > -22);
	rig_close();
}

static void eight_are_all_heard(void)
{
	rig_open(8, MIX_FULL);
	for (int i = 0; i < 8; i++)
		rig.people[i].level_dbov = 127; /* what it says does not matter */
	rig_ticks(150);
	CHECK(rig_selected() == 8);
	for (uint32_t of = 1; of < 8; of++)
		CHECK(rig_loudness(0, of) > -26);
	rig_close();
}

/* Of ten the two silent ones are left out; who gets loud comes in after the hold
 * of who fell silent. */
static void ninth_comes_in_by_level(bool levels)
{
	rig_open(10, MIX_FULL);
	for (int i = 0; i < 10; i++)
		rig.people[i].peak = i < 2 ? 0 : 0.1f;
	for (int i = 0; i < 10; i++)
		rig.people[i].level_dbov = !levels ? AU_LEVEL_UNKNOWN : i < 2 ? 127 : 23;
	rig_ticks(150);
	CHECK(rig_selected() == 8);
	CHECK(!rig.people[0].voice->selected && !rig.people[1].voice->selected);
	rig.people[0].peak = 0.1f; /* all eight speak: it waits */
	rig.people[0].level_dbov = levels ? 23 : AU_LEVEL_UNKNOWN;
	rig_ticks(100);
	CHECK(!rig.people[0].voice->selected && rig.people[0].shared > 200);
	CHECK(rig_loudness(0, 5) > -26);
	rig.people[5].peak = 0;
	rig.people[5].level_dbov = levels ? 127 : AU_LEVEL_UNKNOWN;
	rig_ticks(30);
	CHECK(rig.people[5].voice->selected); /* held */
	rig_ticks(120);
	CHECK(!rig.people[5].voice->selected && rig.people[0].voice->selected);
	CHECK(rig_loudness(1, 0) > -26 && rig_loudness(1, 5) < -70);
	rig_close();
}

static void many_at_full_scale(void)
{
	float most = 0;

	rig_open(8, MIX_FULL);
	for (int i = 0; i < 8; i++)
		rig.people[i].peak = 0.9f;
	rig_ticks(100);
	for (uint32_t i = 0; i < rig.people[0].n_heard * PCM_TICK; i++)
		most = fmaxf(most, fabsf(rig.people[0].heard[i]));
	CHECK(most > 0.5f && most < 1.1f);
	rig_close();
}

static void constant_tone_is_not_pumped(void)
{
	rig_open(2, MIX_FULL);
	rig.people[0].peak = 0.01f;
	rig_ticks(100);
	CHECK(fabs(rig_loudness(1, 0) + 40) < 1);
	rig_ticks(500);
	CHECK(fabs(rig_loudness(1, 0) + 40) < 1);
	rig_close();
}

static void quiet_speech_is_raised(void)
{
	double before = 0;

	rig_open(2, MIX_FULL);
	rig.people[1].peak = 0;
	for (int t = 0; t < 1000; t++) {
		/* syllables: 200 ms, up and down by 12 dB */
		rig.people[0].peak = t % 20 < 10 ? 0.02f : 0.005f;
		rig_tick();
		if (t == 100)
			before = rig_loudness(1, 0);
	}
	CHECK(rig_loudness(1, 0) > before + 8);
	CHECK(rig_loudness(1, 0) < before + 13);
	rig_close();
}

static void tap_and_silence(void)
{
	struct au *au;
	uint32_t own;

	rig_open(1, MIX_FULL);
	thread_claim(&on_aud);
	amix_tap(rig.mix, true);
	rig_ticks(100);
	CHECK(rig.taps == 100);
	own = rig.people[0].own;
	CHECK(own > 90);
	for (uint32_t i = 0; i < rig.people[0].n_heard * PCM_TICK; i++)
		CHECK(fabsf(rig.people[0].heard[i]) < 1e-3f); /* alone: hears nothing */
	amix_tap(rig.mix, false);
	rig_ticks(10);
	CHECK(rig.taps == 100);
	rig_close();

	rig_open(0, MIX_FULL); /* an empty class has a heartbeat all the same */
	for (int t = 0; t < 100; t++) {
		amix_tick(rig.mix, rig.now_us);
		au = rig.shared[0][MIX_FULL];
		CHECK(au && au->n_skip == 0 && au->len > 0);
		CHECK(t < 60 || au->len == 3);
		au_put(au);
		rig.shared[0][MIX_FULL] = NULL;
		rig.now_us += PCM_TICK_US;
	}
	rig_close();
}

static void who_speaks_is_reported(void)
{
	rig_open(3, MIX_FULL);
	rig.people[1].peak = rig.people[2].peak = 0;
	rig.people[1].level_dbov = rig.people[2].level_dbov = 127;
	rig_ticks(100);
	CHECK(rig.n_speakers == 1 && rig.speakers[0].voice == 1);
	CHECK(rig.speakers[0].level_dbov > 15 && rig.speakers[0].level_dbov <= 50);
	rig.people[1].peak = 0.5f; /* louder by far: becomes dominant */
	rig_ticks(50);
	CHECK(rig.n_speakers == 2 && rig.speakers[0].voice == 2 &&
	      rig.speakers[1].voice == 1);
	rig.people[0].peak = rig.people[1].peak = 0;
	rig_ticks(150);
	CHECK(rig.n_speakers == 0);
	CHECK(rig.reports <= 6);
	rig_close();
}

int main(void)
{
	thread_enter(&on_aud);
	nobody_hears_itself();
	nobody_hears_itself_in_between();
	silence_costs_one_encode(0);
	silence_costs_one_encode(0.0005f);
	loud_hum_ends_after_a_while();
	words_begin_with_their_beginning(0.1f);
	words_begin_with_their_beginning(0.003f);
	mute_acts_at_once();
	what_is_said_muted_is_never_heard();
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
