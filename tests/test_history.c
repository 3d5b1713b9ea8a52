/* test_history - what was sent is found again for as long as is promised, in no more
 * memory than that takes, and every reference is given back.
 */
#include "transport/history.h"

#include "tests/test.h"

static struct blob *blob_at(int64_t pts_us)
{
	struct blob *blob;
	struct au *au;

	CHECK(au_create(&au, "sound", 5) == 0);
	au->codec = CODEC_OPUS;
	au->pts_us = pts_us;
	CHECK(blob_create(&blob, au, 100, 0) == 0);
	au_put(au);
	return blob;
}

/* One packet each `step_us`, from sequence number `seq` on. */
static void fill(struct history *h, uint16_t seq, uint32_t n, int64_t step_us)
{
	for (uint32_t i = 0; i < n; i++) {
		struct blob *blob = blob_at(i * step_us);

		history_put(h, (uint16_t)(seq + i), blob, i);
		blob_put(blob);
	}
}

static uint32_t found(struct history *h, uint16_t seq, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct history_entry *e = history_find(h, (uint16_t)(seq + i));

		CHECK(!e || (e->seq == (uint16_t)(seq + i) && e->index == i));
		count += e != NULL;
	}
	return count;
}

/* `size` is what the rate needs, for HISTORY_HOLD_US at least. */
static void test_rate(uint32_t per_sec, uint32_t size)
{
	static const uint16_t firsts[] = {0, 1, 77, 65500};
	uint32_t n = per_sec * 5,
		 hold = per_sec * (uint32_t)(HISTORY_HOLD_US / MS_US) / 1000;

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct history h = {0};

		CHECK(!history_find(&h, firsts[i]));
		fill(&h, firsts[i], n, SEC_US / per_sec);
		CHECK(h.size == size);
		CHECK(found(&h, firsts[i], n) == size);
		if (hold > size)
			hold = size;
		for (uint32_t k = 0; k < hold; k++)
			CHECK(history_find(&h, (uint16_t)(firsts[i] + n - 1 - k)));
		CHECK(!history_find(&h, (uint16_t)(firsts[i] + n)));
		history_fini(&h);
		CHECK(!h.ring && h.size == 0);
	}
}

int main(void)
{
	struct history h = {0};

	history_fini(&h); /* never used */
	test_rate(15, 32);
	test_rate(45, 128);
	test_rate(100, 256);
	test_rate(1000, HISTORY_SIZE);
	return 0;
}
