/* Who tries codes, in a time that the test makes. */
#include "mcu/guess.h"

#include "base/clock.h"
#include "tests/test.h"

#include <stdio.h>

#define START (5 * SEC_US)

static struct guess *make(void)
{
	struct guess *guess = NULL;

	CHECK(guess_create(&guess) == 0);
	return guess;
}

static void wrong(struct guess *guess, const char *ip, int n, int64_t now_us)
{
	for (int i = 0; i < n; i++) {
		CHECK(guess_allowed(guess, ip, now_us));
		guess_wrong(guess, ip, now_us);
	}
}

static void test_one(void)
{
	struct guess *guess = make();

	wrong(guess, "192.0.2.1", GUESS_WRONG_IP, START);
	CHECK(!guess_allowed(guess, "192.0.2.1", START));
	CHECK(guess_allowed(guess, "192.0.2.2", START));
	CHECK(!guess_allowed(guess, "192.0.2.1", START + 60 * SEC_US - 1));
	CHECK(guess_allowed(guess, "192.0.2.1", START + 60 * SEC_US));
	wrong(guess, "192.0.2.1", GUESS_WRONG_IP, START + 60 * SEC_US);
	CHECK(!guess_allowed(guess, "192.0.2.1", START + 61 * SEC_US));
	guess_destroy(guess);
	guess_destroy(NULL);
}

/* The same machine may write its address in many ways. */
static void test_addresses(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.3", false},
		{"192.0.2.1", "::1", false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"2001:db8:1:2::1", "2001:0DB8:1:2::1", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"?", "", true},
		{"?", "192.0.2.1", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guess *guess = make();

		wrong(guess, rows[i].a, GUESS_WRONG_IP, START);
		if (guess_allowed(guess, rows[i].b, START) == rows[i].same) {
			fprintf(stderr, "addresses %zu\n", i);
			exit(1);
		}
		guess_destroy(guess);
	}
}

/* Many machines: they share what is left, who was never wrong does not care. */
static void test_all(void)
{
	struct guess *guess = make();
	char ip[32];

	for (int i = 0; i < GUESS_WRONG_ALL; i++) {
		snprintf(ip, sizeof(ip), "198.51.100.%d", i);
		wrong(guess, ip, 1, START);
	}
	CHECK(!guess_allowed(guess, ip, START));
	CHECK(!guess_allowed(guess, "198.51.100.0", START));
	CHECK(guess_allowed(guess, "192.0.2.1", START));
	guess_wrong(guess, "192.0.2.1", START);
	CHECK(!guess_allowed(guess, "192.0.2.1", START));
	CHECK(guess_allowed(guess, "192.0.2.1", START + 60 * SEC_US));
	/* within an hour it is still one of those who were wrong */
	for (int i = 0; i < GUESS_WRONG_ALL; i++) {
		snprintf(ip, sizeof(ip), "203.0.113.%d", i);
		guess_wrong(guess, ip, START + 3599 * SEC_US);
	}
	CHECK(!guess_allowed(guess, "192.0.2.1", START + 3599 * SEC_US));
	CHECK(guess_allowed(guess, "192.0.2.1", START + 3600 * SEC_US));
	guess_destroy(guess);
}

/* Tries once at each address of a row: how many tries were let through. */
static int tries(struct guess *guess, unsigned first, bool one_network, int n,
		 int64_t now_us)
{
	char ip[64];
	int passed = 0;

	for (int i = 0; i < n; i++) {
		if (one_network)
			snprintf(ip, sizeof(ip), "2001:db8:%x:%x::1", first, i);
		else
			snprintf(ip, sizeof(ip), "%x:%x:%x::1", first, i >> 16,
				 i & 0xffff);
		if (!guess_allowed(guess, ip, now_us))
			continue;
		guess_wrong(guess, ip, now_us);
		passed++;
	}
	return passed;
}

/* Whoever has a whole network does not get one try with each address of it. */
static void test_network(void)
{
	struct guess *guess = make();
	char ip[32];
	int passed = 0;

	CHECK(tries(guess, 7, true, 65536, START) == GUESS_WRONG_NET);
	CHECK(tries(guess, 7, true, 65536, START + SEC_US) == 0);
	CHECK(!guess_allowed(guess, "2001:db8:7:abcd::3", START + SEC_US));
	CHECK(guess_allowed(guess, "2001:db8:8:abcd::3", START + SEC_US));
	for (int i = 0; i < 256; i++) {
		snprintf(ip, sizeof(ip), "192.0.2.%d", i);
		for (int k = 0; k < 2; k++)
			if (guess_allowed(guess, ip, START)) {
				guess_wrong(guess, ip, START);
				passed++;
			}
	}
	/* once each; the second time all together were wrong too often */
	CHECK(passed == GUESS_WRONG_NET);
	CHECK(guess_allowed(guess, "192.0.3.1", START));
	/* a minute later they may again, and it ends again */
	passed = tries(guess, 7, true, 65536, START + 61 * SEC_US);
	CHECK(passed > 0 && passed <= GUESS_WRONG_NET);
	guess_destroy(guess);
}

/* More subscribers, each in a network of its own, than there are places: each
 * place is good for one try, then the limit of all binds. */
static void test_full(void)
{
	const int n = 5 * GUESS_PLACES;
	struct guess *guess = make();
	int passed = tries(guess, 0x2001, false, n, START);

	CHECK(passed > GUESS_PLACES / 2);
	CHECK(passed <= GUESS_PLACES + GUESS_WRONG_ALL);
	CHECK(tries(guess, 0x2001, false, n, START + SEC_US) <= GUESS_WRONG_ALL);
	/* and so it stays, for who comes round and for who never came before */
	for (int64_t minute = 2; minute < 6; minute++) {
		int64_t now_us = START + minute * 60 * SEC_US;

		CHECK(tries(guess, 0x2001, false, n / 4, now_us) <=
		      GUESS_WRONG_ALL + GUESS_PLACES / 100);
		CHECK(tries(guess, 0x2002, false, n / 4, now_us) <=
		      GUESS_WRONG_ALL + GUESS_PLACES / 100);
	}
	/* an hour later nobody remembers */
	CHECK(guess_allowed(guess, "2001:0:7::1", START + 4000 * SEC_US));
	guess_destroy(guess);
}

int main(void)
{
	test_one();
	test_addresses();
	test_all();
	test_network();
	test_full();
	return 0;
}
