#include "transport/red_out.h"

#include "base/clock.h"
#include "tests/test.h"
#include "transport/red.h"

#include <string.h>

static struct red_out red;

static struct blob *unit(size_t len, int64_t pts_us, int byte)
{
	struct blob *blob;
	struct au *au;

	CHECK(au_create(&au, NULL, len) == 0);
	memset(au->data, byte, len);
	au->codec = CODEC_OPUS;
	au->pts_us = pts_us;
	CHECK(blob_create(&blob, au, 1100, 0) == 0);
	au_put(au);
	return blob;
}

/* What a reader finds, or nothing. */
static int length(size_t before_len, size_t unit_len, int64_t past_us)
{
	struct blob *before = unit(before_len, SEC_US, 1);
	struct blob *now = unit(unit_len, SEC_US + past_us, 2);
	struct red_block blocks[RED_BLOCKS_MAX];
	const uint8_t *data;
	size_t len = 0;

	red_out_begin(&red);
	data = red_out_write(&red, &before, 1, now, 111, &len);
	if (data) {
		CHECK(red_parse(blocks, data, len) == 2);
		CHECK(blocks[0].len == before_len && blocks[1].len == unit_len);
		CHECK(blocks[0].data[0] == 1 && blocks[1].data[unit_len - 1] == 2);
		CHECK(blocks[0].ts_offset == past_us * 6 / 125);
		CHECK(blocks[0].pt == 111 && blocks[1].pt == 111);
		/* for another client: the same with another payload type */
		CHECK(red_out_write(&red, &before, 1, now, 96, &len) == data);
		CHECK(red_parse(blocks, data, len) == 2 && blocks[0].pt == 96 &&
		      blocks[1].pt == 96);
	}
	blob_put(before);
	blob_put(now);
	return data ? (int)len : -1;
}

/* Two copies, the eldest first; as many as fit. Returns how many are in it. */
static int copies(size_t eldest_len, int64_t eldest_us, size_t before_len)
{
	struct blob *before[] = {unit(before_len, SEC_US, 1),
				 unit(eldest_len, SEC_US - eldest_us, 3)};
	struct blob *now = unit(10, SEC_US + 60 * MS_US, 2);
	struct red_block blocks[RED_BLOCKS_MAX];
	const uint8_t *data;
	size_t len = 0;
	int n = 0;

	red_out_begin(&red);
	data = red_out_write(&red, before, 2, now, 111, &len);
	if (data) {
		n = red_parse(blocks, data, len) - 1;
		CHECK(blocks[n].len == 10 && blocks[n].data[9] == 2 &&
		      blocks[n].pt == 111);
		CHECK(blocks[n - 1].len == before_len && blocks[n - 1].data[0] == 1 &&
		      blocks[n - 1].ts_offset == 2880);
	}
	if (n == 2)
		CHECK(blocks[0].len == eldest_len && blocks[0].data[0] == 3 &&
		      blocks[0].ts_offset == (eldest_us + 60 * MS_US) * 6 / 125 &&
		      blocks[0].pt == 111);
	/* who wants one only, of the same units, is not given what another is */
	CHECK(red_out_write(&red, before, 1, now, 111, &len) != data || !data);
	CHECK(!data || red_parse(blocks, data, len) != 2 || n == 1);
	blob_put(before[0]);
	blob_put(before[1]);
	blob_put(now);
	return n;
}

static void none_before_the_first(void)
{
	struct blob *before[] = {unit(5, SEC_US, 1), NULL};
	struct blob *now = unit(6, SEC_US + 20 * MS_US, 2);
	struct red_block blocks[RED_BLOCKS_MAX];
	const uint8_t *data;
	size_t len = 0;

	red_out_begin(&red);
	data = red_out_write(&red, before, 2, now, 111, &len);
	CHECK(data && red_parse(blocks, data, len) == 2 && blocks[0].len == 5);
	blob_put(before[0]);
	blob_put(now);
}

int main(void)
{
	CHECK(length(80, 90, 60 * MS_US) == 5 + 170);
	CHECK(length(1, 1, 20 * MS_US) == 7);
	CHECK(length(1023, 72, 20 * MS_US) == 1100);
	CHECK(length(1023, 73, 20 * MS_US) == -1);
	CHECK(length(1024, 10, 20 * MS_US) == -1);
	CHECK(length(80, 90, 341 * MS_US) == 175);
	CHECK(length(80, 90, 342 * MS_US) == -1);
	CHECK(length(80, 90, 0) == -1);

	CHECK(copies(80, 60 * MS_US, 90) == 2);
	CHECK(copies(80, 281 * MS_US, 90) == 2);
	CHECK(copies(80, 282 * MS_US, 90) == 1);  /* too long ago */
	CHECK(copies(981, 60 * MS_US, 100) == 2);
	CHECK(copies(981, 60 * MS_US, 101) == 1); /* too large with the other one */
	CHECK(copies(980, 60 * MS_US, 101) == 2);
	CHECK(copies(980, 60 * MS_US, 102) == 1);
	CHECK(copies(10, 60 * MS_US, 1024) == 0);
	none_before_the_first();
	return 0;
}
