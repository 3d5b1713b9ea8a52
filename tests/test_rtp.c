#include "base/bytes.h"
#include "tests/test.h"
#include "transport/rtp.h"

#include <errno.h>

/* exactly as long as the packet, so that a sanitizer sees each read past it */
static uint8_t *tight(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	CHECK(copy);
	memcpy(copy, data, len);
	return copy;
}

static void reads_what_it_writes(void)
{
	const uint8_t mid[] = "c", seq[] = {0x12, 0x34},
		      long_mid[16] = "0123456789abcdef";
	const struct rtp_ext exts[] = {{1, 1, mid}, {4, 2, seq}, {14, 16, long_mid}};
	struct rtp_packet in = {.marker = true,
				.pt = 96,
				.seq = 65535,
				.ts = 0xfffffff0,
				.ssrc = 0x80000001},
			  out;
	uint8_t buf[12 + 4 + 17 * 3 + 3 + 5];
	const uint8_t *data;
	size_t len, n;

	n = rtp_header_write(buf, &in, exts, 3);
	CHECK(n % 4 == 0 && n <= sizeof(buf) - 5);
	memcpy(buf + n, "video", 5);
	CHECK(rtp_parse(&out, buf, n + 5) == 0);
	CHECK(out.marker && out.pt == 96 && out.seq == 65535 && out.ts == 0xfffffff0);
	CHECK(out.ssrc == 0x80000001 && out.payload_len == 5);
	CHECK(memcmp(out.payload, "video", 5) == 0);
	CHECK(rtp_ext_find(&out, 1, &data, &len) && len == 1 && data[0] == 'c');
	CHECK(rtp_ext_find(&out, 4, &data, &len) && len == 2 && rd16(data) == 0x1234);
	CHECK(rtp_ext_find(&out, 14, &data, &len) && len == 16 && data[15] == 'f');
	CHECK(!rtp_ext_find(&out, 2, &data, &len) && !rtp_ext_find(&out, 0, &data, &len));

	in.marker = false;
	CHECK(rtp_header_write(buf, &in, NULL, 0) == RTP_HEADER_LEN);
	CHECK(rtp_parse(&out, buf, RTP_HEADER_LEN) == 0);
	CHECK(!out.marker && !out.ext && out.payload_len == 0);
}

#define HEAD "\x60\x00\x01\0\0\0\2\0\0\0\3" /* the rest of a header */

static void refuses_bad_packets(void)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} bad[] = {
		{"nothing", "", 0},
		{"one byte", "\x80", 1},
		{"eleven bytes", "\x80" HEAD, 11},
		{"version 0", "\x00" HEAD, 12},
		{"version 1", "\x40" HEAD, 12},
		{"version 3", "\xc0" HEAD, 12},
		{"15 CSRCs that are not there", "\x8f" HEAD, 12},
		{"one CSRC of 3 bytes", "\x81" HEAD "abc", 15},
		{"extension without room", "\x90" HEAD, 12},
		{"extension head of 3 bytes", "\x90" HEAD "\xbe\xde\0", 15},
		{"extension longer than the packet", "\x90" HEAD "\xbe\xde\0\1abc", 19},
		{"extension of 65535 words", "\x90" HEAD "\xbe\xde\xff\xff", 16},
		{"padding of 0", "\xa0" HEAD "abc\0", 16},
		{"padding without a byte", "\xa0" HEAD, 12},
		{"padding beyond the payload", "\xa0" HEAD "abc\5", 16},
		{"padding of 255", "\xa0" HEAD "\xff", 13},
		{"padding into the extension", "\xb0" HEAD "\xbe\xde\0\0\2", 17},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rtp_packet pkt = {.pt = 77};
		uint8_t *data = tight((const uint8_t *)bad[i].bytes, bad[i].len);

		if (rtp_parse(&pkt, data, bad[i].len) != -EBADMSG)
			fprintf(stderr, "%s\n", bad[i].what);
		CHECK(rtp_parse(&pkt, data, bad[i].len) == -EBADMSG && pkt.pt == 77);
		free(data);
	}
}

static void takes_odd_ones(void)
{
	struct rtp_packet pkt;
	const uint8_t *data;
	size_t len;

	CHECK(rtp_parse(&pkt, (const uint8_t *)"\xa0" HEAD "x\0\0\3", 16) == 0);
	CHECK(pkt.payload_len == 1);
	CHECK(rtp_parse(&pkt, (const uint8_t *)"\xa0" HEAD "\1", 13) == 0);
	CHECK(pkt.payload_len == 0);
	CHECK(rtp_parse(&pkt, (const uint8_t *)"\x81" HEAD "CSRCx", 17) == 0);
	CHECK(pkt.payload_len == 1 && pkt.payload[0] == 'x');
	CHECK(rtp_parse(&pkt, (const uint8_t *)"\x90" HEAD "\xbe\xde\0\0x", 17) == 0);
	CHECK(pkt.ext && pkt.ext_len == 0 && pkt.payload_len == 1);
	CHECK(!rtp_ext_find(&pkt, 1, &data, &len));
}

static struct rtp_packet with_ext(uint16_t profile, const char *bytes, size_t len)
{
	return (struct rtp_packet){
		.ext_profile = profile, .ext = (const uint8_t *)bytes, .ext_len = len};
}

static void walks_extensions(void)
{
	struct rtp_packet one = with_ext(0xbede,
					 "\x10"
					 "A\0\0\x51"
					 "BC\0",
					 8);
	struct rtp_packet two = with_ext(0x1003,
					 "\x01\x00\0\xf0\x02"
					 "DE\0",
					 8);
	struct rtp_packet stop = with_ext(0xbede,
					  "\xf0\x01\x10"
					  "A",
					  4);
	struct rtp_packet over = with_ext(0xbede,
					  "\x13"
					  "ABC",
					  4);
	struct rtp_packet over2 = with_ext(0x1000,
					   "\x01\x03"
					   "AB",
					   4);
	struct rtp_packet cut2 = with_ext(0x1000, "\0\0\0\x01", 4);
	struct rtp_packet other = with_ext(0x4711,
					   "\x10"
					   "A\0\0",
					   4);
	const uint8_t *data = NULL;
	size_t len = 99;

	CHECK(rtp_ext_find(&one, 1, &data, &len) && len == 1 && data[0] == 'A');
	CHECK(rtp_ext_find(&one, 5, &data, &len) && len == 2 && data[1] == 'C');
	CHECK(rtp_ext_find(&two, 1, &data, &len) && len == 0);
	CHECK(rtp_ext_find(&two, 240, &data, &len) && len == 2 && data[0] == 'D');
	data = NULL;
	CHECK(!rtp_ext_find(&stop, 1, &data, &len)); /* nothing counts after id 15 */
	CHECK(!rtp_ext_find(&stop, 15, &data, &len));
	CHECK(!rtp_ext_find(&over, 1, &data, &len));
	CHECK(!rtp_ext_find(&over2, 1, &data, &len));
	CHECK(!rtp_ext_find(&cut2, 1, &data, &len));
	CHECK(!rtp_ext_find(&other, 1, &data, &len));
	CHECK(data == NULL);
}

static void unwraps(void)
{
	struct rtp_unwrap u = {0}, t = {0};

	CHECK(rtp_unwrap16(&u, 65530) == 65530);
	CHECK(rtp_unwrap16(&u, 3) == 65539);
	CHECK(rtp_unwrap16(&u, 65535) == 65535);
	CHECK(rtp_unwrap16(&u, 2) == 65538);
	for (int64_t i = 65539; i < 400000; i += 1000)
		CHECK(rtp_unwrap16(&u, (uint16_t)i) == i);

	CHECK(rtp_unwrap32(&t, 5) == 5);
	CHECK(rtp_unwrap32(&t, 0xfffffffe) == -2);
	CHECK(rtp_unwrap32(&t, 0x7ffffff0) == 0x7ffffff0);
	CHECK(rtp_unwrap32(&t, 0xffffffe0) == 0xffffffe0);
	CHECK(rtp_unwrap32(&t, 9) == 0x100000009);
}

int main(void)
{
	reads_what_it_writes();
	refuses_bad_packets();
	takes_odd_ones();
	walks_extensions();
	unwraps();
	return 0;
}
