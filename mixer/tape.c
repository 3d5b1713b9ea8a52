#include "mixer/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct block {
	int64_t due_us;
	int16_t pcm[PCM_TICK];
};

struct tape {
	struct block blocks[TAPE_BLOCKS];
	uint32_t first, n; /* a ring */
};

int tape_create(struct tape **out)
{
	struct tape *tape = calloc(1, sizeof(*tape));

	if (!tape)
		return -ENOMEM;
	*out = tape;
	return 0;
}

void tape_destroy(struct tape *tape)
{
	free(tape);
}

static void drop_first(struct tape *tape)
{
	tape->first = (tape->first + 1) % TAPE_BLOCKS;
	tape->n--;
}

void tape_put(struct tape *tape, int64_t due_us, const int16_t pcm[PCM_TICK])
{
	struct block *block;

	if (tape->n > 0) {
		block = &tape->blocks[(tape->first + tape->n - 1) % TAPE_BLOCKS];
		if (due_us <= block->due_us)
			return;
	}
	if (tape->n == TAPE_BLOCKS)
		drop_first(tape);
	block = &tape->blocks[(tape->first + tape->n++) % TAPE_BLOCKS];
	block->due_us = due_us;
	memcpy(block->pcm, pcm, sizeof(block->pcm));
}

/* The block of this tick, taken; NULL: none is due. */
static const struct block *take(struct tape *tape, int64_t now_us)
{
	const struct block *block;

	while (tape->n > 0) {
		block = &tape->blocks[tape->first];
		if (block->due_us > now_us)
			return NULL;
		drop_first(tape);
		if (now_us - block->due_us <= TAPE_LATE_US)
			return block;
	}
	return NULL;
}

bool tape_pull(struct tape *tape, float pcm[PCM_TICK], int64_t now_us)
{
	const struct block *block = take(tape, now_us);

	if (!block) {
		memset(pcm, 0, PCM_TICK * sizeof(*pcm));
		return false;
	}
	for (uint32_t i = 0; i < PCM_TICK; i++)
		pcm[i] = (float)block->pcm[i] / 32768;
	return true;
}

void tape_skip(struct tape *tape, int64_t now_us)
{
	(void)take(tape, now_us);
}

void tape_drop(struct tape *tape)
{
	tape->n = 0;
}

bool tape_holds(const struct tape *tape)
{
	return tape->n > 0;
}
