#include "transport/peer.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "transport/keystart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_US   (5 * SEC_US) /* then a stream may make room for another */
#define SWITCH_US SEC_US       /* of silence, then another layer may be used */

/* ---- which stream ----------------------------------------------------------- */

static struct recv *find(const struct peer *peer, uint32_t ssrc)
{
	for (uint32_t i = 0; i < peer->n_recv; i++)
		if (peer->recv[i]->ssrc == ssrc)
			return peer->recv[i];
	return NULL;
}

void peer_forget(struct peer *peer, struct recv *recv)
{
	if (peer->active[recv->in] == recv)
		peer->active[recv->in] = NULL;
	for (uint32_t i = 0; i < peer->n_recv; i++)
		if (peer->recv[i] == recv) {
			peer->recv[i] = peer->recv[--peer->n_recv];
			break;
		}
	recv_destroy(recv);
	if (!peer->n_recv)
		hub_peer_list(peer->hub, peer, HUB_BUSY, false);
}

static struct recv *idle(const struct peer *peer, int64_t now_us)
{
	struct recv *oldest = NULL;

	for (uint32_t i = 0; i < peer->n_recv; i++)
		if (!oldest || peer->recv[i]->last_us < oldest->last_us)
			oldest = peer->recv[i];
	return oldest && now_us - oldest->last_us >= IDLE_US ? oldest : NULL;
}

static int match(const struct peer *peer, const struct rtp_packet *pkt,
		 struct section_match *m)
{
	int err = section_match(m, peer->sections, peer->n_sections, pkt);

	if (!err && !peer->source[peer->sections[m->index].in])
		err = -EPERM;
	return err;
}

bool peer_admits(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
{
	uint8_t copy[LIMIT_DATAGRAM];
	struct section_match m;
	struct rtp_packet pkt;

	if (len < RTP_HEADER_LEN || len > sizeof(copy))
		return false;
	memcpy(copy, data, len);
	copy[0] &= (uint8_t)~0x20; /* how much padding there is, is still encrypted */
	if (rtp_parse(&pkt, copy, len))
		return false;
	if (find(peer, pkt.ssrc))
		return true;
	return !match(peer, &pkt, &m) &&
	       (peer->n_recv < LIMIT_SSRCS || idle(peer, now_us) != NULL);
}

static void on_unit(void *ctx, struct recv *recv, struct au *au)
{
	struct peer *peer = ctx;
	const struct net_rings *rings = &peer->hub->rings;
	bool video = recv_is_video(recv);

	if (peer->muted[recv->in]) {
		au_put(au);
		return;
	}
	if (ring_push(video ? rings->video_in : rings->audio_in, peer->source[recv->in],
		      au) == 0)
		return;
	/* what follows would lean on the unit that is gone */
	count_add(COUNT_REJECT_QUEUE, 1);
	recv->wait_key = video;
	recv_want_key(recv);
}

static struct recv *admit(struct peer *peer, const struct rtp_packet *pkt, int64_t now_us)
	RUNS_ON(on_net)
{
	const struct sdp_codec *codec;
	struct section_match m;
	struct recv *recv = NULL;

	if (match(peer, pkt, &m))
		return NULL;
	if (peer->n_recv == LIMIT_SSRCS) {
		recv = idle(peer, now_us);
		if (!recv)
			return NULL;
		peer_forget(peer, recv);
	}
	if (recv_create(&recv, &peer->sections[m.index], &m, pkt->ssrc))
		return NULL;
	recv->deliver = on_unit;
	recv->ctx = peer;
	recv->last_us = now_us;
	codec = section_codec(&peer->sections[m.index], pkt->pt);
	recv->can_pli = codec && codec->pli;
	peer->recv[peer->n_recv++] = recv;
	hub_peer_list(peer->hub, peer, HUB_BUSY, true);
	/* without layers a new SSRC replaces the one before; one that is only
	 * guessed to belong here waits until that one falls silent */
	if (!recv->rtx && !recv->rid[0] && !m.guessed && peer->active[recv->in]) {
		peer->active[recv->in] = recv;
		recv_activate(recv);
	}
	return recv;
}

/* Whether this stream is the one of its source that is used. One layer is: the
 * first that came; another one takes over at a key frame when it fell silent. */
static bool is_used(struct peer *peer, struct recv *recv, const struct section *section,
		    const struct rtp_packet *pkt, int64_t now_us)
{
	struct recv *active = peer->active[recv->in];
	const struct sdp_codec *codec = section_codec(section, pkt->pt);

	if (active == recv)
		return true;
	if (!active) {
		peer->active[recv->in] = recv;
		return true;
	}
	if (now_us - active->last_us < SWITCH_US)
		return false;
	if (recv_is_video(recv) &&
	    !(codec && keystart(codec->codec, pkt->payload, pkt->payload_len))) {
		recv_want_key(recv);
		return false;
	}
	peer->active[recv->in] = recv;
	recv_activate(recv);
	return true;
}

/* The stream that an RTX stream repeats. */
static struct recv *repeated(const struct peer *peer, const struct recv *rtx)
{
	struct recv *active = peer->active[rtx->in];

	return active && strcmp(active->rid, rtx->rid) == 0 ? active : NULL;
}

/* ---- packets ---------------------------------------------------------------- */

static void note_twcc(struct peer *peer, const struct section *section,
		      const struct rtp_packet *pkt, int64_t now_us)
{
	uint8_t id = section->ext[SDP_EXT_TWCC];
	const uint8_t *data;
	size_t len;

	if (!id || !rtp_ext_find(pkt, id, &data, &len) || len != 2)
		return;
	if (!peer->twcc) {
		peer->twcc = malloc(sizeof(*peer->twcc));
		if (!peer->twcc)
			return; /* the sender stays slow, no more */
		twcc_rx_init(peer->twcc);
	}
	twcc_rx_add(peer->twcc, (uint16_t)(data[0] << 8 | data[1]), now_us);
	peer->twcc_n++;
}

void peer_rtp(struct peer *peer, const uint8_t *data, size_t len, int64_t now_us)
{
	const struct section *section;
	struct rtp_packet pkt;
	struct recv *recv, *of;

	if (peer->gone)
		return;
	if (rtp_parse(&pkt, data, len)) {
		count_add(COUNT_REJECT_RTP, 1);
		return;
	}
	peer->bytes_in += len;
	recv = find(peer, pkt.ssrc);
	if (!recv)
		recv = admit(peer, &pkt, now_us);
	section = recv ? peer_section(peer, recv->in) : NULL;
	if (!section) {
		count_add(COUNT_REJECT_SSRC, 1);
		return;
	}
	note_twcc(peer, section, &pkt, now_us);
	recv->last_us = now_us;
	if (recv->rtx) {
		of = repeated(peer, recv);
		if (of && recv_unwrap_rtx(&pkt, section))
			recv_packet(of, section, &pkt, true, now_us);
	} else if (is_used(peer, recv, section, &pkt, now_us)) {
		recv_packet(recv, section, &pkt, false, now_us);
	} else {
		recv_count(recv, &pkt, now_us);
	}
}
