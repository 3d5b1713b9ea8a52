#include "mcu/joins.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/rand.h"
#include "mcu/subscriber.h"

#define WAYS 8
#define SETS (JOINS_PLACES / WAYS)

struct guest {
	struct subscriber who;
	struct join_line line;
};

struct joins { /* control thread */
	struct bucket_rate rate;
	uint64_t seed[2];
	struct guest sets[SETS][WAYS];
};

uint32_t join_line_wait(struct join_line *line, const struct bucket_rate *rate,
			int64_t now_us)
{
	int64_t wait_us = bucket_wait(&line->bucket, rate, BUCKET_DEED_US, now_us), at_us;

	if (wait_us == 0) {
		bucket_take(&line->bucket, BUCKET_DEED_US);
		return 0;
	}
	at_us = now_us + wait_us;
	if (line->next_us > at_us)
		at_us = line->next_us;
	wait_us = at_us - now_us;
	if (wait_us > JOINS_LONGEST_MS * MS_US)
		return JOINS_LONGEST_MS; /* the line does not grow any more */
	line->next_us = at_us + SEC_US / rate->per_second;
	return (uint32_t)((wait_us + MS_US - 1) / MS_US);
}

int joins_create(struct joins **out, const struct bucket_rate *rate)
{
	struct joins *joins = calloc(1, sizeof(*joins));

	if (!joins)
		return -ENOMEM;
	joins->rate = *rate;
	rand_bytes(joins->seed, sizeof(joins->seed));
	*out = joins;
	return 0;
}

void joins_rate(struct joins *joins, uint32_t per_second)
{
	joins->rate = (struct bucket_rate){
		per_second, per_second * (LIMIT_JOINS_IP_BURST / LIMIT_JOINS_IP_SEC)};
}

void joins_destroy(struct joins *joins)
{
	free(joins);
}

/* The bucket's content as it is now, or 0. */
static int64_t left(const struct joins *joins, const struct guest *guest, int64_t now_us)
{
	struct bucket bucket = guest->line.bucket;

	(void)bucket_wait(&bucket, &joins->rate, 0, now_us);
	return bucket.level_us;
}

static struct guest *place(struct joins *joins, const struct subscriber *who,
			   int64_t now_us)
{
	struct guest *set = joins->sets[subscriber_hash(who, joins->seed) % SETS];
	struct guest *best = &set[0];
	int64_t least = INT64_MAX;

	for (uint32_t i = 0; i < WAYS; i++) {
		int64_t n = left(joins, &set[i], now_us);

		/* an unused place is an empty bucket of nobody's */
		if (set[i].line.bucket.at_us && subscriber_same(&set[i].who, who))
			return &set[i];
		if (n < least) {
			least = n;
			best = &set[i];
		}
	}
	*best = (struct guest){.who = *who};
	return best;
}

uint32_t joins_wait(struct joins *joins, const char *ip, int64_t now_us)
{
	const struct subscriber who = subscriber_of(ip);

	return join_line_wait(&place(joins, &who, now_us)->line, &joins->rate, now_us);
}
