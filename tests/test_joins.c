/* How fast members may come, in a time that the test makes. */
#include "mcu/joins.h"

#include "base/clock.h"
#include "base/limits.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#define START (5 * SEC_US)

static void test_bucket(void)
{
	const struct bucket_rate rate = {2, 10};
	struct bucket bucket = {0};

	for (int i = 0; i < 10; i++) {
		CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, START) == 0);
		bucket_take(&bucket, BUCKET_DEED_US);
	}
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, START) == SEC_US / 2);
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, START + SEC_US / 2 - 1) == 1);
	CHECK(bucket_wait(&bucket, &rate, BUCKET_DEED_US, START + SEC_US / 2) == 0);
	/* it empties, and does not fill below empty */
	CHECK(bucket_wait(&bucket, &rate, 0, START + 100 * SEC_US) == 0);
	CHECK(bucket.level_us == 0);
	CHECK(bucket_wait(&bucket, &rate, 0, INT64_MAX / 2) == 0 && bucket.level_us == 0);
}

/* One client in a loop of coming and going: after the burst, one a while. */
static void test_loop(void)
{
	const struct bucket_rate rate = {LIMIT_JOINS_IP_SEC, LIMIT_JOINS_IP_BURST};
	struct joins *joins = NULL;
	int passed = 0;

	CHECK(joins_create(&joins, &rate) == 0);
	for (int ms = 0; ms < 10000; ms += 10)
		passed += joins_wait(joins, "192.0.2.1", START + ms * MS_US) == 0;
	CHECK(passed >= LIMIT_JOINS_IP_BURST + 9 * LIMIT_JOINS_IP_SEC);
	CHECK(passed <= LIMIT_JOINS_IP_BURST + 10 * LIMIT_JOINS_IP_SEC);
	CHECK(joins_wait(joins, "192.0.2.2", START + 10 * SEC_US) == 0);
	CHECK(joins_wait(joins, "::ffff:192.0.2.1", START + 10 * SEC_US - MS_US) > 0);
	joins_destroy(joins);
	joins_destroy(NULL);
}

/* A class of thousands at the bell: each comes back when it was told to, and each
 * is in before long. */
static void test_bell(void)
{
	const struct bucket_rate rate = {LIMIT_JOINS_SEC, LIMIT_JOINS_BURST};
	struct join_line line = {{0, 0}, 0};
	static int64_t at[2500];
	int64_t last_us = 0;
	int n = 2500, asked = 0;

	for (int i = 0; i < n; i++)
		at[i] = START + i * 100; /* all of them within a quarter of a second */
	for (int left = n; left > 0;) {
		int first = 0;
		uint32_t ms;

		for (int i = 1; i < n; i++)
			if (at[i] < at[first])
				first = i;
		ms = join_line_wait(&line, &rate, at[first]);
		CHECK(ms <= JOINS_LONGEST_MS);
		asked++;
		if (ms) {
			at[first] += ms * MS_US;
			continue;
		}
		last_us = at[first];
		at[first] = INT64_MAX;
		left--;
	}
	CHECK(asked <= 2 * n + n / 10); /* hardly anybody was sent away twice */
	CHECK(last_us - START <= (n / LIMIT_JOINS_SEC + 2) * SEC_US);
}

/* What we tell has a bound, whoever makes the line longer. */
static void test_longest(void)
{
	const struct bucket_rate rate = {50, 300};
	struct join_line line = {{0, 0}, 0};
	uint32_t ms = 0;

	for (int i = 0; i < 100000; i++)
		ms = join_line_wait(&line, &rate, START);
	CHECK(ms == JOINS_LONGEST_MS);
	CHECK(join_line_wait(&line, &rate, START + SEC_US) == 0);
}

/* More subscribers than places: whoever fills a bucket keeps its place. */
static void test_full(void)
{
	const struct bucket_rate rate = {5, 100};
	struct joins *joins = NULL;
	char ip[64];

	CHECK(joins_create(&joins, &rate) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(joins_wait(joins, "192.0.2.1", START) == 0);
	for (int i = 0; i < 16 * JOINS_PLACES; i++) {
		snprintf(ip, sizeof(ip), "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
		CHECK(joins_wait(joins, ip, START) == 0);
	}
	CHECK(joins_wait(joins, "192.0.2.1", START) > 0);
	joins_destroy(joins);
}

int main(void)
{
	test_bucket();
	test_loop();
	test_bell();
	test_longest();
	test_full();
	return 0;
}
