#include "mcu/guess.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

#define WINDOW_US  (60 * SEC_US)
#define SUSPECT_US (3600 * SEC_US) /* so long a wrong try is remembered */
#define WAYS       8               /* places that an address may have */
#define SETS       (GUESS_ADDRESSES / WAYS)

/* How often, since when. Starts anew with the first one after a minute. */
struct window {
	int64_t since_us;
	uint32_t n; /* 0: never used */
};

struct address {
	uint64_t hi, lo;
};

struct suspect {
	struct address address;
	struct window wrong; /* n 0: a free place */
	int64_t last_us;     /* when it was wrong last */
};

struct guess {            /* control thread */
	uint64_t seed[2]; /* secret: nobody shall choose whom to push out */
	struct window all;
	struct suspect sets[SETS][WAYS];
};

int guess_create(struct guess **out)
{
	struct guess *guess = calloc(1, sizeof(*guess));

	if (!guess)
		return -ENOMEM;
	rand_bytes(guess->seed, sizeof(guess->seed));
	*out = guess;
	return 0;
}

void guess_destroy(struct guess *guess)
{
	free(guess);
}

/* ---- addresses -------------------------------------------------------------- */

static uint64_t number(const uint8_t bytes[8])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | bytes[i];
	return v;
}

static struct address address_of(const char *ip)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, ip, &v4) == 1)
		return (struct address){0, UINT64_C(0xffff) << 32 | ntohl(v4.s_addr)};
	if (inet_pton(AF_INET6, ip, &v6) != 1)
		return (struct address){0, 0};
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return (struct address){0, number(v6.s6_addr + 8)};
	return (struct address){number(v6.s6_addr), 0};
}

static bool same(const struct address *a, const struct address *b)
{
	return a->hi == b->hi && a->lo == b->lo;
}

static uint64_t stir(uint64_t v)
{
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

static uint32_t set_of(const struct guess *guess, const struct address *a)
{
	uint64_t h = stir(a->hi ^ guess->seed[0]);

	return (uint32_t)(stir(h ^ a->lo ^ guess->seed[1]) % SETS);
}

static const struct suspect *find(const struct guess *guess, const struct address *a,
				  int64_t now_us)
{
	const struct suspect *set = guess->sets[set_of(guess, a)];

	for (uint32_t i = 0; i < WAYS; i++)
		if (set[i].wrong.n > 0 && same(&set[i].address, a))
			return now_us - set[i].last_us < SUSPECT_US ? &set[i] : NULL;
	return NULL;
}

/* The place of this address, else a free one, else that of the oldest. */
static struct suspect *place(struct guess *guess, const struct address *a)
{
	struct suspect *set = guess->sets[set_of(guess, a)], *best = &set[0];

	for (uint32_t i = 0; i < WAYS; i++)
		if (set[i].wrong.n > 0 && same(&set[i].address, a))
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

bool guess_allowed(const struct guess *guess, const char *ip, int64_t now_us)
{
	const struct address address = address_of(ip);
	const struct suspect *suspect = find(guess, &address, now_us);

	return !suspect || (lately(&suspect->wrong, now_us) < GUESS_WRONG_IP &&
			    lately(&guess->all, now_us) < GUESS_WRONG_ALL);
}

void guess_wrong(struct guess *guess, const char *ip, int64_t now_us)
{
	const struct address address = address_of(ip);
	struct suspect *suspect = place(guess, &address);

	suspect->address = address;
	suspect->last_us = now_us;
	add(&suspect->wrong, now_us);
	add(&guess->all, now_us);
}
