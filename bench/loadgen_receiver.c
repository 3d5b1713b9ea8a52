#include "bench/loadgen_receiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "bench/loadgen_look.h"
#include "transport/red.h"

#define TRAILER  64
#define LOOK_US  SEC_US /* all is decrypted so long, from the first packet on */
#define NACK_MAX 32
/* longer than a packet lasts: then it is a pause */
#define SOUND_GAP_US (40 * MS_US)
#define VIDEO_GAP_US (450 * MS_US)
#define LIE_STEP_US  (20 * MS_US)

enum kind { KIND_NONE, KIND_AUDIO, KIND_RED, KIND_VIDEO, KIND_RTX };

/* ---- feedback ---------------------------------------------------------------------- */

static void send_rtcp(struct lg_receiver *r, struct rtcp_out *o)
{
	if (o->len && !o->full)
		lg_peer_send_rtcp(r->peer, o->data, o->len);
}

static void send_nacks(struct lg_receiver *r, int64_t now_us)
{
	_Alignas(16) uint8_t buf[512 + TRAILER];
	struct rtcp_out o = {.data = buf, .size = 512};
	uint16_t seqs[NACK_MAX];
	uint32_t n;

	if (!r->video.n_missing || !r->peer)
		return;
	n = lg_track_wanted(&r->video, now_us, seqs, NACK_MAX, &r->stats->given_up);
	if (!n || r->options->no_nack)
		return;
	rtcp_put_rr(&o, r->ssrc, NULL, 0);
	rtcp_put_nack(&o, r->ssrc, r->video.ssrc, seqs, n);
	send_rtcp(r, &o);
	r->stats->nacks += n;
}

static void send_pli(struct lg_receiver *r)
{
	_Alignas(16) uint8_t buf[128 + TRAILER];
	struct rtcp_out o = {.data = buf, .size = 128};

	rtcp_put_rr(&o, r->ssrc, NULL, 0);
	rtcp_put_pli(&o, r->ssrc, r->video.ssrc);
	send_rtcp(r, &o);
	r->stats->plis++;
}

static void send_report(struct lg_receiver *r, int64_t now_us)
{
	_Alignas(16) uint8_t buf[256 + TRAILER];
	struct rtcp_out o = {.data = buf, .size = 256};
	struct rtcp_block blocks[2];
	size_t n = 0;

	if (r->audio.started)
		lg_track_block(&r->audio, &blocks[n++], now_us);
	if (r->video.started)
		lg_track_block(&r->video, &blocks[n++], now_us);
	rtcp_put_rr(&o, r->ssrc, blocks, n);
	rtcp_put_cname(&o, r->ssrc, "loadgen");
	send_rtcp(r, &o);
	r->stats->reports++;
	if (r->sender)
		lg_sender_report(r->sender, r->peer, now_us);
}

static void send_twcc(struct lg_receiver *r)
{
	_Alignas(16) uint8_t buf[1200 + TRAILER];
	struct rtcp_out o = {.data = buf, .size = 1200};

	rtcp_put_rr(&o, r->ssrc, NULL, 0);
	twcc_rx_put(&r->twcc, &o, r->ssrc, r->video.ssrc);
	if (o.len <= 8)
		return; /* nothing came */
	send_rtcp(r, &o);
	r->stats->feedbacks++;
}

/* The last viewer may lie: all came, evenly and at once; or all slower and slower. */
static void note_twcc(struct lg_receiver *r, uint16_t number, int64_t at_us)
{
	if (!r->liar) {
		twcc_rx_add(&r->twcc, number, at_us);
		return;
	}
	if (!r->lie_us) {
		r->lie_us = at_us;
		r->twcc_last = (uint16_t)(number - 1);
	}
	while ((int16_t)(uint16_t)(number - r->twcc_last) > 0) {
		r->twcc_last++;
		r->lie_us = r->options->lie == LG_LIE_BAD ? r->lie_us + LIE_STEP_US
							  : at_us;
		twcc_rx_add(&r->twcc, r->twcc_last, r->lie_us);
	}
}

/* ---- media in ------------------------------------------------------------------------
 */

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	struct lg_receiver *r = ctx;
	struct lg_track *t = sr->ssrc == r->audio.ssrc ? &r->audio : &r->video;

	if (sr->ssrc != t->ssrc)
		return;
	t->sr_mid = (uint32_t)(sr->ntp >> 16);
	t->sr_us = clock_us();
	if (r->sync)
		lg_sync_report(r->sync, t == &r->video, sr);
}

static void on_nack(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp)
{
	struct lg_receiver *r = ctx;

	if (!r->sender)
		return;
	lg_sender_again(r->sender, r->peer, ssrc, pid);
	for (int i = 0; i < 16; i++)
		if (blp >> i & 1)
			lg_sender_again(r->sender, r->peer, ssrc,
					(uint16_t)(pid + i + 1));
}

static void on_pli(void *ctx, uint32_t ssrc)
{
	struct lg_receiver *r = ctx;

	(void)ssrc;
	if (r->sender)
		lg_sender_key(r->sender);
}

static void on_fir(void *ctx, uint32_t ssrc, uint8_t seq)
{
	(void)seq;
	on_pli(ctx, ssrc);
}

static void take_rtcp(struct lg_receiver *r, uint8_t *data, size_t len)
{
	const struct rtcp_sink sink = {
		.ctx = r, .sr = on_sr, .nack = on_nack, .pli = on_pli, .fir = on_fir};

	r->stats->other_bytes += len + LG_HEADERS;
	if (lg_peer_open_rtcp(r->peer, data, &len)) {
		r->stats->forged++;
		return;
	}
	r->stats->opened++;
	if (rtcp_parse(data, len, &sink))
		r->stats->strange++;
}

/* The transport-wide number, which is not encrypted; the padding is, so rtp_parse()
 * would misread it. */
static bool find_twcc(const struct lg_receiver *r, const uint8_t *data, size_t len,
		      uint16_t *number)
{
	size_t at = 12 + 4 * (size_t)(data[0] & 15), end;

	if (!r->ext_twcc || !(data[0] & 0x10) || len < at + 4 ||
	    rd16(data + at) != 0xbede)
		return false;
	end = at + 4 + 4 * (size_t)rd16(data + at + 2);
	at += 4;
	if (end > len)
		return false;
	while (at < end) {
		unsigned id = data[at] >> 4, n = (data[at] & 15u) + 1;

		at++;
		if (!id)
			continue;
		if (id == r->ext_twcc && n == 2 && at + 2 <= end) {
			*number = rd16(data + at);
			return true;
		}
		at += n;
	}
	return false;
}

static bool looks(const struct lg_receiver *r, enum kind kind, int64_t at_us)
{
	if (kind == KIND_RTX || kind == KIND_RED || r->full || r->trace ||
	    r->n_media % r->options->decrypt == 0)
		return true;
	return at_us - r->stats->packet_us < LOOK_US ||
	       (kind == KIND_VIDEO && !r->stats->key_us);
}

/* True when a key frame begins in it. */
static bool look_video(struct lg_receiver *r, const struct rtp_packet *p,
		       enum codec codec, int64_t at_us)
{
	uint16_t w_px = r->stats->w_px, h_px = r->stats->h_px;

	if (!lg_look(codec, p->payload, p->payload_len, &w_px, &h_px))
		return false;
	if (!r->stats->keys || r->key_ts != p->ts)
		r->stats->keys++;
	r->key_ts = p->ts;
	if (!r->stats->key_us)
		r->stats->key_us = at_us;
	if (r->stats->w_px && (w_px != r->stats->w_px || h_px != r->stats->h_px))
		r->stats->sizes++;
	r->stats->w_px = w_px;
	r->stats->h_px = h_px;
	return true;
}

static void take_picture(struct lg_receiver *r, const struct rtp_packet *p,
			 enum codec codec, int64_t at_us)
{
	bool key = look_video(r, p, codec, at_us);

	if (key) /* what is missing before it is not needed any more */
		lg_track_key(&r->video, p->seq);
	if (r->trace)
		lg_trace_video(r->trace, p->seq, p->ts, p->marker, key, at_us);
	if (r->sync)
		lg_sync_video(r->sync, p, codec);
}

static void take_opus(struct lg_receiver *r, const struct rtp_packet *p, int64_t at_us)
{
	if (r->trace)
		lg_trace_sound(r->trace, p->seq, false, p->payload,
			       (uint32_t)p->payload_len, at_us);
	if (r->sync)
		lg_sync_sound(r->sync, p->ts, p->payload, p->payload_len);
}

/* A repair: what it repairs is named by its first two bytes (RFC 4588). */
static void take_rtx(struct lg_receiver *r, enum codec codec, uint8_t *data, size_t len,
		     int64_t at_us)
{
	struct rtp_packet p;

	r->stats->rtx_bytes += len + LG_HEADERS;
	if (rtp_parse(&p, data, len)) {
		r->stats->strange++;
		return;
	}
	if (p.payload_len < 2)
		return; /* a probe */
	if (!lg_track_take(&r->video, rd16(p.payload), true, at_us))
		return;
	r->stats->recovered++;
	if (r->trace) {
		p.seq = rd16(p.payload);
		p.payload += 2;
		p.payload_len -= 2;
		take_picture(r, &p, codec, at_us);
	}
}

/* Copies of what went before (RFC 2198): of the packets just before this one, in
 * their order, whatever each of them lasts. */
static void take_red(struct lg_receiver *r, const struct rtp_packet *p, int64_t at_us)
{
	struct red_block blocks[RED_BLOCKS_MAX];
	int n = red_parse(blocks, p->payload, p->payload_len);
	uint32_t twice = r->audio.twice;

	if (n < 0) {
		r->stats->strange++;
		return;
	}
	r->stats->red += n > 1;
	if (r->trace && n > 0)
		lg_trace_sound(r->trace, p->seq, false, blocks[n - 1].data,
			       (uint32_t)blocks[n - 1].len, at_us);
	if (r->sync && n > 0)
		lg_sync_sound(r->sync, p->ts, blocks[n - 1].data, blocks[n - 1].len);
	for (int i = 0; i + 1 < n; i++)
		if (blocks[i].len) {
			uint16_t seq = (uint16_t)(p->seq - (n - 1 - i));

			r->stats->red_used += lg_track_take(&r->audio, seq, true, at_us);
			if (r->trace)
				lg_trace_sound(r->trace, seq, true, NULL, 0, at_us);
		}
	r->audio.twice = twice; /* a copy that is not needed is no duplicate */
}

static void take_original(struct lg_receiver *r, enum kind kind, const uint8_t *data,
			  size_t len, int64_t at_us)
{
	struct lg_track *t = kind == KIND_VIDEO ? &r->video : &r->audio;
	int64_t late_us;

	if (!t->started)
		t->ssrc = rd32(data + 8);
	t->wire_bytes += len + LG_HEADERS;
	t->second_bytes += len + LG_HEADERS;
	if (!lg_track_take(t, rd16(data + 2), false, at_us))
		return;
	late_us = at_us - lg_track_time(t, rd32(data + 4), at_us);
	if (kind != KIND_VIDEO) {
		lg_late_add(&r->stats->late_audio, late_us);
	} else if (data[1] & 0x80) { /* the frame is whole */
		r->stats->frames++;
		lg_late_add(&r->stats->late_video, late_us);
	}
}

static void take_rtp(struct lg_receiver *r, uint8_t *data, size_t len, int64_t at_us)
{
	unsigned pt = data[1] & 127;
	enum kind kind = (enum kind)r->kinds[pt];
	struct rtp_packet p;
	size_t plain = len;
	uint16_t number;
	int err;

	if (find_twcc(r, data, len, &number))
		note_twcc(r, number, at_us);
	if (!r->stats->packet_us)
		r->stats->packet_us = at_us;
	if (r->trace)
		lg_trace_bytes(r->trace, (uint32_t)len + LG_HEADERS, at_us);
	r->n_media++;
	if (kind == KIND_NONE) {
		r->stats->strange++;
		return;
	}
	if (looks(r, kind, at_us)) {
		err = lg_peer_open_rtp(r->peer, data, &plain);
		r->stats->forged += err != 0;
		r->stats->opened += !err;
		if (err)
			return;
	}
	if (kind == KIND_RTX) {
		take_rtx(r, (enum codec)r->codecs[pt], data, plain, at_us);
		return;
	}
	take_original(r, kind, data, len, at_us);
	if (plain == len || rtp_parse(&p, data, plain))
		return;
	if (kind == KIND_VIDEO)
		take_picture(r, &p, (enum codec)r->codecs[pt], at_us);
	else if (kind == KIND_RED)
		take_red(r, &p, at_us);
	else
		take_opus(r, &p, at_us);
}

void lg_receiver_take(struct lg_receiver *r, uint8_t *data, size_t len, int64_t at_us)
{
	if (dice_chance(&r->dice, r->options->drop)) {
		r->stats->dropped++;
		return;
	}
	if (data[1] >= 192 && data[1] <= 223)
		take_rtcp(r, data, len);
	else
		take_rtp(r, data, len, at_us);
}

/* ---- time ------------------------------------------------------------------------- */

void lg_receiver_read(struct lg_receiver *r, int64_t now_us)
{
	send_nacks(r, now_us);
}

void lg_receiver_learn(struct lg_receiver *r, const struct sdp *offer)
{
	for (uint32_t i = 0; i < offer->n_media; i++) {
		const struct sdp_media *s = &offer->media[i];

		if (!(s->dir & SDP_SEND))
			continue;
		r->ext_twcc = r->options->no_twcc ? 0 : s->ext[SDP_EXT_TWCC];
		if (s->kind == SDP_AUDIO && s->red_pt)
			r->kinds[s->red_pt & 127] = KIND_RED;
		for (uint32_t k = 0; k < s->n_codecs; k++) {
			const struct sdp_codec *c = &s->codecs[k];

			r->kinds[c->pt & 127] = s->kind == SDP_AUDIO ? KIND_AUDIO
								     : KIND_VIDEO;
			r->codecs[c->pt & 127] = (uint8_t)c->codec;
			if (c->rtx_pt) {
				r->kinds[c->rtx_pt & 127] = KIND_RTX;
				r->codecs[c->rtx_pt & 127] = (uint8_t)c->codec;
			}
		}
	}
}

static void storm(struct lg_receiver *r)
{
	if (!r->stormy)
		return;
	for (r->pli_owed += r->options->pli_storm / 10.0; r->pli_owed >= 1; r->pli_owed--)
		send_pli(r);
}

static void tick_second(struct lg_receiver *r, int64_t now_us)
{
	uint32_t kbps = (uint32_t)(r->video.second_bytes * 8 / 1000);

	r->video.second_bytes = r->audio.second_bytes = 0;
	if (r->stats->key_us && now_us - r->stats->key_us > 3 * SEC_US) {
		if (!r->stats->kbps_min || kbps < r->stats->kbps_min)
			r->stats->kbps_min = kbps;
		if (kbps > r->stats->kbps_max)
			r->stats->kbps_max = kbps;
	}
	send_report(r, now_us);
}

void lg_receiver_tick(struct lg_receiver *r, int64_t now_us)
{
	if (!r->options->no_twcc)
		send_twcc(r);
	send_nacks(r, now_us);
	if ((r->stats->given_up != r->given_up_told ||
	     (r->sync && lg_sync_wants_key(r->sync))) &&
	    now_us - r->pli_us > SEC_US) {
		r->given_up_told = r->stats->given_up;
		r->pli_us = now_us;
		send_pli(r);
	}
	storm(r);
	if (++r->ticks % 10 == 0)
		tick_second(r, now_us);
}

void lg_receiver_init(struct lg_receiver *r, const struct lg_options *options,
		      uint32_t index, uint32_t ssrc, struct lg_stats *stats)
{
	bool sends = index < options->senders;
	uint32_t place = sends ? index : index - options->senders;
	uint32_t links = sends ? 1 : lg_classes(options);

	r->options = options;
	r->stats = stats;
	r->ssrc = ssrc;
	r->full = place / links % options->decrypt == 0; /* some of each link */
	r->stormy = !sends && place == 0 && options->pli_storm;
	r->liar = !sends && place + 1 == options->viewers && options->lie;
	dice_init(&r->dice, options->seed * 7919 + index);
	lg_track_init(&r->audio, 48000, SOUND_GAP_US, false);
	lg_track_init(&r->video, 90000, VIDEO_GAP_US, true);
	twcc_rx_init(&r->twcc);
	if (options->trace && !sends) /* without memory there is none */
		r->trace = calloc(1, sizeof(*r->trace));
	if (options->sync && !sends && place < links && lg_sync_create(&r->sync) == 0)
		r->full = true;
}

void lg_receiver_fini(struct lg_receiver *r)
{
	free(r->trace);
	r->trace = NULL;
	lg_sync_destroy(r->sync);
	r->sync = NULL;
}
