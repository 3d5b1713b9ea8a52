/* fuzz_red - any bytes as redundant audio: the blocks lie inside, in order. */
#include "base/bytes.h"
#include "tests/test.h"
#include "transport/red.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	int n = red_parse(blocks, data, size);

	CHECK(n == -EBADMSG || (n >= 1 && n <= RED_BLOCKS_MAX));
	if (n < 0)
		return 0;
	CHECK(blocks[0].data == data + 4 * (n - 1) + 1);
	for (int i = 0; i < n; i++) {
		const uint8_t *end = i + 1 < n ? blocks[i + 1].data : data + size;

		CHECK(blocks[i].data + blocks[i].len == end && blocks[i].pt < 128);
		CHECK(blocks[i].ts_offset < 1 << 14);
	}
	CHECK(blocks[n - 1].ts_offset == 0);
	return 0;
}
