/* fuzz_playout - a playout buffer that is told whatever the input says: packets
 * with any number, time and content, pulls and skips in between.
 */
#include "base/bytes.h"
#include "mixer/playout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void push(struct playout *p, struct cursor *c, int64_t now_us)
{
	uint32_t seq = cursor_u16(c), pts = cursor_u16(c);
	uint8_t how = cursor_u8(c);
	size_t len = cursor_u8(c) & 31;
	const uint8_t *content;
	struct au *au;

	if (len > cursor_left(c))
		len = cursor_left(c);
	content = cursor_take(c, len);
	if (c->bad || au_create(&au, content, len))
		return;
	au->codec = CODEC_OPUS;
	au->seq = how & 1 ? seq << 16 : seq & 63;
	au->pts_us = how & 2 ? (int64_t)pts << 40 : (int64_t)pts * 100;
	au->pts_us = how & 4 ? -au->pts_us : au->pts_us;
	au->arrival_us = now_us - (how >> 3) * 5000;
	playout_push(p, au);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(data, size);
	int64_t now_us = 10000000;
	float pcm[PCM_TICK];
	struct playout *p;

	if (playout_create(&p))
		return 0;
	while (!c.bad && cursor_left(&c) > 0) {
		uint8_t what = cursor_u8(&c);

		if (what & 0x80)
			push(p, &c, now_us);
		else if (what == 0x7f)
			playout_skip(p, now_us);
		for (int n = what & 3; n > 0; n--) {
			now_us += PCM_TICK_US;
			playout_pull(p, pcm, now_us);
			for (int i = 0; i < PCM_TICK; i++)
				if (!(pcm[i] >= -1.01f && pcm[i] <= 1.01f))
					abort();
		}
	}
	playout_destroy(p);
	return 0;
}
