#include "base/bytes.h"
#include "tests/test.h"
#include "transport/blob.h"
#include "transport/depay.h"

#include <errno.h>

static struct au *unit(enum codec codec, const void *data, size_t len)
{
	struct au *au;

	CHECK(au_create(&au, data, len) == 0);
	au->codec = codec;
	return au;
}

/* Fragments are of equal length, but for the last one of a unit. */
static void check_equal(const struct blob *blob, uint32_t from)
{
	for (uint32_t i = from + 1; i < blob->n; i++)
		CHECK(blob->packets[i].len == blob->packets[from].len ||
		      (i + 1 == blob->n &&
		       blob->packets[i].len < blob->packets[from].len));
}

static struct blob *packetise(struct au *au, size_t max)
{
	struct blob *blob;
	size_t sum = 0;

	CHECK(blob_create(&blob, au, max, 0x8123) == 0);
	for (uint32_t i = 0; i < blob->n; i++) {
		CHECK(blob->packets[i].len > 0 && blob->packets[i].len <= max);
		CHECK(blob->packets[i].offset == sum); /* no gaps, no overlap */
		sum += blob->packets[i].len;
	}
	return blob;
}

static const uint8_t *payload(const struct blob *blob, uint32_t i)
{
	return blob->data + blob->packets[i].offset;
}

/* Through the depacketiser, as a receiver would. */
static struct au *receive(const struct blob *blob)
{
	struct depay *depay;
	struct au *au = NULL;

	CHECK(depay_create(&depay, blob->au->codec) == 0);
	for (uint32_t i = 0; i < blob->n; i++) {
		struct rtp_packet pkt = {.marker = i + 1 == blob->n,
					 .seq = (uint16_t)i,
					 .payload = payload(blob, i),
					 .payload_len = blob->packets[i].len};

		CHECK(!au && depay_push(depay, &pkt, false, &au) == 0);
	}
	depay_destroy(depay);
	CHECK(au);
	return au;
}

/* An access unit of units with these lengths: SPS, PPS, SEI, then slices. */
static struct au *h264(const size_t *lens, size_t n)
{
	static const uint8_t firsts[] = {0x67, 0x68, 0x06, 0x65};
	static uint8_t buf[100000];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(buf + len, "\0\0\0\1", 4);
		buf[len + 4] = firsts[i < 3 ? i : 3];
		for (size_t k = 1; k < lens[i]; k++)
			buf[len + 4 + k] = (uint8_t)(1 + (k * 7 + i) % 255);
		len += 4 + lens[i];
	}
	return unit(CODEC_H264, buf, len);
}

static void h264_round_trips(void)
{
	static const size_t maxima[] = {100, 101, 500, 1200};

	for (size_t m = 0; m < 4; m++) {
		for (size_t len = 1; len < 5000; len += len < 300 ? 1 : 97) {
			const size_t lens[] = {20, 4, 30, len};
			struct au *au = h264(lens, 4), *back;
			struct blob *blob = packetise(au, maxima[m]);

			if (len > maxima[m])
				check_equal(blob, 1);
			back = receive(blob);
			CHECK(back->len == au->len);
			CHECK(memcmp(back->data, au->data, au->len) == 0);
			CHECK(back->flags == AU_KEY);
			au_put(back);
			blob_put(blob);
			au_put(au);
		}
	}
}

static void h264_forms(void)
{
	const size_t lens[] = {20, 4, 30, 2000};
	struct au *au = h264(lens, 4);
	struct blob *blob = packetise(au, 1200);

	/* one aggregate of the three small ones, two fragments of equal size */
	CHECK(blob->n == 3);
	CHECK((payload(blob, 0)[0] & 31) == 24 && (payload(blob, 0)[0] & 0xe0) == 0x60);
	CHECK(blob->packets[0].len == 1 + 3 * 2 + 54 && rd16(payload(blob, 0) + 1) == 20);
	CHECK(payload(blob, 1)[0] == (0x60 | 28) && payload(blob, 1)[1] == (0x80 | 5));
	CHECK(payload(blob, 2)[0] == (0x60 | 28) && payload(blob, 2)[1] == (0x40 | 5));
	CHECK(blob->packets[1].len == 2 + 1000 && blob->packets[2].len == 2 + 999);
	blob_put(blob);
	au_put(au);

	/* a unit of exactly the size goes as it is, one byte more in fragments */
	for (size_t len = 1200; len <= 1201; len++) {
		au = h264(&len, 1);
		blob = packetise(au, 1200);
		CHECK(blob->n == len - 1199);
		CHECK((payload(blob, 0)[0] & 31) == (len == 1200 ? 7 : 28));
		blob_put(blob);
		au_put(au);
	}
}

static void h264_start_codes(void)
{
	static const uint8_t odd[] = {0,    0, 1, 0x67, 1, 2,    0, 0, 0, 0, 1,
				      0x68, 3, 0, 0,    1, 0x41, 0, 2, 0, 0, 1};
	struct au *au = unit(CODEC_H264, odd, sizeof(odd));
	struct blob *blob = packetise(au, 1200);

	CHECK(blob->n == 1 && blob->packets[0].len == 1 + 2 + 3 + 2 + 2 + 2 + 3);
	CHECK(memcmp(payload(blob, 0) + 1, "\0\3\x67\1\2\0\2\x68\3\0\3\x41\0\2", 14) ==
	      0);
	blob_put(blob);
	au_put(au);
}

static void vp8_round_trips(void)
{
	static uint8_t frame[5000];

	for (size_t k = 0; k < sizeof(frame); k++)
		frame[k] = (uint8_t)(k * 13);
	memcpy(frame, "\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01", 10);
	for (size_t len = 10; len < 5000; len += len < 2500 ? 1 : 113) {
		struct au *au = unit(CODEC_VP8, frame, len), *back;
		struct blob *blob = packetise(au, 1200);

		CHECK(blob->n == (len + 1195) / 1196);
		check_equal(blob, 0);
		for (uint32_t i = 0; i < blob->n; i++) {
			CHECK(payload(blob, i)[0] == (i ? 0x80 : 0x90));
			CHECK(payload(blob, i)[1] == 0x80);
			CHECK(rd16(payload(blob, i) + 2) == 0x8123); /* M, 0x0123 */
		}
		back = receive(blob);
		CHECK(back->len == len && memcmp(back->data, frame, len) == 0);
		CHECK(back->flags == AU_KEY);
		au_put(back);
		blob_put(blob);
		au_put(au);
	}
}

static void opus_is_one_packet(void)
{
	struct au *au = unit(CODEC_OPUS, "sound", 5);
	struct blob *blob = packetise(au, 100), *same;

	CHECK(blob->n == 1 && memcmp(payload(blob, 0), "sound", 5) == 0 &&
	      blob->au == au);
	au_put(au);
	same = blob_get(blob);
	blob_put(blob); /* the unit lives as long as the blob */
	CHECK(memcmp(payload(same, 0), "sound", 5) == 0);
	blob_put(same);
	blob_put(NULL);
}

static void refuses(void)
{
	struct blob *blob = NULL;
	struct au *au = unit(CODEC_OPUS, NULL, 101);

	CHECK(blob_create(&blob, au, 100, 0) == -EMSGSIZE);
	CHECK(blob_create(&blob, au, 99, 0) == -EINVAL);
	CHECK(blob_create(&blob, au, 65536, 0) == -EINVAL);
	au->codec = CODEC_VP9;
	CHECK(blob_create(&blob, au, 1200, 0) == -ENOTSUP);
	au->codec = CODEC_H264; /* without any start code */
	CHECK(blob_create(&blob, au, 1200, 0) == -EINVAL);
	au_put(au);
	au = unit(CODEC_H264, "\0\0\1\0\0\1\0\0\0", 9); /* only start codes */
	CHECK(blob_create(&blob, au, 1200, 0) == -EINVAL);
	au_put(au);
	au = unit(CODEC_OPUS, NULL, 0);
	CHECK(blob_create(&blob, au, 1200, 0) == -EINVAL && blob == NULL);
	au_put(au);
}

int main(void)
{
	h264_round_trips();
	h264_forms();
	h264_start_codes();
	vp8_round_trips();
	opus_is_one_packet();
	refuses();
	return 0;
}
