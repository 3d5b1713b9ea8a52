#include "transport/red.h"

#include "base/bytes.h"

#include <errno.h>

int red_parse(struct red_block blocks[RED_BLOCKS_MAX], const uint8_t *data, size_t len)
{
	struct red_block v[RED_BLOCKS_MAX];
	struct cursor c = cursor_of(data, len);
	int n = 0;

	/* all heads first, then all bodies in the same order */
	for (;;) {
		uint8_t first = cursor_u8(&c);

		if (c.bad || n == RED_BLOCKS_MAX)
			return -EBADMSG;
		v[n].pt = first & 0x7f;
		v[n].ts_offset = 0;
		v[n].len = 0;
		if (!(first & 0x80))
			break;
		v[n].ts_offset = (uint32_t)cursor_u8(&c) << 6;
		v[n].len = cursor_u16(&c);
		v[n].ts_offset |= (uint32_t)(v[n].len >> 10);
		v[n].len &= 0x3ff;
		n++;
	}
	for (int i = 0; i < n; i++)
		v[i].data = cursor_take(&c, v[i].len);
	if (c.bad)
		return -EBADMSG;
	v[n].data = c.p;
	v[n].len = cursor_left(&c);
	n++;
	memcpy(blocks, v, (size_t)n * sizeof(v[0]));
	return n;
}
