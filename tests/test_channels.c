/* Who hears whom, by tones, under each rule of mcu/hearing.h and with interpreters. */
#include "mixer/channels.h"

#include "base/clock.h"
#include "mcu/hearing.h"
#include "tests/amix_rig.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define N      5 /* a lecturer, two students, an interpreter into language 1, an observer */
#define SILENT (-58.0) /* of what the codec makes of the other tones */

static struct hearing_person people[N] = {
	{ROLE_LECTURER, 0, 0},    {ROLE_STUDENT, 0, 0},  {ROLE_STUDENT, 0, 1},
	{ROLE_INTERPRETER, 1, 0}, {ROLE_OBSERVER, 0, 0},
};

static void rule(enum hearing_rule is)
{
	int8_t db[MIX_CHANNELS];

	thread_claim(&on_aud);
	for (uint32_t i = 0; i < N; i++) {
		hearing_gains(is, 1u << 1, &people[i], db);
		amix_gains(rig.mix, rig.people[i].voice, db);
	}
}

static void open_all(enum mix_class c, enum hearing_rule is)
{
	rig_open(N, c);
	rule(is);
	for (uint32_t i = 0; i < N; i++)
		rig_hears(i, hearing_channel(&people[i]));
}

/* In dB of full scale; voices are as loud as the slow gain wants them. */
static double expected(enum hearing_rule is, uint32_t to, uint32_t of)
{
	int8_t db[MIX_CHANNELS];
	int got;

	hearing_gains(is, 1u << 1, &people[of], db);
	got = db[hearing_channel(&people[to])];
	return to == of || got == MIX_DB_NONE ? SILENT : -20 + got;
}

static void check_matrix(enum hearing_rule is)
{
	for (uint32_t to = 0; to < N; to++)
		for (uint32_t of = 0; of < N; of++) {
			double want = expected(is, to, of), got = rig_loudness(to, of);

			if (want == SILENT ? got > SILENT : fabs(got - want) > 1)
				fprintf(stderr, "rule=%s to=%u of=%u want=%g got=%g\n",
					hearing_name(is), to, of, want, got);
			CHECK(want == SILENT ? got < SILENT : fabs(got - want) < 1);
		}
}

static void each_hears_what_it_should(void)
{
	for (enum hearing_rule is = HEARING_ALL; is < HEARING_RULES; is++) {
		open_all(MIX_FULL, is);
		rig_ticks(150);
		check_matrix(is);
		rig_close();
	}
}

/* Everybody stays in its channel, and its own packets are gapless. */
static void rules_change(void)
{
	static const enum hearing_rule turns[] = {HEARING_LECTURERS, HEARING_ALL,
						  HEARING_APART, HEARING_LECTURERS};

	open_all(MIX_FULL, HEARING_ALL);
	rig_ticks(100);
	for (int i = 0; i < 4; i++) {
		rule(turns[i]);
		rig_ticks(61 + 7 * i);
		check_matrix(turns[i]);
	}
	rig_close();
}

/* The greatest step from one sample to the next but one, which a click shows in. */
static float roughness(const float *pcm, uint32_t n)
{
	float most = 0;

	for (uint32_t i = 2; i < n; i++)
		most = fmaxf(most, fabsf(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]));
	return most;
}

/* Of a tone that is taken away or comes there is no step, in the own packets and in
 * the shared ones, whichever the class. */
static void no_clicks(enum mix_class c, uint32_t to)
{
	const struct person *person = &rig.people[to];
	float before;

	open_all(c, HEARING_ALL);
	for (uint32_t i = 1; i < N; i++)
		rig.people[i].peak = i == 2 && to != 2 ? 0.1f : 0; /* one student */
	if (to == 2)
		rig.people[1].peak = rig.people[2].peak = 0.1f;
	rig_ticks(150);
	before = roughness(person->heard + (person->n_heard - 50) * PCM_TICK,
			   50 * PCM_TICK);
	CHECK(before > 1e-4f);
	for (int i = 0; i < 4; i++) {
		rule(i % 2 ? HEARING_ALL : HEARING_LECTURERS);
		rig_ticks(36);
		CHECK(roughness(person->heard + (person->n_heard - 36) * PCM_TICK,
				36 * PCM_TICK) < 2 * before);
	}
	rig_close();
}

/* Equal channels are one encode; an unequal one is one more, while it is heard. */
static void what_is_alike_costs_nothing(void)
{
	thread_claim(&on_aud);
	open_all(MIX_FULL, HEARING_ALL);
	for (uint32_t i = 0; i < N; i++)
		rig.people[i].peak = i ? 0 : 0.1f;
	rig_hears(2, 1); /* nobody listens to the language */
	amix_class(rig.mix, 3, MIX_FULL, false, 0);
	rig_ticks(300);
	/* that of all listeners; the lecturer's own rests */
	CHECK(amix_encodes(rig.mix) == 1);
	rig.people[1].peak = 0.1f;
	rule(HEARING_LECTURERS);
	rig_ticks(30);
	/* the lecturer's own, of all, of students; who is not heard where it listens
	 * needs no own */
	CHECK(!rig.people[1].got_own && rig.people[0].got_own);
	CHECK(amix_encodes(rig.mix) == 3);
	rule(HEARING_ALL);
	rig_ticks(30);
	CHECK(rig.people[1].got_own && amix_encodes(rig.mix) == 3);
	rig_close();
}

/* Only who is on the floor, and who may be heard at all. */
static void speakers_are_of_the_floor(void)
{
	open_all(MIX_FULL, HEARING_ALL);
	rig_ticks(100);
	CHECK(rig.n_speakers == 3);
	for (uint32_t i = 0; i < rig.n_speakers; i++)
		CHECK(rig.speakers[i].voice != 4 && rig.speakers[i].voice != 5);
	CHECK(!rig.people[4].voice->selected && rig.people[3].voice->selected);
	rig_close();
}

/* A student becomes a lecturer while it speaks, and chooses a language: never is it
 * heard by itself. */
static void moving_between_channels(void)
{
	open_all(MIX_FULL, HEARING_LECTURERS);
	rig_ticks(100);
	for (int i = 0; i < 6; i++) {
		struct hearing_person one = {i % 2 ? ROLE_STUDENT : ROLE_LECTURER, 0,
					     (uint8_t)(i / 2 % 2)};

		people[1] = one;
		rule(HEARING_LECTURERS);
		rig.people[1].loose = true;
		rig_hears(1, hearing_channel(&one));
		rig_ticks(60);
		rig.people[1].loose = false;
		check_matrix(HEARING_LECTURERS);
	}
	people[1] = (struct hearing_person){ROLE_STUDENT, 0, 0};
	rig_close();
}

int main(void)
{
	thread_enter(&on_aud);
	each_hears_what_it_should();
	rules_change();
	for (enum mix_class c = 0; c < MIX_CLASSES; c++)
		for (uint32_t to = 1; to <= 2; to++)
			no_clicks(c, to);
	what_is_alike_costs_nothing();
	speakers_are_of_the_floor();
	moving_between_channels();
	return 0;
}
