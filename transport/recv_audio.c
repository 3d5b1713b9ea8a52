#include "transport/recv.h"

#include "base/count.h"
#include "transport/red.h"

/* Notes that number `seq` is delivered now. False when it was before, or is too
 * old to know. */
static bool first_time(struct recv *r, int64_t seq)
{
	int64_t ahead = seq - r->seen_high;

	if (ahead > 0) {
		r->seen = ahead < 64 ? r->seen << ahead : 0;
		r->seen_high = seq;
		ahead = 0;
	}
	if (ahead <= -64 || r->seen >> -ahead & 1)
		return false;
	r->seen |= UINT64_C(1) << -ahead;
	return true;
}

static void hand_out(struct recv *r, const struct red_block *block, int64_t seq,
		     int64_t ts, uint8_t level_dbov, int64_t now_us)
{
	struct au *au;

	if (!block->len || !first_time(r, seq) || au_create(&au, block->data, block->len))
		return;
	au->codec = CODEC_OPUS;
	au->flags = AU_KEY;
	au->seq = (uint32_t)seq;
	au->pts_us = ts * 125 / 6;
	au->arrival_us = now_us;
	au->level_dbov = level_dbov;
	r->deliver(r->ctx, r, au);
}

static uint8_t level_of(const struct section *section, const struct rtp_packet *pkt)
{
	uint8_t id = section->ext[SDP_EXT_AUDIO_LEVEL];
	const uint8_t *data;
	size_t len;

	if (!id || !rtp_ext_find(pkt, id, &data, &len) || len < 1)
		return AU_LEVEL_UNKNOWN;
	return data[0] & 127; /* RFC 6464: the high bit is voice activity */
}

void recv_sound(struct recv *r, const struct section *section,
		const struct rtp_packet *pkt, int64_t seq, int64_t now_us)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	int64_t ts = rtp_unwrap32(&r->ts, pkt->ts);
	const struct sdp_codec *codec;
	int n = 1;

	if (section->red_pt && pkt->pt == section->red_pt) {
		n = red_parse(blocks, pkt->payload, pkt->payload_len);
		if (n < 0) {
			count_add(COUNT_REJECT_PAYLOAD, 1);
			return;
		}
	} else {
		blocks[0] = (struct red_block){pkt->pt, 0, pkt->payload,
					       pkt->payload_len};
	}
	/* a block i places before the last one is the packet i numbers before */
	for (int i = 0; i < n; i++) {
		codec = section_codec(section, blocks[i].pt);
		if (!codec || codec->codec != CODEC_OPUS) {
			count_add(COUNT_REJECT_RTP, 1);
			continue;
		}
		hand_out(r, &blocks[i], seq - (n - 1 - i), ts - blocks[i].ts_offset,
			 i == n - 1 ? level_of(section, pkt) : AU_LEVEL_UNKNOWN, now_us);
	}
}
