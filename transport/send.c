#include "transport/send.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/rand.h"
#include "transport/net.h"
#include "transport/outlet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX       (RTP_HEADER_LEN + 4 + 17 * 2 + 3)
#define AGAIN_PER_SEC    200   /* packets */
#define AGAIN_SHARE      4     /* one byte again for so many sent */
#define CREDIT_START     16384 /* bytes */
#define CREDIT_MAX       65536
#define AGAIN_SPACING_US (50 * MS_US) /* at least, for the same packet */
#define AGAIN_AGE_US     (3 * SEC_US) /* what is older helps nobody */

void send_init(struct send *s, struct send_path *path, bool video, uint32_t ssrc,
	       uint32_t rtx_ssrc)
{
	*s = (struct send){
		.path = path,
		.video = video,
		.ssrc = ssrc,
		.rtx_ssrc = rtx_ssrc,
		/* below 32768: a receiver that misses the first packets must not
		 * guess the SRTP rollover counter wrong (RFC 3711 3.3.1) */
		.seq = (uint16_t)(rand_u32() & 0x7fff),
		.rtx_seq = (uint16_t)(rand_u32() & 0x7fff),
		.last_pts_us = INT64_MIN,
		.credit = CREDIT_START,
	};
	s->w[0].send = s->w[1].send = s;
}

void send_fini(struct send *s)
{
	outlet_unwatch(&s->w[0]);
	outlet_unwatch(&s->w[1]);
	if (s->history)
		history_fini(s->history);
	free(s->history);
	s->history = NULL;
}

/* H.264 comes in several entries: one that allows fragments is preferred. */
static bool prefers(const struct send *s, const struct section *section,
		    const struct sdp_codec *c)
{
	const struct sdp_codec *old;

	if (!s->pt[c->codec])
		return true;
	old = section_codec(section, s->pt[c->codec]);
	return c->codec == CODEC_H264 && old && !old->h264_mode && c->h264_mode == 1;
}

void send_agree(struct send *s, const struct section *section)
{
	memset(s->pt, 0, sizeof(s->pt));
	memset(s->rtx_pt, 0, sizeof(s->rtx_pt));
	s->nack = false;
	if (!section || !(section->dir & SDP_RECV))
		return;
	for (uint32_t i = 0; i < section->n_codecs; i++) {
		const struct sdp_codec *c = &section->codecs[i];

		if (!prefers(s, section, c))
			continue;
		s->pt[c->codec] = c->pt;
		s->rtx_pt[c->codec] = c->rtx_pt;
		s->nack |= c->nack;
	}
	s->ext_mid = section->ext[SDP_EXT_MID];
	s->ext_twcc = section->ext[SDP_EXT_TWCC];
	memcpy(s->mid, section->mid, sizeof(s->mid));
}

/* ---- packets ---------------------------------------------------------------- */

static void put(struct send *s, const struct rtp_packet *pkt, const uint8_t *payload,
		size_t len) RUNS_ON(on_net)
{
	uint8_t header[HEADER_MAX], twcc[2];
	struct rtp_ext exts[2];
	size_t n = 0, header_len;
	int sent;

	if (s->ext_twcc) {
		wr16(twcc, s->path->twcc_seq++);
		exts[n++] = (struct rtp_ext){s->ext_twcc, 2, twcc};
	}
	if (s->ext_mid && !s->mid_known && s->mid[0])
		exts[n++] = (struct rtp_ext){s->ext_mid, (uint8_t)strlen(s->mid),
					     (const uint8_t *)s->mid};
	header_len = rtp_header_write(header, pkt, exts, n);
	sent = link_send_rtp(s->path->link, header, header_len, payload, len);
	if (sent > 0)
		s->path->bytes += (uint64_t)sent;
}

static uint32_t rtp_ts(const struct send *s, int64_t us)
{
	return s->video ? net_video_ts(us) : net_audio_ts(us);
}

/* The header fields of packet `i` of a blob, but for its number. */
static struct rtp_packet header_of(const struct send *s, const struct blob *blob,
				   uint32_t i)
{
	return (struct rtp_packet){
		.marker = s->video ? i + 1 == blob->n : s->packets == 0,
		.pt = s->pt[blob->au->codec],
		.ts = rtp_ts(s, blob->au->pts_us),
		.ssrc = s->ssrc,
	};
}

static void remember(struct send *s, struct blob *blob, uint32_t i)
{
	if (!s->video || !s->nack || !s->rtx_pt[blob->au->codec] || !s->rtx_ssrc)
		return;
	if (!s->history)
		s->history = calloc(1, sizeof(*s->history));
	if (s->history) /* without memory there are no retransmissions */
		history_put(s->history, s->seq, blob, i);
}

static void first_report(struct send *s, int64_t now_us) RUNS_ON(on_net)
{
	uint8_t buf[256];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};

	send_report(s, &o, NULL, 0, now_us);
	link_send_rtcp(s->path->link, o.data, o.len);
}

void send_blob(struct send *s, struct blob *blob, int64_t now_us)
{
	bool first = s->packets == 0;

	for (uint32_t i = 0; i < blob->n; i++) {
		struct rtp_packet pkt = header_of(s, blob, i);
		const struct blob_packet *p = &blob->packets[i];

		pkt.seq = s->seq;
		put(s, &pkt, blob->data + p->offset, p->len);
		remember(s, blob, i);
		s->seq++;
		s->packets++;
		s->bytes += p->len;
		s->credit += p->len / AGAIN_SHARE;
	}
	if (s->credit > CREDIT_MAX)
		s->credit = CREDIT_MAX;
	s->last_pts_us = blob->au->pts_us;
	if (first)
		first_report(s, now_us);
}

/* ---- retransmissions -------------------------------------------------------- *
 * Only as RTX. The same number a second time, with another transport-wide number
 * in its header, would use an SRTP nonce twice, which gives the key away (RFC
 * 7714 8.4). Who knows no RTX asks for a key frame instead.
 */

static bool may_repeat(struct send *s, const struct history_entry *e, size_t len,
		       int64_t now_us)
{
	int64_t spacing_us = s->path->rtt_us;
	uint32_t now_ms = (uint32_t)(now_us / MS_US) | 1;

	if (spacing_us < AGAIN_SPACING_US)
		spacing_us = AGAIN_SPACING_US;
	if (e->resent_ms && now_ms - e->resent_ms < (uint32_t)(spacing_us / MS_US))
		return false;
	if (now_us - e->blob->au->pts_us > AGAIN_AGE_US)
		return false;
	if (now_us - s->again_since_us >= SEC_US) {
		s->again_since_us = now_us;
		s->again = 0;
	}
	return s->again < AGAIN_PER_SEC && s->credit >= len;
}

static void repeat(struct send *s, uint16_t seq, int64_t now_us) RUNS_ON(on_net)
{
	struct history_entry *e = s->history ? history_find(s->history, seq) : NULL;
	uint8_t payload[2 + SEND_PAYLOAD_MAX];
	const struct blob_packet *p;
	struct rtp_packet pkt;
	const uint8_t *data;
	uint8_t rtx_pt;

	if (!e)
		return;
	p = &e->blob->packets[e->index];
	if (!may_repeat(s, e, p->len, now_us))
		return;
	pkt = header_of(s, e->blob, e->index);
	data = e->blob->data + p->offset;
	rtx_pt = s->rtx_pt[e->blob->au->codec];
	if (!rtx_pt)
		return;
	assert(p->len <= SEND_PAYLOAD_MAX);
	wr16(payload, seq); /* RFC 4588 4 */
	memcpy(payload + 2, data, p->len);
	pkt.pt = rtx_pt;
	pkt.ssrc = s->rtx_ssrc;
	pkt.seq = s->rtx_seq++;
	put(s, &pkt, payload, (size_t)p->len + 2);
	e->resent_ms = (uint32_t)(now_us / MS_US) | 1;
	s->again++;
	s->credit -= p->len;
	count_add(COUNT_RTX_OUT, 1);
}

void send_again(struct send *s, uint16_t pid, uint16_t blp, int64_t now_us)
{
	repeat(s, pid, now_us);
	for (uint32_t bit = 0; bit < 16; bit++)
		if (blp >> bit & 1)
			repeat(s, (uint16_t)(pid + 1 + bit), now_us);
}

/* ---- reports ---------------------------------------------------------------- */

static uint64_t ntp_of(const struct send_path *path, int64_t now_us)
{
	uint64_t us = (uint64_t)(now_us + path->wall_us);

	return us / SEC_US << 32 | (us % SEC_US << 32) / SEC_US;
}

uint32_t send_ntp_middle(const struct send_path *path, int64_t now_us)
{
	return (uint32_t)(ntp_of(path, now_us) >> 16);
}

void send_report(const struct send *s, struct rtcp_out *o,
		 const struct rtcp_block *blocks, size_t n, int64_t now_us)
{
	struct rtcp_sr sr = {
		.ssrc = s->ssrc,
		.ntp = ntp_of(s->path, now_us),
		.rtp_ts = rtp_ts(s, now_us),
		.packets = s->packets,
		.bytes = s->bytes,
	};

	rtcp_put_sr(o, &sr, blocks, n);
	rtcp_put_cname(o, s->ssrc, s->path->cname);
}
