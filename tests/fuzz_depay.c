/* fuzz_depay - a codec, then packets with a head each: flags and length. What
 * comes out is within limits, and packetises again.
 */
#include "base/bytes.h"
#include "base/limits.h"
#include "tests/test.h"
#include "transport/blob.h"
#include "transport/depay.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void packetise(struct au *au)
{
	struct blob *blob;
	size_t sum = 0;
	int err = blob_create(&blob, au, 100 + au->len % 100, 5);

	CHECK(err == 0 || err == -EINVAL || err == -ENOTSUP);
	if (err)
		return;
	for (uint32_t i = 0; i < blob->n; i++) {
		CHECK(blob->packets[i].len > 0 && blob->packets[i].len < 200);
		CHECK(blob->packets[i].offset == sum);
		sum += blob->packets[i].len;
	}
	blob_put(blob);
}

static void push(struct depay *depay, uint8_t flags, const uint8_t *payload, size_t len)
{
	struct rtp_packet pkt = {.marker = flags & 1,
				 .ts = flags >> 2 & 3,
				 .payload = payload,
				 .payload_len = len};
	struct au *au = NULL;
	int err = depay_push(depay, &pkt, flags & 2, &au);

	CHECK(err == 0 || (err == -EBADMSG && !au));
	if (!au)
		return;
	CHECK(au->len > 0 && au->len <= LIMIT_AU_BYTES);
	packetise(au);
	au_put(au);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = {CODEC_H264, CODEC_VP8, CODEC_VP9};
	struct cursor c = cursor_of(data, size);
	struct depay *depay;

	CHECK(depay_create(&depay, codecs[cursor_u8(&c) % 3]) == 0);
	while (cursor_left(&c) > 0) {
		uint8_t flags = cursor_u8(&c);
		size_t len = cursor_u8(&c) % 32;

		if (len > cursor_left(&c))
			len = cursor_left(&c);
		push(depay, flags, c.p, len);
		cursor_take(&c, len);
	}
	depay_destroy(depay);
	return 0;
}
