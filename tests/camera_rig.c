#include "tests/camera_rig.h"

#include <string.h>

#include "base/bytes.h"

struct rig cam_rig;
struct sdp cam_sdp;
uint32_t cam_flags, cam_source;

void cam_begin(void)
{
	rig_open(&cam_rig);
	rig_peer(&cam_rig, 1);
	client_sdp(&cam_sdp);
	for (int i = 0; i < 4; i++) {
		cam_sdp.media[i].ext[SDP_EXT_RID] = CAM_RID;
		cam_sdp.media[i].ext[SDP_EXT_REPAIRED_RID] = CAM_RRID;
	}
	hub_peer_remote(&cam_rig.hub, 1, &cam_sdp, cam_rig.now_us);
	fake_up(fake_link(0));
	rig_proven(&cam_rig, 1);
}

void cam_agree(void)
{
	hub_peer_remote(&cam_rig.hub, 1, &cam_sdp, cam_rig.now_us);
}

const struct cam_out cam_video = {
	.ssrc = 5000, .mid = "c", .pt = CLIENT_VP8, .osn = -1, .twcc = -1};

bool cam_transmit(struct cam_out o)
{
	uint8_t buf[200], twcc[2];
	struct rtp_packet pkt = {
		.marker = true, .pt = o.pt, .seq = o.seq, .ts = o.ts, .ssrc = o.ssrc};
	const uint8_t body[12] = {
		0x10, o.key ? 0x10 : 0x11, 2, 0, 0x9d, 0x01, 0x2a, 64, 0, 64};
	struct rtp_ext exts[3];
	size_t n = 0, len;

	if (o.mid)
		exts[n++] = (struct rtp_ext){CLIENT_MID, (uint8_t)strlen(o.mid),
					     (const uint8_t *)o.mid};
	if (o.rid)
		exts[n++] = (struct rtp_ext){o.osn >= 0 ? CAM_RRID : CAM_RID,
					     (uint8_t)strlen(o.rid),
					     (const uint8_t *)o.rid};
	if (o.twcc >= 0) {
		wr16(twcc, (uint16_t)o.twcc);
		exts[n++] = (struct rtp_ext){CLIENT_TWCC, 2, twcc};
	}
	len = rtp_header_write(buf, &pkt, exts, n);
	if (o.osn >= 0) {
		wr16(buf + len, (uint16_t)o.osn);
		len += 2;
	}
	memcpy(buf + len, body, sizeof(body));
	return fake_rtp(fake_link(0), buf, len + sizeof(body), cam_rig.now_us);
}

bool cam_frame(struct cam_out o, uint16_t seq, bool key)
{
	o.seq = seq;
	o.ts = (uint32_t)seq * 3600;
	o.key = key;
	return cam_transmit(o);
}

uint32_t cam_take(struct ring *ring)
{
	struct ring_item item;
	uint32_t n = 0;

	while (ring_pop(ring, &item)) {
		cam_flags = item.au->flags;
		cam_source = item.id;
		au_put(item.au);
		n++;
	}
	return n;
}
