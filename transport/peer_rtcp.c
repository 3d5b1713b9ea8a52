#include "transport/peer.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "transport/outlet.h"
#include "transport/rtcp_types.h"

#define REPORT_MAX   1200 /* bytes of one compound */
#define NACK_BATCH   64   /* packets asked for again at once */
#define TWCC_US      (100 * MS_US)
#define TWCC_BUSY_US (50 * MS_US)
#define TWCC_BUSY    40 /* packets since the last feedback */
#define TWCC_FULL    (TWCC_WINDOW / 2)
#define SILENT_US    (5 * SEC_US) /* then a stream is not reported on */
#define REMB_BPS     1500000
#define FIR_LEN      20 /* bytes */
#define ALLOW_AGAIN  5
#define PLI_FIRST_US SEC_US
#define PLI_US       (2 * SEC_US)
#define LOOK_REPORTS 16 /* between two looks at the way's headers */
#define SPARE_AFTER  8  /* reports; then each one of so many: */
#define SPARE_EACH   4

/* ---- what comes ------------------------------------------------------------- */

struct incoming {
	struct peer *peer;
	int64_t now_us;
};

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	struct incoming *in = ctx;

	for (uint32_t i = 0; i < in->peer->n_recv; i++)
		if (in->peer->recv[i]->ssrc == sr->ssrc)
			rxstat_sr(&in->peer->recv[i]->stat, sr, in->now_us);
}

/* RFC 3550 6.4.1: now - dlsr - lsr, in 1/65536 s. Returns it in µs, 0: unknown. */
static int64_t note_rtt(struct peer *peer, const struct rtcp_block *block, int64_t now_us)
{
	uint32_t rtt, now = send_ntp_middle(&peer->path, now_us);

	if (!block->lsr)
		return 0;
	rtt = now - block->lsr - block->dlsr;
	if (rtt >= 10 * 65536) /* a clock that lies */
		return 0;
	peer->path.rtt_us = (int64_t)rtt * SEC_US / 65536;
	if (!peer->path.rtt_us)
		peer->path.rtt_us = 1;
	return peer->path.rtt_us;
}

static void on_block(void *ctx, uint32_t from, const struct rtcp_block *block)
{
	struct incoming *in = ctx;
	struct peer *peer = in->peer;

	(void)from;
	thread_claim(&on_net);
	if (block->ssrc == peer->video.ssrc) {
		peer->video.mid_known = true;
		peer->fraction_lost = block->fraction_lost;
		peer->jitter_ms = block->jitter / 90;
	} else if (block->ssrc == peer->audio.ssrc) {
		peer->audio.mid_known = true;
		if (!peer->video.packets) {
			peer->fraction_lost = block->fraction_lost;
			peer->jitter_ms = block->jitter / 48;
		}
	} else {
		return;
	}
	peer_way_block(peer, block, note_rtt(peer, block, in->now_us), in->now_us);
}

static void on_bye(void *ctx, uint32_t ssrc)
{
	struct incoming *in = ctx;

	thread_claim(&on_net);
	for (uint32_t i = 0; i < in->peer->n_recv; i++)
		if (in->peer->recv[i]->ssrc == ssrc) {
			peer_forget(in->peer, in->peer->recv[i]);
			return;
		}
}

static void on_nack(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp)
{
	struct incoming *in = ctx;

	thread_claim(&on_net);
	count_add(COUNT_NACK_IN, 1 + __builtin_popcount(blp));
	if (ssrc == in->peer->video.ssrc && in->peer->path.up)
		send_again(&in->peer->video, pid, blp, in->now_us);
}

static void on_pli(void *ctx, uint32_t ssrc)
{
	struct incoming *in = ctx;
	struct send *video = &in->peer->video;
	struct outlet *shown = video->w[video->cur].outlet;

	thread_claim(&on_net);
	count_add(COUNT_PLI_IN, 1);
	if (ssrc == video->ssrc && shown && in->peer->path.up && !in->peer->path.silent &&
	    peer_may_want_key(in->peer, in->now_us))
		outlet_want_key(shown, in->now_us);
}

/* RFC 5104 4.3.1: repeated ones have the same number; all are paced anyway. */
static void on_fir(void *ctx, uint32_t ssrc, uint8_t seq)
{
	(void)seq;
	on_pli(ctx, ssrc);
}

static void on_remb(void *ctx, uint64_t bps)
{
	struct incoming *in = ctx;

	thread_claim(&on_net);
	peer_way_cap(in->peer, bps, in->now_us);
}

static void on_twcc(void *ctx, uint16_t seq, int64_t recv_us)
{
	struct incoming *in = ctx;

	thread_claim(&on_net);
	peer_way_status(in->peer, seq, recv_us, in->now_us);
}

static void on_twcc_end(void *ctx, uint8_t fb_count)
{
	struct incoming *in = ctx;

	(void)fb_count;
	thread_claim(&on_net);
	peer_way_feedback(in->peer, in->now_us);
}

void peer_rtcp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
{
	struct incoming in = {peer, now_us};
	const struct rtcp_sink sink = {
		.ctx = &in,
		.sr = on_sr,
		.block = on_block,
		.bye = on_bye,
		.nack = on_nack,
		.pli = on_pli,
		.fir = on_fir,
		.remb = on_remb,
		.twcc = on_twcc,
		.twcc_end = on_twcc_end,
	};
	uint64_t before = peer->path.bytes;

	if (peer->gone)
		return;
	if (rtcp_parse(data, len, &sink))
		count_add(COUNT_REJECT_RTCP, 1);
	if (peer->path.bytes != before) /* what was asked for again goes at once */
		links_flush(peer->hub->links);
}

/* ---- what goes -------------------------------------------------------------- */

static void send_out(struct peer *peer, const struct rtcp_out *o) RUNS_ON(on_net)
{
	int sent = o->len ? link_send_rtcp(peer->path.link, o->data, o->len) : 0;

	if (sent > 0)
		peer->path.wire += (uint32_t)sent + peer->path.overhead;
}

static void put_nack(struct peer *peer, struct recv *recv, struct rtcp_out *o,
		     int64_t now_us)
{
	uint16_t seqs[NACK_BATCH];
	size_t n = nack_due(&recv->nack, recv->seq.high, now_us, peer->path.rtt_us, seqs,
			    NACK_BATCH);

	if (!n)
		return;
	rtcp_put_nack(o, peer->audio.ssrc, recv->ssrc, seqs, n);
	count_add(COUNT_NACK_OUT, (int64_t)n);
}

/* RFC 5104 4.3.1, for those who did not agree to PLI. */
static void put_fir(struct rtcp_out *o, uint32_t from, uint32_t ssrc, uint8_t seq)
{
	uint8_t *p = o->data + o->len;

	if (o->size - o->len < FIR_LEN) {
		o->full = 1;
		return;
	}
	p[0] = 0x80 | RTCP_FMT_FIR;
	p[1] = RTCP_PSFB;
	wr16(p + 2, FIR_LEN / 4 - 1);
	wr32(p + 4, from);
	wr32(p + 8, 0);
	wr32(p + 12, ssrc);
	wr32(p + 16, (uint32_t)seq << 24);
	o->len += FIR_LEN;
}

static void put_key_request(struct peer *peer, struct recv *recv, struct rtcp_out *o,
			    int64_t now_us)
{
	if (!recv_key_due(recv, now_us))
		return;
	if (recv->can_pli)
		rtcp_put_pli(o, peer->audio.ssrc, recv->ssrc);
	else
		put_fir(o, peer->audio.ssrc, recv->ssrc, recv->fir_seq++);
	count_add(COUNT_PLI_OUT, 1);
}

static void put_twcc(struct peer *peer, struct rtcp_out *o, int64_t now_us)
{
	int64_t since_us = now_us - peer->twcc_sent_us;

	if (!peer->twcc_n)
		return;
	if (since_us < TWCC_US && peer->twcc_n < TWCC_FULL &&
	    !(since_us >= TWCC_BUSY_US && peer->twcc_n >= TWCC_BUSY))
		return;
	twcc_rx_put(peer->twcc, o, peer->audio.ssrc, peer->recv[0]->ssrc);
	peer->twcc_n = 0;
	peer->twcc_sent_us = now_us;
}

void peer_tick(struct peer *peer, int64_t now_us)
{
	uint8_t buf[REPORT_MAX];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};

	for (uint32_t i = 0; i < peer->n_recv; i++) {
		struct recv *recv = peer->recv[i];
		const struct section *section = peer_section(peer, recv->in);

		if (!section || recv->rtx || !recv_is_video(recv))
			continue;
		if (peer->active[recv->in] == recv) {
			recv_tick(recv, section, now_us);
			put_nack(peer, recv, &o, now_us);
		}
		put_key_request(peer, recv, &o, now_us);
	}
	if (peer->n_recv)
		put_twcc(peer, &o, now_us);
	send_out(peer, &o);
}

static size_t blocks_of(struct peer *peer, struct rtcp_block blocks[LIMIT_SSRCS],
			int64_t now_us)
{
	size_t n = 0;

	for (uint32_t i = 0; i < peer->n_recv; i++) {
		struct recv *recv = peer->recv[i];
		uint32_t lost;

		if (recv->rtx || !recv->stat.started ||
		    now_us - recv->last_us > SILENT_US)
			continue;
		blocks[n].ssrc = recv->ssrc;
		lost = rxstat_report(&recv->stat, &blocks[n++], now_us);
		if (!recv_is_video(recv)) /* of video only what stayed away counts */
			count_add(COUNT_RTP_LOST, lost);
	}
	return n;
}

/* Whether what it sends here can be told a rate, and must be. Who knows no transport-
 * wide feedback is given a fixed one, without which it stays at its first, low rate. */
static bool needs_remb(const struct peer *peer, const struct section *s)
{
	if (!s || !s->n_codecs || !s->codecs[0].remb)
		return false;
	return peer->allow_bps || peer->allow_again ||
	       !(s->codecs[0].twcc && s->ext[SDP_EXT_TWCC]);
}

static void put_remb(struct peer *peer, struct rtcp_out *o)
{
	uint32_t ssrcs[LIMIT_SSRCS], bps = REMB_BPS;
	size_t n = 0;

	for (uint32_t i = 0; i < peer->n_recv; i++) {
		const struct recv *recv = peer->recv[i];

		if (!recv->rtx && recv_is_video(recv) &&
		    needs_remb(peer, peer_section(peer, recv->in)))
			ssrcs[n++] = recv->ssrc;
	}
	if (peer->allow_bps) {
		bps = peer->allow_bps;
	} else if (peer->allow_again) { /* else the last one would hold for ever */
		bps = LIMIT_BITS_SEC;
		peer->allow_again--;
	}
	if (n)
		rtcp_put_remb(o, peer->audio.ssrc, bps, ssrcs, n);
}

void peer_allow(struct peer *peer, uint32_t bps)
{
	uint8_t buf[REPORT_MAX];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};

	if (peer->allow_bps == bps)
		return;
	peer->allow_bps = bps;
	peer->allow_again = bps ? 0 : ALLOW_AGAIN;
	if (!peer->path.up || peer->gone)
		return;
	/* a compound begins with a report (RFC 3550 6.1) */
	rtcp_put_rr(&o, peer->audio.ssrc, NULL, 0);
	rtcp_put_cname(&o, peer->audio.ssrc, peer->path.cname);
	put_remb(peer, &o);
	send_out(peer, &o);
}

bool peer_may_want_key(struct peer *peer, int64_t now_us)
{
	if (peer->n_plis &&
	    now_us - peer->pli_us < (peer->n_plis > 1 ? PLI_US : PLI_FIRST_US))
		return false;
	peer->pli_us = now_us;
	peer->n_plis++;
	return true;
}

/* Who only receives, and whose feedback says how it fares, has the clocks of picture
 * and sound after the first reports, and gets them seldom then. */
static bool is_spared(const struct peer *peer)
{
	return !peer->n_recv && peer->path.feedback && !peer->path.silent &&
	       peer->n_reports > SPARE_AFTER && peer->n_reports % SPARE_EACH;
}

void peer_report(struct peer *peer, int64_t now_us)
{
	struct rtcp_block blocks[LIMIT_SSRCS];
	uint8_t buf[REPORT_MAX];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};
	size_t n;

	if (!peer->path.up)
		return;
	n = blocks_of(peer, blocks, now_us);
	if (peer->audio.packets && !is_spared(peer)) {
		send_report(&peer->audio, &o, blocks, n, now_us);
		n = 0;
	}
	if (peer->video.packets && !is_spared(peer)) {
		send_report(&peer->video, &o, blocks, n, now_us);
		n = 0;
	}
	if (n) {
		rtcp_put_rr(&o, peer->audio.ssrc, blocks, n);
		rtcp_put_cname(&o, peer->audio.ssrc, peer->path.cname);
	}
	put_remb(peer, &o);
	send_out(peer, &o);
	peer_way_second(peer, now_us);
	if (peer->n_reports++ % LOOK_REPORTS == 0)
		peer_way_look(peer);
}

void peer_goodbye(struct peer *peer)
{
	uint8_t buf[256];
	struct rtcp_out o = {buf, sizeof(buf), 0, 0};

	if (!peer->path.up || peer->gone)
		return;
	rtcp_put_rr(&o, peer->audio.ssrc, NULL, 0);
	rtcp_put_cname(&o, peer->audio.ssrc, peer->path.cname);
	rtcp_put_bye(&o, peer->audio.ssrc);
	rtcp_put_bye(&o, peer->video.ssrc);
	send_out(peer, &o);
	links_flush(peer->hub->links);
}
