#include "transport/pacer.h"

#include "base/clock.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

static struct pacer p;

/* A unit of `n` packets of 1000 bytes. */
static struct blob *unit(uint32_t n, bool key)
{
	struct blob *blob;
	struct au *au;

	CHECK(au_create(&au, NULL, n * 996) == 0);
	memset(au->data, 1, au->len);
	au->codec = CODEC_VP8;
	au->flags = key ? AU_KEY : 0;
	CHECK(blob_create(&blob, au, 1000, 0) == 0);
	CHECK(blob->n == n);
	au_put(au);
	return blob;
}

static int push(uint32_t n, bool key, int64_t now_us)
{
	struct blob *blob = unit(n, key);
	int err = pacer_push(&p, blob, now_us);

	blob_put(blob);
	return err;
}

static bool take(bool *key, uint32_t *index)
{
	struct blob *blob;

	if (!pacer_take(&p, &blob, index))
		return false;
	*key = blob->au->flags & AU_KEY;
	blob_put(blob);
	return true;
}

static void test_order(void)
{
	uint32_t index, n = 0;
	bool key;

	CHECK(!take(&key, &index) && !pacer_is_late(&p, 0));
	for (int i = 0; i < 10; i++)
		CHECK(push(3, i == 0, 0) == 0);
	CHECK(p.packets == 30);
	while (take(&key, &index)) {
		CHECK(index == n % 3 && key == (n < 3));
		n++;
	}
	CHECK(n == 30 && pacer_is_empty(&p) && p.packets == 0);
	pacer_fini(&p);
}

static void test_bounds(void)
{
	CHECK(push(200, true, 0) == 0); /* one alone may be larger */
	CHECK(push(1, false, 0) == -ENOBUFS);
	pacer_clear(&p);
	CHECK(push(100, true, 0) == 0 && push(28, false, 0) == 0);
	CHECK(push(1, false, 0) == -ENOBUFS);
	pacer_clear(&p);
	for (int i = 0; i < PACER_UNITS; i++)
		CHECK(push(1, false, 0) == 0);
	CHECK(push(1, false, 0) == -ENOBUFS);
	CHECK(!pacer_is_late(&p, PACER_AGE_US) && pacer_is_late(&p, PACER_AGE_US + 1));
	CHECK(!pacer_skip(&p, PACER_AGE_US + 1) && pacer_is_empty(&p));
	pacer_fini(&p);
}

static void test_skip(void)
{
	uint32_t index;
	bool key;

	/* up to the newest key frame */
	CHECK(push(3, false, 0) == 0 && push(3, true, 0) == 0);
	CHECK(push(3, false, 0) == 0 && push(3, true, 0) == 0 && push(2, false, 0) == 0);
	CHECK(take(&key, &index) && !key);
	CHECK(pacer_skip(&p, 0) && p.n == 2 && p.packets == 5);
	CHECK(take(&key, &index) && key && index == 0);
	/* a key frame of which a part is sent goes on, the rest must be asked for */
	CHECK(!pacer_skip(&p, SEC_US) && p.n == 1 && p.packets == 2);
	CHECK(!pacer_is_late(&p, 3 * SEC_US) && pacer_is_late(&p, 5 * SEC_US));
	/* also before a newer one */
	CHECK(push(1, false, SEC_US) == 0 && push(1, true, 2 * SEC_US) == 0);
	CHECK(pacer_is_late(&p, 3 * SEC_US));
	CHECK(pacer_skip(&p, 3 * SEC_US) && p.n == 2 && p.packets == 3);
	CHECK(take(&key, &index) && key && index == 1);
	CHECK(take(&key, &index) && key && index == 2);
	CHECK(take(&key, &index) && key && index == 0 && pacer_is_empty(&p));
	/* but not for ever */
	CHECK(push(2, true, 0) == 0 && take(&key, &index));
	CHECK(!pacer_skip(&p, 5 * SEC_US) && pacer_is_empty(&p));
	pacer_fini(&p);
}

static void test_budget(void)
{
	uint64_t sent = 0;
	int64_t now_us = 50 * SEC_US;

	pacer_fill(&p, 80000, now_us);
	CHECK(p.budget == 400); /* after a pause: 40 ms of the rate */
	pacer_fill(&p, 1000, now_us + SEC_US);
	CHECK(p.budget == PACER_BURST_LEAST);
	pacer_fill(&p, 5000000, now_us + 2 * SEC_US);
	CHECK(p.budget == PACER_BURST); /* two packets, no more */
	p.budget = 400;
	p.filled_us = now_us;
	for (int i = 0; i < 1000; i++, now_us += 10 * MS_US) {
		pacer_fill(&p, 80000, now_us);
		while (pacer_may(&p)) {
			pacer_spend(&p, 1000);
			sent += 1000;
		}
	}
	CHECK(sent >= 99000 && sent <= 105000); /* 10 s */
	pacer_spend(&p, 1000000); /* what is overdrawn does not silence it for long */
	pacer_fill(&p, 80000, now_us + SEC_US);
	CHECK(p.budget > -6000);
}

int main(void)
{
	test_order();
	test_bounds();
	test_skip();
	test_budget();
	return 0;
}
