/* fuzz_rtp - any bytes as an RTP packet: all that is found lies inside, and
 * what is written again reads the same.
 */
#include "base/bytes.h"
#include "tests/test.h"
#include "transport/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_packet pkt, again;
	struct rtp_ext exts[14];
	uint8_t buf[12 + 4 + 17 * 14 + 3];
	size_t n = 0, len, written;
	const uint8_t *ext;

	if (rtp_parse(&pkt, data, size))
		return 0;
	CHECK(pkt.payload >= data && pkt.payload + pkt.payload_len <= data + size);
	CHECK(!pkt.ext || pkt.ext + pkt.ext_len <= pkt.payload);
	for (unsigned int id = 0; id < 256; id++) {
		if (!rtp_ext_find(&pkt, (uint8_t)id, &ext, &len))
			continue;
		CHECK(ext >= pkt.ext && ext + len <= pkt.ext + pkt.ext_len);
		if (id <= 14 && len >= 1 && len <= 16)
			exts[n++] = (struct rtp_ext){(uint8_t)id, (uint8_t)len, ext};
	}
	written = rtp_header_write(buf, &pkt, exts, n);
	CHECK(written <= 12 + 4 + 17 * n + 3);
	CHECK(rtp_parse(&again, buf, written) == 0 && again.payload_len == 0);
	CHECK(again.marker == pkt.marker && again.pt == pkt.pt && again.seq == pkt.seq);
	CHECK(again.ts == pkt.ts && again.ssrc == pkt.ssrc);
	for (size_t i = 0; i < n; i++) {
		CHECK(rtp_ext_find(&again, exts[i].id, &ext, &len) && len == exts[i].len);
		CHECK(memcmp(ext, exts[i].data, len) == 0);
	}
	return 0;
}
