#include "recorder/annexb.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdbool.h>

#define NAL_SPS 7
#define NAL_PPS 8

/* Where the next start code (00 00 01) begins, or `len`. */
static size_t start_code(const uint8_t *data, size_t len, size_t from)
{
	for (size_t i = from; i + 3 <= len; i++)
		if (rd24(data + i) == 1)
			return i;
	return len;
}

int annexb_sets(const uint8_t *data, size_t len, uint8_t out[ANNEXB_SETS_MAX])
{
	static const uint8_t code[4] = {0, 0, 0, 1};
	bool sps = false, pps = false;
	size_t at = start_code(data, len, 0), n = 0;

	while (at < len) {
		size_t nal = at + 3, next = start_code(data, len, nal), end = next;
		int type = nal < len ? data[nal] & 0x1f : 0;

		at = next;
		while (end > nal && data[end - 1] == 0) /* trailing_zero_8bits */
			end--;
		if (type != NAL_SPS && type != NAL_PPS)
			continue;
		if (end - nal + sizeof(code) > ANNEXB_SETS_MAX - n)
			return -EMSGSIZE;
		memcpy(out + n, code, sizeof(code));
		memcpy(out + n + sizeof(code), data + nal, end - nal);
		n += sizeof(code) + (end - nal);
		sps = sps || type == NAL_SPS;
		pps = pps || type == NAL_PPS;
	}
	return sps && pps ? (int)n : -ENODATA;
}
