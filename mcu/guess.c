#include "mcu/guess.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/rand.h"
#include "mcu/subscriber.h"

#define WINDOW_US  (60 * SEC_US)
#define SUSPECT_US (3600 * SEC_US) /* so long a wrong try is remembered */
#define WAYS       8               /* places that one subscriber may have */
#define SETS       (GUESS_PLACES / WAYS)

/* How often, since when. Starts anew with the first one after a minute. */
struct window {
	int64_t since_us;
	uint32_t n; /* 0: never used */
};

struct suspect {
	struct subscriber who; /* or a network */
	struct window wrong;   /* n 0: a free place */
	int64_t last_us;       /* when it was wrong last */
};

struct suspects {
	uint64_t seed[2]; /* secret: nobody shall choose whom to push out */
	struct suspect sets[SETS][WAYS];
};

struct guess { /* control thread */
	struct window all;
	struct suspects single, networks;
};

int guess_create(struct guess **out)
{
	struct guess *guess = calloc(1, sizeof(*guess));

	if (!guess)
		return -ENOMEM;
	rand_bytes(guess->single.seed, sizeof(guess->single.seed));
	rand_bytes(guess->networks.seed, sizeof(guess->networks.seed));
	*out = guess;
	return 0;
}

void guess_destroy(struct guess *guess)
{
	free(guess);
}

/* ---- places ------------------------------------------------------------------ */

static uint32_t set_of(const struct suspects *suspects, const struct subscriber *who)
{
	return (uint32_t)(subscriber_hash(who, suspects->seed) % SETS);
}

static bool live(const struct suspect *suspect, int64_t now_us)
{
	return suspect->wrong.n > 0 && now_us - suspect->last_us < SUSPECT_US;
}

static const struct suspect *find(const struct suspects *suspects,
				  const struct subscriber *who, int64_t now_us)
{
	const struct suspect *set = suspects->sets[set_of(suspects, who)];

	for (uint32_t i = 0; i < WAYS; i++)
		if (live(&set[i], now_us) && subscriber_same(&set[i].who, who))
			return &set[i];
	return NULL;
}

/* Would somebody have to be forgotten for it? */
static bool full(const struct suspects *suspects, const struct subscriber *who,
		 int64_t now_us)
{
	const struct suspect *set = suspects->sets[set_of(suspects, who)];

	for (uint32_t i = 0; i < WAYS; i++)
		if (!live(&set[i], now_us))
			return false;
	return true;
}

/* The place of this one, else a free one, else that of the oldest. */
static struct suspect *place(struct suspects *suspects, const struct subscriber *who)
{
	struct suspect *set = suspects->sets[set_of(suspects, who)], *best = &set[0];

	for (uint32_t i = 0; i < WAYS; i++)
		if (set[i].wrong.n > 0 && subscriber_same(&set[i].who, who))
			return &set[i];
	for (uint32_t i = 0; i < WAYS; i++) {
		if (set[i].wrong.n == 0)
			return &set[i];
		if (set[i].last_us < best->last_us)
			best = &set[i];
	}
	best->wrong.n = 0;
	return best;
}

/* ---- counting --------------------------------------------------------------- */

static uint32_t lately(const struct window *window, int64_t now_us)
{
	return now_us - window->since_us < WINDOW_US ? window->n : 0;
}

static void add(struct window *window, int64_t now_us)
{
	if (lately(window, now_us) == 0)
		*window = (struct window){now_us, 0};
	if (window->n < UINT32_MAX)
		window->n++;
}

static void note(struct suspects *suspects, const struct subscriber *who, int64_t now_us)
{
	struct suspect *suspect = place(suspects, who);

	suspect->who = *who;
	suspect->last_us = now_us;
	add(&suspect->wrong, now_us);
}

bool guess_allowed(const struct guess *guess, const char *ip, int64_t now_us)
{
	const struct subscriber who = subscriber_of(ip), net = subscriber_network(&who);
	const struct suspect *single = find(&guess->single, &who, now_us);
	const struct suspect *network = find(&guess->networks, &net, now_us);
	bool known = single || full(&guess->single, &who, now_us) ||
		     (!network && full(&guess->networks, &net, now_us));

	if (single && lately(&single->wrong, now_us) >= GUESS_WRONG_IP)
		return false;
	if (network && lately(&network->wrong, now_us) >= GUESS_WRONG_NET)
		return false;
	return !known || lately(&guess->all, now_us) < GUESS_WRONG_ALL;
}

void guess_wrong(struct guess *guess, const char *ip, int64_t now_us)
{
	const struct subscriber who = subscriber_of(ip), net = subscriber_network(&who);

	note(&guess->single, &who, now_us);
	note(&guess->networks, &net, now_us);
	add(&guess->all, now_us);
}
