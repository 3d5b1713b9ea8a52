#include "derive/avcc.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>

/* So many units with a length of two bytes become some with one of ours. */
static void take_sets(struct cursor *in, struct avcc *avcc, unsigned n)
{
	for (; n && !in->bad; n--) {
		uint16_t len = cursor_u16(in);
		const uint8_t *data = cursor_take(in, len);
		uint8_t *to = avcc->sets + avcc->len;

		if (!data || !len || (avcc->length_bytes == 1 && len > 255)) {
			in->bad = true;
			return;
		}
		for (int i = 0; i < avcc->length_bytes; i++) {
			int shift = 8 * (avcc->length_bytes - 1 - i);

			to[i] = shift < 16 ? (uint8_t)(len >> shift) : 0;
		}
		memcpy(to + avcc->length_bytes, data, len);
		avcc->len += (size_t)avcc->length_bytes + len;
	}
}

int avcc_read(struct avcc *avcc, const uint8_t *data, size_t len)
{
	struct cursor in = cursor_of(data, len);
	struct avcc got = {0};
	unsigned n_sps;
	uint8_t version = cursor_u8(&in);

	cursor_take(&in, 3); /* profile and level: the sets say them, too */
	got.length_bytes = (cursor_u8(&in) & 3) + 1;
	n_sps = cursor_u8(&in) & 31;
	if (in.bad || version != 1 || got.length_bytes == 3 || !n_sps)
		return -EBADMSG;
	/* two bytes of length become four at most, and a set has one at least */
	got.sets = malloc(len * 2);
	if (!got.sets)
		return -ENOMEM;
	take_sets(&in, &got, n_sps);
	take_sets(&in, &got, cursor_u8(&in));
	if (in.bad) {
		avcc_fini(&got);
		return -EBADMSG;
	}
	*avcc = got;
	return 0;
}

void avcc_fini(struct avcc *avcc)
{
	free(avcc->sets);
	*avcc = (struct avcc){0};
}
