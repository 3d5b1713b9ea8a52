#include "base/bytes.h"
#include "tests/test.h"
#include "transport/red.h"

#include <errno.h>

static void splits(void)
{
	/* two old blocks of 2 and 3 bytes, 960 and 480 ticks back, then the new one */
	static const uint8_t packet[] = {0x80 | 111,
					 960 >> 6,
					 (960 & 63) << 2,
					 2,
					 0x80 | 111,
					 480 >> 6,
					 (480 & 63) << 2,
					 3,
					 111,
					 'a',
					 'b',
					 'c',
					 'd',
					 'e',
					 'f',
					 'g'};
	struct red_block b[RED_BLOCKS_MAX];

	CHECK(red_parse(b, packet, sizeof(packet)) == 3);
	CHECK(b[0].pt == 111 && b[0].ts_offset == 960 && b[0].len == 2);
	CHECK(b[1].ts_offset == 480 && b[1].len == 3 && b[1].data[0] == 'c');
	CHECK(b[2].pt == 111 && b[2].ts_offset == 0 && b[2].len == 2);
	CHECK(b[2].data == packet + 14);

	CHECK(red_parse(b, packet + 8, 3) == 1); /* nothing redundant */
	CHECK(b[0].len == 2 && b[0].data[0] == 'a');
	CHECK(red_parse(b, packet + 8, 1) == 1 && b[0].len == 0);
}

static void reads_wide_fields(void)
{
	uint8_t packet[5 + 1023] = {0x80 | 1, 0xff, 0xff, 0xff, 2};
	struct red_block b[RED_BLOCKS_MAX];

	CHECK(red_parse(b, packet, sizeof(packet)) == 2);
	CHECK(b[0].ts_offset == 16383 && b[0].len == 1023 && b[1].len == 0);
	CHECK(red_parse(b, packet, sizeof(packet) - 1) == -EBADMSG);
}

static void refuses(void)
{
	uint8_t many[4 * RED_BLOCKS_MAX + 1] = {0};
	struct red_block b[RED_BLOCKS_MAX] = {{.pt = 99}};

	CHECK(red_parse(b, many, 0) == -EBADMSG);
	CHECK(red_parse(b, (const uint8_t *)"\xef", 1) == -EBADMSG);
	CHECK(red_parse(b, (const uint8_t *)"\xef\0\0\0", 4) ==
	      -EBADMSG); /* no primary */
	CHECK(red_parse(b,
			(const uint8_t *)"\xef\0\0\2\x6f"
					 "a",
			6) == -EBADMSG);
	for (int i = 0; i < RED_BLOCKS_MAX; i++)
		many[4 * i] = 0x80 | 111;
	CHECK(red_parse(b, many, sizeof(many)) == -EBADMSG); /* one too many */
	CHECK(b[0].pt == 99);
	CHECK(red_parse(b, many + 4, sizeof(many) - 4) == RED_BLOCKS_MAX);
}

int main(void)
{
	splits();
	reads_wide_fields();
	refuses();
	return 0;
}
