/* Sound that was made here: played when it is due, not when it came. */
#include "mixer/tape.h"

#include "tests/test.h"

#include <string.h>

#define T INT64_C(1000000)

static struct tape *tape;
static float pcm[PCM_TICK];

static void put(int64_t due_us, int16_t value)
{
	int16_t block[PCM_TICK];

	for (int i = 0; i < PCM_TICK; i++)
		block[i] = value;
	tape_put(tape, due_us, block);
}

/* What is heard at that tick, in 1/32768; 0: silence. */
static int heard(int64_t now_us)
{
	bool any = tape_pull(tape, pcm, now_us);

	CHECK(pcm[0] == pcm[PCM_TICK - 1] && any == (pcm[0] != 0));
	return (int)(pcm[0] * 32768);
}

static void in_its_time(void)
{
	CHECK(tape_create(&tape) == 0 && !tape_holds(tape));
	CHECK(heard(T) == 0);
	put(T + 25000, 100);
	put(T + 45000, 200);
	put(T + 45000, 300); /* not later than the one before */
	CHECK(tape_holds(tape));
	CHECK(heard(T) == 0 && heard(T + 20000) == 0); /* not yet */
	CHECK(heard(T + 40000) == 100);
	CHECK(heard(T + 60000) == 200);
	CHECK(heard(T + 80000) == 0 && !tape_holds(tape));
	tape_destroy(tape);
}

static void late(void)
{
	CHECK(tape_create(&tape) == 0);
	put(T, 100);
	put(T + 20000, 200);
	put(T + 40000, 300);
	CHECK(heard(T + 20000 + TAPE_LATE_US) == 200); /* the first is over */
	put(T + 60000, 400);
	tape_skip(tape, T + 60000);
	CHECK(heard(T + 60000) == 400);
	put(T + 80000, 500);
	tape_drop(tape);
	CHECK(heard(T + 80000) == 0);
	tape_destroy(tape);
}

static void too_many(void)
{
	CHECK(tape_create(&tape) == 0);
	for (int i = 0; i < TAPE_BLOCKS + 3; i++)
		put(T + i * PCM_TICK_US, (int16_t)(100 + i));
	CHECK(heard(T) == 0); /* the oldest three went */
	CHECK(heard(T + 2 * PCM_TICK_US) == 0);
	for (int i = 3; i < TAPE_BLOCKS + 3; i++)
		CHECK(heard(T + i * PCM_TICK_US) == 100 + i);
	tape_destroy(tape);
}

int main(void)
{
	in_its_time();
	late();
	too_many();
	tape_destroy(NULL);
	return 0;
}
