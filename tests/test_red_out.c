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

	red.before = red.unit = NULL;
	data = red_out_write(&red, before, now, 111, &len);
	if (data) {
		CHECK(red_parse(blocks, data, len) == 2);
		CHECK(blocks[0].len == before_len && blocks[1].len == unit_len);
		CHECK(blocks[0].data[0] == 1 && blocks[1].data[unit_len - 1] == 2);
		CHECK(blocks[0].ts_offset == past_us * 6 / 125);
		CHECK(blocks[0].pt == 111 && blocks[1].pt == 111);
		/* for another client: the same with another payload type */
		CHECK(red_out_write(&red, before, now, 96, &len) == data);
		CHECK(red_parse(blocks, data, len) == 2 && blocks[0].pt == 96 &&
		      blocks[1].pt == 96);
	}
	blob_put(before);
	blob_put(now);
	return data ? (int)len : -1;
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
	return 0;
}
