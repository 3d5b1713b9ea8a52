#include "transport/send.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/rand.h"
#include "transport/net.h"
#include "transport/outlet.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX       (RTP_HEADER_LEN + 4 + 17 * 2 + 3)
#define SILENT_US        SEC_US
#define SKIP_ASK_US      (3 * SEC_US) /* between two wishes of one pacer */
#define PADDING_BIT      0x20
#define PADDING_MAX      255   /* bytes */
#define PADDING_LEAST    100   /* missing, to be worth a packet */
#define PADDING_PACKETS  24    /* at once */
#define AGAIN_PER_SEC    200   /* packets */
#define AGAIN_SHARE      2     /* one byte again for so many sent: a third may be lost */
#define CREDIT_START     16384 /* bytes */
#define CREDIT_MAX       65536
#define AGAIN_SPACING_US (50 * MS_US) /* at least, for the same packet */
#define AGAIN_AGE_US     (3 * SEC_US) /* what is older helps nobody */
#define KEY_FAR          16384        /* packets; the history is far shorter */

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

/* All but the last `kept` units. */
static void forget_sound(struct send *s, unsigned kept)
{
	for (; kept < RED_OUT_COPIES; kept++) {
		blob_put(s->before[kept]);
		s->before[kept] = NULL;
	}
}

void send_fini(struct send *s)
{
	forget_sound(s, 0);
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
	s->pt_high = s->rtx_pt_high = 0;
	s->nack = false;
	s->red_pt = 0;
	if (!section || !(section->dir & SDP_RECV))
		return;
	for (uint32_t i = 0; i < section->n_codecs; i++) {
		const struct sdp_codec *c = &section->codecs[i];

		if (!s->pt_high && sdp_is_high(c)) {
			s->pt_high = c->pt;
			s->rtx_pt_high = c->rtx_pt;
		}
		if (!prefers(s, section, c))
			continue;
		s->pt[c->codec] = c->pt;
		s->rtx_pt[c->codec] = c->rtx_pt;
		s->nack |= c->nack;
	}
	s->red_pt = section->red_pt;
	s->ext_mid = section->ext[SDP_EXT_MID];
	s->ext_twcc = section->ext[SDP_EXT_TWCC];
	memcpy(s->mid, section->mid, sizeof(s->mid));
}

static uint8_t pt_of(const struct send *s, const struct au *au)
{
	return au->flags & AU_HIGH && s->pt_high ? s->pt_high : s->pt[au->codec];
}

/* 0: it cannot be sent again. */
static uint8_t rtx_pt_of(const struct send *s, const struct au *au)
{
	return au->flags & AU_HIGH && s->pt_high ? s->rtx_pt_high : s->rtx_pt[au->codec];
}

/* ---- packets ---------------------------------------------------------------- */

/* What went out, or should have: a packet that a full socket did not take is lost
 * on the way like any other. */
static void account(struct send *s, enum twcc_kind kind, uint32_t size, bool sent,
		    int64_t now_us) RUNS_ON(on_net)
{
	struct send_path *path = s->path;

	if (s->ext_twcc) {
		twcc_tx_sent(&path->tx, kind, size, now_us);
		if (path->feedback && !path->irregular &&
		    now_us - path->tx.waiting_us > SILENT_US && path->owner)
			path->owner->silent(path->owner_ctx, now_us);
	}
	if (path->paced && kind < TWCC_COPY)
		pacer_spend(&path->pacer, size);
	if (sent)
		path->wire += size;
}

/* Returns bytes on the wire, 0: not sent. */
static uint32_t put(struct send *s, const struct rtp_packet *pkt, const uint8_t *payload,
		    size_t len, enum twcc_kind kind, int64_t now_us) RUNS_ON(on_net)
{
	uint8_t header[HEADER_MAX], twcc[2];
	struct rtp_ext exts[2];
	size_t n = 0, header_len;
	int sent;

	if (s->ext_twcc) {
		wr16(twcc, twcc_tx_next(&s->path->tx));
		exts[n++] = (struct rtp_ext){s->ext_twcc, 2, twcc};
	}
	if (s->ext_mid && !s->mid_known && s->mid[0])
		exts[n++] = (struct rtp_ext){s->ext_mid, (uint8_t)strlen(s->mid),
					     (const uint8_t *)s->mid};
	header_len = rtp_header_write(header, pkt, exts, n);
	if (!pkt->payload_len && kind == TWCC_PROBE)
		header[0] |= PADDING_BIT;
	sent = link_send_rtp(s->path->link, header, header_len, payload, len);
	if (sent > 0)
		s->path->bytes += (uint64_t)sent;
	account(s, kind,
		s->path->overhead +
			(sent > 0 ? (uint32_t)sent : (uint32_t)(header_len + len)),
		sent > 0, now_us);
	return sent > 0 ? (uint32_t)sent + s->path->overhead : 0;
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
		.pt = pt_of(s, blob->au),
		.ts = rtp_ts(s, blob->au->pts_us),
		.ssrc = s->ssrc,
	};
}

static void remember(struct send *s, struct blob *blob, uint32_t i)
{
	if (!s->video || !s->nack || !rtx_pt_of(s, blob->au) || !s->rtx_ssrc)
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
	int sent;

	send_report(s, &o, NULL, 0, now_us);
	sent = link_send_rtcp(s->path->link, o.data, o.len);
	if (sent > 0)
		s->path->wire += (uint32_t)sent + s->path->overhead;
}

static uint32_t put_again(struct send *s, const struct history_entry *e,
			  enum twcc_kind kind, int64_t now_us) RUNS_ON(on_net);

/* Sends again what went out as this number, before anybody asks for it. */
static void copy(struct send *s, uint16_t seq, unsigned times, int64_t now_us)
	RUNS_ON(on_net)
{
	struct history_entry *e = history_find(s->history, seq);

	for (unsigned i = 0; e && i < times; i++) {
		if (!put_again(s, e, TWCC_COPY, now_us))
			return;
		e->resent_ms = (uint32_t)(now_us / MS_US) | 1;
	}
}

static void put_packet(struct send *s, struct blob *blob, uint32_t i, int64_t now_us)
	RUNS_ON(on_net)
{
	struct rtp_packet pkt = header_of(s, blob, i);
	const struct blob_packet *p = &blob->packets[i];

	pkt.seq = s->seq;
	if (i == 0 && (blob->au->flags & AU_KEY || !s->packets))
		s->key_seq = s->seq;
	remember(s, blob, i);
	s->seq++;
	if ((uint16_t)(s->seq - s->key_seq) > KEY_FAR) /* or it would seem to lie ahead */
		s->key_seq = (uint16_t)(s->seq - KEY_FAR);
	s->packets++;
	s->bytes += p->len;
	s->credit += p->len / AGAIN_SHARE;
	if (s->credit > CREDIT_MAX)
		s->credit = CREDIT_MAX;
	put(s, &pkt, blob->data + p->offset, p->len, TWCC_VIDEO, now_us);
	if (s->path->copies && s->history) /* before anybody can miss it */
		copy(s, pkt.seq, s->path->copies, now_us);
}

/* The queue is full or stands too long: on from the next key frame. */
static void skip(struct send *s, int64_t now_us) RUNS_ON(on_net)
{
	struct outlet *shown = s->w[s->cur].outlet;

	count_add(COUNT_PACER_DROPS, 1);
	if (pacer_skip(&s->path->pacer, now_us))
		return;
	s->flowing = false;
	/* a link that cannot carry this at all must not cost all others a key frame
	 * each second */
	if (shown && now_us >= s->ask_after_us) {
		outlet_want_key(shown, now_us);
		s->ask_after_us = now_us + SKIP_ASK_US;
	}
}

void send_paced(struct send *s, int64_t now_us)
{
	struct pacer *pacer = &s->path->pacer;
	bool first = s->packets == 0;
	struct blob *blob;
	uint32_t i;

	pacer_fill(pacer, s->path->pace_bps, now_us);
	if (pacer_is_late(pacer, now_us))
		skip(s, now_us);
	while (pacer_may(pacer) && !s->path->held && pacer_take(pacer, &blob, &i)) {
		if (send_ready(s, blob->au->codec))
			put_packet(s, blob, i, now_us);
		blob_put(blob);
	}
	if (first && s->packets)
		first_report(s, now_us);
}

void send_drop(struct send *s)
{
	pacer_clear(&s->path->pacer);
}

/* What a full queue does not take is gone; if a key frame waits in it, or is on its
 * way, all that follows would lean on what is gone. */
static void queue(struct send *s, struct blob *blob, int64_t now_us) RUNS_ON(on_net)
{
	struct pacer *pacer = &s->path->pacer;
	int err = pacer_push(pacer, blob, now_us);

	if (err == -ENOBUFS && blob->au->flags & AU_KEY) {
		pacer_clear(pacer);
		err = pacer_push(pacer, blob, now_us);
	} else if (err == -ENOBUFS && pacer_skip(pacer, now_us)) {
		err = pacer_push(pacer, blob, now_us);
	}
	if (err) {
		skip(s, now_us);
		s->flowing = false;
		return;
	}
	s->last_pts_us = blob->au->pts_us;
	send_paced(s, now_us);
	if (!pacer_is_empty(pacer) && s->path->owner)
		s->path->owner->queued(s->path->owner_ctx);
}

void send_blob(struct send *s, struct blob *blob, int64_t now_us)
{
	bool first = s->packets == 0;

	assert(s->video);
	if (s->path->paced) {
		queue(s, blob, now_us);
		return;
	}
	for (uint32_t i = 0; i < blob->n; i++)
		put_packet(s, blob, i, now_us);
	s->last_pts_us = blob->au->pts_us;
	if (first)
		first_report(s, now_us);
}

/* ---- sound ------------------------------------------------------------------ */

/* Of the last `n` units; a viewer whose way got better keeps fewer. */
static void keep(struct send *s, struct blob *blob, unsigned n)
{
	if (!n)
		return;
	blob_put(s->before[RED_OUT_COPIES - 1]);
	memmove(s->before + 1, s->before, sizeof(s->before) - sizeof(s->before[0]));
	s->before[0] = blob_get(blob);
}

void send_sound(struct send *s, struct blob *blob, struct red_out *red, int64_t now_us)
{
	struct rtp_packet pkt = header_of(s, blob, 0);
	const uint8_t *payload = blob->data + blob->packets[0].offset, *copies;
	unsigned n = s->red_pt ? s->path->red : 0;
	size_t len = blob->packets[0].len;
	bool first = s->packets == 0;

	if (n && s->before[0]) {
		copies = red_out_write(red, s->before, n, blob, pkt.pt, &len);
		payload = copies ? copies : payload;
		pkt.pt = copies ? s->red_pt : pkt.pt;
	}
	pkt.seq = s->seq++;
	s->packets++;
	s->bytes += (uint32_t)len;
	s->last_pts_us = blob->au->pts_us;
	put(s, &pkt, payload, len, TWCC_SOUND, now_us);
	if (s->before[0])
		forget_sound(s, n);
	keep(s, blob, n);
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

/* Sends what went out as this number once more, as RTX. */
static uint32_t put_again(struct send *s, const struct history_entry *e,
			  enum twcc_kind kind, int64_t now_us) RUNS_ON(on_net)
{
	const struct blob_packet *p = &e->blob->packets[e->index];
	uint8_t payload[2 + SEND_PAYLOAD_MAX], rtx_pt = rtx_pt_of(s, e->blob->au);
	struct rtp_packet pkt = header_of(s, e->blob, e->index);

	if (!rtx_pt)
		return 0;
	assert(p->len <= SEND_PAYLOAD_MAX);
	wr16(payload, e->seq); /* RFC 4588 4 */
	memcpy(payload + 2, e->blob->data + p->offset, p->len);
	pkt.pt = rtx_pt;
	pkt.ssrc = s->rtx_ssrc;
	pkt.seq = s->rtx_seq++;
	pkt.payload_len = (size_t)p->len + 2;
	return put(s, &pkt, payload, pkt.payload_len, kind, now_us);
}

static void repeat(struct send *s, uint16_t seq, int64_t now_us) RUNS_ON(on_net)
{
	struct history_entry *e = s->history ? history_find(s->history, seq) : NULL;
	bool lost_twice = e && e->resent_ms;
	size_t len;

	/* what lies before the last key frame would only delay that one */
	if (!e || (int16_t)(uint16_t)(seq - s->key_seq) < 0)
		return;
	len = e->blob->packets[e->index].len;
	if (!rtx_pt_of(s, e->blob->au) || !may_repeat(s, e, len, now_us))
		return;
	put_again(s, e, TWCC_RTX, now_us);
	e->resent_ms = (uint32_t)(now_us / MS_US) | 1;
	s->again++;
	s->credit -= (uint32_t)len;
	count_add(COUNT_RTX_OUT, 1);
	if (!lost_twice && !s->path->copies)
		return;
	s->again++;
	copy(s, seq, 1, now_us); /* or it would be lost as easily as the first one */
	s->credit -= (uint32_t)(len < s->credit ? len : s->credit);
}

void send_again(struct send *s, uint16_t pid, uint16_t blp, int64_t now_us)
{
	repeat(s, pid, now_us);
	for (uint32_t bit = 0; bit < 16; bit++)
		if (blp >> bit & 1)
			repeat(s, (uint16_t)(pid + 1 + bit), now_us);
}

/* ---- padding ---------------------------------------------------------------- */

/* One packet of nothing but padding, on the RTX stream: no receiver takes it for a
 * picture (RFC 3550 5.1). */
static uint32_t put_nothing(struct send *s, uint8_t rtx_pt, uint32_t bytes,
			    int64_t now_us) RUNS_ON(on_net)
{
	uint8_t padding[PADDING_MAX] = {0};
	struct rtp_packet pkt = {
		.pt = rtx_pt,
		.seq = s->rtx_seq++,
		.ts = rtp_ts(s, now_us),
		.ssrc = s->rtx_ssrc,
	};
	uint8_t len = (uint8_t)(bytes < PADDING_MAX ? bytes : PADDING_MAX);

	padding[len - 1] = len;
	return put(s, &pkt, padding, len, TWCC_PROBE, now_us);
}

/* Of the codec that is shown; else of any that has one. */
static uint8_t padding_pt(const struct send *s)
{
	const struct outlet *shown = s->w[s->cur].outlet;
	uint8_t pt = shown ? s->rtx_pt[shown->codec] : 0;

	for (size_t i = 0; i < sizeof(s->rtx_pt) && !pt; i++)
		pt = s->rtx_pt[i];
	return s->rtx_ssrc ? pt : 0;
}

bool send_padding(struct send *s, uint32_t bytes, int64_t now_us)
{
	uint8_t pt = padding_pt(s);
	uint32_t left = bytes;

	if (!pt || !s->path->up)
		return false;
	for (uint32_t k = 1; k <= PADDING_PACKETS && left >= PADDING_LEAST; k++) {
		struct history_entry *e =
			s->history && s->packets >= k && left > PADDING_MAX
				? history_find(s->history, (uint16_t)(s->seq - k))
				: NULL;
		uint32_t sent = e ? put_again(s, e, TWCC_PROBE, now_us) : 0;

		if (!sent)
			sent = put_nothing(s, pt, left, now_us);
		if (!sent)
			break; /* a full socket: the probe will see what became of it */
		s->path->probed += sent;
		count_add(COUNT_PROBE_BYTES, sent);
		left -= sent < left ? sent : left;
	}
	return true;
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
