/* fuzz_peer - decrypted RTP and RTCP of a peer, as a hostile member may send
 * them, through admission, receive streams and reports; time passes in between.
 */
#include "base/bytes.h"
#include "base/clock.h"
#include "tests/hub_rig.h"
#include "tests/test.h"
#include "transport/outlet.h"
#include "transport/peer.h"

#include <string.h>

#define SSRCS 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rig rig;

static void clear(struct ring *ring)
{
	struct ring_item item;

	while (ring_pop(ring, &item))
		au_put(item.au);
}

/* Makes a packet that reaches far more often than noise: its first bytes choose
 * payload type, number and SSRC. */
static void rtp(const uint8_t *p, size_t n) RUNS_ON(on_net)
{
	static const uint8_t pts[] = {CLIENT_OPUS,    CLIENT_RED,  CLIENT_VP8,
				      CLIENT_VP8_RTX, CLIENT_H264, CLIENT_H264_RTX};
	static uint16_t seq;
	uint8_t buf[300], twcc[2] = {p[1], p[2]};
	const struct rtp_ext exts[] = {
		{CLIENT_MID, 1, (const uint8_t *)(p[0] & 0x40 ? "c" : "s")},
		{CLIENT_TWCC, 2, twcc},
	};
	struct rtp_packet pkt = {
		.marker = p[0] & 0x80,
		.pt = pts[(p[0] & 7) % 6],
		.seq = seq = (uint16_t)(seq + p[1] % 4 + (p[1] == 255 ? 9000 : 0)),
		.ts = p[2] * 300u,
		.ssrc = p[3] % SSRCS,
	};
	size_t len = rtp_header_write(buf, &pkt, exts, p[0] >> 4 & 2);

	if (n - 4 > sizeof(buf) - len)
		n = sizeof(buf) - len + 4;
	memcpy(buf + len, p + 4, n - 4);
	fake_rtp(fake_link(0), buf, len + n - 4, rig.now_us);
}

/* Transport-wide feedback about seven packets that were likely sent, with times of its
 * own. */
static void feedback(const uint8_t *p, size_t n) RUNS_ON(on_net)
{
	uint8_t msg[32] = {0x8f, 205, 0, 7};

	wr16(msg + 12, p[0]);
	wr16(msg + 14, 7);
	wr32(msg + 16, (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | p[3]);
	wr16(msg + 20, (uint16_t)(0xc000 | (p[1] & 0x15) | (p[2] & 0x15) << 6));
	memcpy(msg + 22, p, n < 7 ? n : 7);
	fake_rtcp(fake_link(0), msg, sizeof(msg), rig.now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdp sdp;

	thread_enter(&on_net);
	thread_claim(&on_net);
	rig_open(&rig);
	rig_peer(&rig, 1);
	client_sdp(&sdp);
	hub_outlet_open(&rig.hub, 900, CODEC_VP8);
	hub_peer_remote(&rig.hub, 1, &sdp, rig.now_us);
	hub_watch_video(&rig.hub, 1, 900, false, rig.now_us);
	fake_up(fake_link(0));
	rig_video(&rig, 900, CODEC_VP8, true, 2000);
	while (size >= 5) { /* length, kind, bytes */
		size_t n = data[0] % 64 + 4;
		uint8_t kind = data[1];

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		if (n < 4)
			break;
		if ((kind & 7) == 7)
			feedback(data, n);
		else if (kind & 1)
			rtp(data, n);
		else if (kind & 2)
			fake_rtcp(fake_link(0), data, n, rig.now_us);
		else if (kind & 4)
			peer_rtp(idmap_get(&rig.hub.peers, 1), data, n, rig.now_us);
		if ((kind & 0x87) == 0x87)
			hub_peer_probe(&rig.hub, 1, data[0] * 4000u, rig.now_us);
		if (data[1] < 64)
			rig_video(&rig, 900, CODEC_VP8, data[1] < 8, data[0] * 40u + 10);
		if (kind & 8)
			rig_pass(&rig, (kind >> 4) * 20 * MS_US);
		clear(rig.rings.video_in);
		clear(rig.rings.audio_in);
		fake_clear();
		data += n;
		size -= n;
	}
	rig_close(&rig);
	return 0;
}
