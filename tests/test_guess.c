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

/* A table that is full forgets the oldest, never the newest. */
static void test_full(void)
{
	struct guess *guess = make();
	char ip[32];
	int known = 0;

	wrong(guess, "192.0.2.1", GUESS_WRONG_IP, START);
	for (int i = 0; i < 16 * GUESS_ADDRESSES; i++) {
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i >> 8, i & 255);
		guess_wrong(guess, ip, START + 1 + i);
		CHECK(!guess_allowed(guess, ip, START + 1 + i) ==
		      (i + 1 + GUESS_WRONG_IP >= GUESS_WRONG_ALL));
	}
	CHECK(guess_allowed(guess, "192.0.2.1", START + SEC_US));
	for (int i = 0; i < 16 * GUESS_ADDRESSES; i++) {
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i >> 8, i & 255);
		known += !guess_allowed(guess, ip, START + SEC_US);
	}
	CHECK(known == GUESS_ADDRESSES);
	guess_destroy(guess);
}

int main(void)
{
	test_one();
	test_addresses();
	test_all();
	test_full();
	return 0;
}
