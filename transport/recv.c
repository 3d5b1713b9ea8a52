#include "transport/recv.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "transport/keystart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SPACING_US SEC_US
/* without NACK a hole can only be filled by a packet that overtook nothing */
#define PLAIN_WAIT_US (100 * MS_US)

int recv_create(struct recv **out, const struct section *section,
		const struct section_match *match, uint32_t ssrc)
{
	struct recv *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->ssrc = ssrc;
	r->in = section->in;
	r->rtx = match->rtx;
	r->key_asked_us = -KEY_SPACING_US;
	memcpy(r->rid, match->rid, sizeof(r->rid));
	rxstat_init(&r->stat, recv_is_video(r) ? 90000 : 48000);
	*out = r;
	return 0;
}

void recv_destroy(struct recv *r)
{
	if (!r)
		return;
	reorder_fini(&r->reorder);
	depay_destroy(r->depay);
	free(r);
}

bool recv_unwrap_rtx(struct rtp_packet *pkt, const struct section *section)
{
	const struct sdp_codec *codec = section_rtx(section, pkt->pt);

	if (!codec || pkt->payload_len == 0)
		return false; /* empty: padding that probes the path */
	if (pkt->payload_len < 2) {
		count_add(COUNT_REJECT_RTP, 1);
		return false;
	}
	pkt->pt = codec->pt;
	pkt->seq = rd16(pkt->payload);
	pkt->payload += 2;
	pkt->payload_len -= 2;
	return true;
}

void recv_want_key(struct recv *r)
{
	if (recv_is_video(r))
		r->key_wanted = true;
}

bool recv_key_due(struct recv *r, int64_t now_us)
{
	if (!r->key_wanted || now_us - r->key_asked_us < KEY_SPACING_US)
		return false;
	r->key_wanted = false;
	r->key_asked_us = now_us;
	return true;
}

/* ---- from packets in order to units ---------------------------------------- */

static int use_codec(struct recv *r, const struct sdp_codec *codec)
{
	struct depay *depay = NULL;
	int err;

	if (r->depay && r->codec == codec->codec)
		return 0;
	err = depay_create(&depay, codec->codec);
	if (err)
		return err;
	depay_destroy(r->depay);
	r->depay = depay;
	r->codec = codec->codec;
	r->in_hand = r->ready = false;
	return 0;
}

/* Which timestamp the unit has that came out of depay_push(): that of the packet,
 * or of an earlier one when units end without a marker. */
static int64_t unit_ts(struct recv *r, const struct rtp_packet *pkt, bool gap, bool out)
{
	int64_t ts = rtp_unwrap32(&r->ts, pkt->ts), of = ts;
	bool earlier = r->in_hand && r->unit_ts != ts && !gap;

	if (r->ready)
		of = r->ready_ts;
	else if (earlier)
		of = r->unit_ts;
	r->ready = out && pkt->marker && (r->ready || earlier);
	r->ready_ts = ts;
	r->in_hand = !pkt->marker;
	r->unit_ts = ts;
	return of;
}

static void note_rotation(struct recv *r, const struct section *section,
			  const struct rtp_packet *pkt)
{
	uint8_t id = section->ext[SDP_EXT_ORIENTATION];
	const uint8_t *data;
	size_t len;

	/* 3GPP TS 26.114 7.4.5: the two low bits are quarter turns */
	if (id && rtp_ext_find(pkt, id, &data, &len) && len >= 1)
		r->rotation_deg = (uint16_t)((data[0] & 3) * 90);
}

static void hand_out(struct recv *r, struct au *au, int64_t ts, int64_t now_us)
{
	if (au->flags & AU_KEY) {
		r->wait_key = false;
		r->key_wanted = false;
	} else if (r->wait_key) {
		recv_want_key(r);
		au_put(au);
		return;
	}
	au->pts_us = ts * 100 / 9;
	au->arrival_us = now_us;
	au->rotation_deg = r->in == SDP_IN_CAMERA ? r->rotation_deg : 0;
	r->deliver(r->ctx, r, au);
}

static void feed(struct recv *r, const struct section *section,
		 const struct rtp_packet *pkt, uint32_t lost, int64_t now_us)
	RUNS_ON(on_net)
{
	const struct sdp_codec *codec = section_codec(section, pkt->pt);
	struct au *au = NULL;
	int64_t ts;
	bool gap;
	int err;

	if (lost) {
		count_add(COUNT_RTP_LOST, lost);
		r->gap = true;
		recv_want_key(r);
	}
	if (pkt->payload_len == 0)
		return; /* padding: only its number counts */
	if (!codec || use_codec(r, codec)) {
		count_add(COUNT_REJECT_PAYLOAD, 1);
		r->gap = true;
		return;
	}
	note_rotation(r, section, pkt);
	gap = r->gap;
	r->gap = false;
	err = depay_push(r->depay, pkt, gap, &au);
	if (err) {
		count_add(COUNT_REJECT_PAYLOAD, 1);
		recv_want_key(r);
	}
	ts = unit_ts(r, pkt, gap, au != NULL);
	if (au)
		hand_out(r, au, ts, now_us);
}

static void drain(struct recv *r, const struct section *section, int64_t now_us)
	RUNS_ON(on_net)
{
	int64_t wait_us = r->can_nack ? LIMIT_REORDER_US : PLAIN_WAIT_US;
	struct held *held;
	uint32_t lost = 0;

	while ((held = reorder_take(&r->reorder, now_us, wait_us, &lost)) != NULL) {
		feed(r, section, &held->pkt, lost, now_us);
		free(held);
	}
	nack_below(&r->nack, r->reorder.next);
}

/* ---- one packet ------------------------------------------------------------ */

/* Extends the number and keeps the books of what is missing. False: drop it. */
static bool place(struct recv *r, const struct rtp_packet *pkt, bool again,
		  int64_t now_us, int64_t *seq)
{
	int64_t before = r->seq.high;

	if (again) {
		if (!seqnum_near(&r->seq, pkt->seq, seq))
			return false;
		nack_got(&r->nack, *seq);
		return true;
	}
	switch (seqnum_take(&r->seq, pkt->seq, seq)) {
	case SEQNUM_IGNORE:
		count_add(COUNT_REJECT_RTP, 1);
		return false;
	case SEQNUM_START:
		r->gap = before != 0;
		reorder_fini(&r->reorder);
		reorder_init(&r->reorder, *seq);
		nack_below(&r->nack, *seq);
		rxstat_restart(&r->stat, *seq);
		if (before)
			recv_want_key(r);
		break;
	case SEQNUM_OK:
		if (*seq <= before)
			nack_got(&r->nack, *seq);
		else if (r->can_nack && !nack_missing(&r->nack, before + 1, *seq, now_us))
			recv_want_key(r);
		break;
	}
	rxstat_add(&r->stat, *seq, pkt->ts, now_us);
	return true;
}

static void video_packet(struct recv *r, const struct section *section,
			 const struct rtp_packet *pkt, bool again, int64_t now_us)
	RUNS_ON(on_net)
{
	const struct sdp_codec *codec = section_codec(section, pkt->pt);
	int64_t seq;
	int err;

	if (!codec) {
		count_add(COUNT_REJECT_RTP, 1);
		return;
	}
	r->can_nack = codec->nack;
	r->can_pli = codec->pli;
	if (!place(r, pkt, again, now_us, &seq))
		return;
	if (reorder_straight(&r->reorder, seq)) {
		feed(r, section, pkt, 0, now_us);
		return;
	}
	err = reorder_hold(&r->reorder, seq, pkt, now_us);
	if (err == -ENOBUFS && !again) {
		/* policy when full: all that is held goes, the newest stays */
		reorder_skip_to(&r->reorder, seq);
		err = reorder_hold(&r->reorder, seq, pkt, now_us);
		count_add(COUNT_REJECT_QUEUE, 1);
	}
	if (err)
		return; /* late, twice, or no memory: then it is missing */
	if (reorder_waits(&r->reorder) &&
	    keystart(codec->codec, pkt->payload, pkt->payload_len))
		reorder_skip_to(&r->reorder, seq);
	drain(r, section, now_us);
}

void recv_packet(struct recv *r, const struct section *section,
		 const struct rtp_packet *pkt, bool again, int64_t now_us)
{
	int64_t seq;

	r->last_us = now_us;
	if (recv_is_video(r))
		video_packet(r, section, pkt, again, now_us);
	else if (place(r, pkt, again, now_us, &seq))
		recv_sound(r, section, pkt, seq, now_us);
}

void recv_count(struct recv *r, const struct rtp_packet *pkt, int64_t now_us)
{
	int64_t seq;

	r->last_us = now_us;
	switch (seqnum_take(&r->seq, pkt->seq, &seq)) {
	case SEQNUM_IGNORE:
		return;
	case SEQNUM_START:
		rxstat_restart(&r->stat, seq);
		break;
	case SEQNUM_OK:
		break;
	}
	rxstat_add(&r->stat, seq, pkt->ts, now_us);
}

void recv_activate(struct recv *r)
{
	reorder_fini(&r->reorder);
	depay_destroy(r->depay);
	r->depay = NULL;
	r->nack.n = 0;
	r->seq.started = false;
	r->gap = r->in_hand = r->ready = false;
	r->wait_key = recv_is_video(r);
	recv_want_key(r);
}

void recv_tick(struct recv *r, const struct section *section, int64_t now_us)
{
	if (recv_is_video(r) && !r->rtx)
		drain(r, section, now_us);
}
