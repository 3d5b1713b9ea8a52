#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "transport/hash.h"
#include "transport/link_impl.h"

#include <errno.h>

#define BURST_US      (500 * MS_US) /* what a peer may save up of its rate */
#define FORGED_US     (100 * MS_US) /* the same of what is not genuine */
#define STARVED_US    SEC_US        /* so long after a check that was not looked at */
#define SWITCH_US     (500 * MS_US) /* between two changes of the chosen tuple */
#define QUIET_US      (8 * SEC_US)  /* after it a chosen tuple counts as dead */
#define TUPLE_HELD_US (15 * SEC_US) /* so long nobody else gets a live tuple */

/* ---- STUN ------------------------------------------------------------------ */

/* Where we send changes only here: by a nomination, or because the peer checks
 * another tuple and has left the chosen one. */
static void choose(struct link *link, struct tuple *tuple, bool nominated, int64_t now_us)
{
	struct tuple *chosen = link->tuples.chosen;
	bool move;

	if (tuple == chosen) {
		link->nominated |= nominated;
		return;
	}
	if (!chosen)
		move = true;
	else if (nominated)
		move = !link->nominated || now_us - link->chosen_us >= SWITCH_US;
	else
		move = now_us - chosen->checked_us > QUIET_US;
	if (!move)
		return;
	link->tuples.chosen = tuple;
	link->chosen_us = now_us;
	link->nominated = nominated;
}

/* The tuple of `path`, which a genuine check for `link` came through. NULL when
 * it is in use by another link: with a forged source address a member could
 * else cut off somebody else. */
static struct tuple *tuple_for(struct link *link, const struct path *path, int64_t now_us)
	RUNS_ON(on_net)
{
	struct links *links = link->links;
	struct tuple *tuple = tuples_find(links->tuples, path);

	if (tuple && tuple->link == link)
		return tuple;
	if (tuple && (tuple->path.conn || now_us - tuple->checked_us < TUPLE_HELD_US))
		return NULL;
	if (tuple)
		link_drop_tuple(tuple->link, tuple);
	if (link->tuples.n >= LIMIT_TUPLES)
		link_drop_tuple(link, tuples_idlest(&link->tuples));
	return tuples_add(links->tuples, &link->tuples, link, path, now_us);
}

/* Returns the tuple that it came by, or NULL. */
static struct tuple *accept_check(struct ufrag *ufrag, const struct path *from,
				  bool nominated, int64_t now_us) RUNS_ON(on_net)
{
	struct link *link = ufrag->link;
	struct tuple *tuple = tuple_for(link, from, now_us);

	if (!tuple)
		return NULL;
	if (from->conn)
		tcp_conn_trust(from->conn);
	tuple->checked_us = now_us;
	link->consent_us = now_us;
	link->lapsed = false;
	link->heard_us = now_us;
	if (!link->checked_us)
		link->checked_us = now_us;
	if (ufrag == link->now) {
		ufrags_remove(link->links->ufrags, link->before);
		link->before = NULL;
	}
	choose(link, tuple, nominated, now_us);
	return tuple;
}

/* Whether a check is worth its HMAC: LIMIT_CHECKS_SEC from one source, so that a
 * forger who saw the names costs little. A source with a tuple has a budget of its
 * own, which others cannot use up but under its very address. */
static bool may_check(struct links *links, const struct path *from, int64_t now_us)
	RUNS_ON(on_net)
{
	struct tuple *tuple = tuples_find(links->tuples, from);
	struct bucket *b;

	if (tuple) {
		b = &tuple->checks;
	} else {
		uint64_t h = hash_bytes(links->seed ^ from->remote.port, from->remote.ip,
					sizeof(from->remote.ip));

		b = &links->strangers[h % STRANGERS];
	}
	bucket_fill(b, LIMIT_CHECKS_SEC, SEC_US, now_us);
	if (bucket_has(b, 1)) {
		bucket_take(b, 1);
		return true;
	}
	if (tuple)
		tuple->starved_us = now_us;
	return false;
}

/* Returns what is to be counted, COUNT_N when it was well. The order is that of
 * the costs: shape, look-up, then cryptography. */
static enum count answer_check(struct links *links, const struct path *from,
			       const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net)
{
	uint8_t answer[ICE_ANSWER_MAX];
	struct ice_check check;
	struct tuple *tuple;
	struct ufrag *ufrag;
	bool valid;
	int n = ice_peek(&check, data, len);

	if (n == -ENOMSG)
		return COUNT_N;
	/* services live below 1024, and no client sends from there */
	if (n < 0 || (from->sock && from->remote.port < 1024))
		return COUNT_REJECT_STUN;
	ufrag = ufrags_find(links->ufrags, check.ours, check.ours_len);
	if (!ufrag || !ufrag_takes(ufrag, check.theirs, check.theirs_len))
		return COUNT_REJECT_STUN;
	if (!may_check(links, from, now_us))
		return COUNT_REJECT_FLOOD;
	n = ice_answer(links->ice, data, len, ufrag->pwd, &from->remote, answer, &valid);
	if (n < 0)
		return COUNT_REJECT_STUN;
	if (!valid) {
		link_write(links, from, answer, (size_t)n);
		return COUNT_N;
	}
	tuple = accept_check(ufrag, from, check.nominated, now_us);
	if (!tuple)
		return COUNT_REJECT_STUN;
	ufrag->link->wire_in += len + tuple->overhead;
	link_write_along(ufrag->link, tuple, answer, (size_t)n);
	return COUNT_N;
}

/* ---- DTLS ------------------------------------------------------------------ */

static void send_dtls(void *ctx, const uint8_t *data, size_t len)
{
	struct link *link = ctx;

	thread_claim(&on_net);
	if (!link->tuples.chosen ||
	    link_write_along(link, link->tuples.chosen, data, len) < 0)
		log_debug("dtls_unsent", "bytes=%zu", len);
}

static void arm_timer(struct link *link)
{
	int64_t us = dtls_timeout_us(link->dtls);

	if (us < 0)
		loop_timer_stop(link->dtls_timer);
	else
		loop_timer_once(link->dtls_timer, us);
}

static void on_dtls_state(struct link *link, enum dtls_state state) RUNS_ON(on_net)
{
	switch (state) {
	case DTLS_HANDSHAKE:
		arm_timer(link);
		break;
	case DTLS_DONE:
		if (link->dtls_timer)
			loop_timer_stop(link->dtls_timer);
		if (!link->up)
			link_judge(link);
		break;
	case DTLS_FAILED:
		link_fail(link, LINK_DOWN_DTLS);
		break;
	case DTLS_CLOSED:
		link_fail(link, LINK_DOWN_CLOSED);
		break;
	}
}

static void on_dtls_timer(void *ctx)
{
	struct link *link = ctx;

	thread_claim(&on_net);
	if (link->closed || link->deaf)
		return;
	on_dtls_state(link, dtls_on_timeout(link->dtls));
	links_flush(link->links);
}

static int start_dtls(struct link *link, int64_t now_us)
{
	const struct dtls_out out = {link, send_dtls};
	int err = 0;

	if (!link->dtls_timer)
		err = loop_timer_create(&link->dtls_timer, link->links->loop,
					on_dtls_timer, link);
	if (!err)
		err = dtls_create(&link->dtls, link->links->dtls, &out);
	if (!err)
		link->shaking_us = now_us;
	return err;
}

void link_judge(struct link *link)
{
	struct srtp_keys keys;
	int err;

	if (!link->n_fingerprints || !link->dtls || dtls_state(link->dtls) != DTLS_DONE)
		return;
	if (!dtls_peer_is(link->dtls, (const uint8_t(*)[32])link->fingerprints,
			  link->n_fingerprints)) {
		count_add(COUNT_REJECT_DTLS, 1);
		link_fail(link, LINK_DOWN_FINGERPRINT);
		return;
	}
	if (link->up)
		return;
	dtls_keys(link->dtls, &keys);
	err = srtp_session_create(&link->srtp, &keys);
	explicit_bzero(&keys, sizeof(keys));
	if (err) {
		log_warn("srtp_failed", "err=%d", err);
		link_fail(link, LINK_DOWN_DTLS);
		return;
	}
	link->up = true;
	link->links->events.up(link->ctx);
}

static void take_dtls(struct link *link, const uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net)
{
	bucket_fill(&link->shakes, LIMIT_DTLS_PACKETS_SEC, BURST_US, now_us);
	if (!bucket_has(&link->shakes, 1)) {
		count_add(COUNT_REJECT_FLOOD, 1);
		return;
	}
	bucket_take(&link->shakes, 1);
	if (!link->dtls && start_dtls(link, now_us) < 0) {
		count_add(COUNT_REJECT_DTLS, 1);
		return;
	}
	on_dtls_state(link, dtls_feed(link->dtls, data, len));
}

/* ---- RTP and RTCP ----------------------------------------------------------- */

/* Anybody can write a packet under the address of a member, so only what was
 * genuine is charged to what that member may send. Who sends too much is shut out
 * until the budget is there again, before any decryption. */
static bool within_rate(struct link *link, size_t len, int64_t now_us)
{
	bucket_fill(&link->packets, LIMIT_PACKETS_SEC, BURST_US, now_us);
	bucket_fill(&link->bits, LIMIT_BITS_SEC, BURST_US, now_us);
	return bucket_has(&link->packets, 1) && bucket_has(&link->bits, (int64_t)len * 8);
}

/* What is not genuine has budgets of its own. Beyond LIMIT_FORGED_SEC only what
 * looks like the next packet of a known stream (`expected`) is decrypted: this
 * costs a call nothing but a new stream that starts late. Beyond the time that
 * LIMIT_FORGED_NS_SEC grants, no packet is, or all others would wait: then a forger
 * who sees the stream cuts this one off for as long as he goes on. */
static bool within_doubt(struct link *link, bool expected, int64_t now_us)
{
	bucket_fill(&link->forged, LIMIT_FORGED_SEC, FORGED_US, now_us);
	bucket_fill(&link->forged_ns, LIMIT_FORGED_NS_SEC, FORGED_US, now_us);
	return bucket_has(&link->forged_ns, 1) &&
	       (expected || bucket_has(&link->forged, 1));
}

/* A peer that protects packets has finished its handshake. */
static void settle(struct link *link)
{
	link->settled = true;
	dtls_settle(link->dtls);
	loop_timer_destroy(link->dtls_timer);
	link->dtls_timer = NULL;
}

/* The outcome of a decryption. */
static bool judge_packet(struct link *link, int err, size_t wire)
{
	if (err == 0) {
		if (!link->settled)
			settle(link);
		bucket_take(&link->packets, 1);
		bucket_take(&link->bits, (int64_t)wire * 8);
		return true;
	}
	count_add(err == -EMFILE ? COUNT_REJECT_SSRC : COUNT_REJECT_SRTP, 1);
	if (err != -EACCES)
		return false;
	if (bucket_has(&link->forged, 1))
		bucket_take(&link->forged, 1);
	bucket_take(&link->forged_ns, srtp_refusal_ns(link->srtp));
	return false;
}

/* A genuine packet came by `tuple`. While a flood of checks hides those of the
 * peer, its media shows that it is there and listens: else anybody who saw the
 * names of a check could end the call. */
static void stand_in(struct link *link, struct tuple *tuple, int64_t now_us)
{
	link->heard_us = now_us;
	if (!tuple->starved_us || now_us - tuple->starved_us > STARVED_US)
		return;
	tuple->checked_us = now_us;
	link->consent_us = now_us;
	link->lapsed = false;
}

static void take_rtp(struct link *link, struct tuple *tuple, uint8_t *data, size_t len,
		     int64_t now_us)
{
	const struct link_events *events = &link->links->events;
	size_t wire = len;
	uint32_t ssrc;

	if (len < 12) {
		count_add(COUNT_REJECT_RTP, 1);
		return;
	}
	ssrc = rd32(data + 8);
	if (!within_rate(link, len, now_us) ||
	    !within_doubt(link, srtp_expects(link->srtp, ssrc, rd16(data + 2), now_us),
			  now_us)) {
		count_add(COUNT_REJECT_FLOOD, 1);
		return;
	}
	if (!srtp_knows(link->srtp, ssrc)) {
		bool admitted = events->admit_ssrc(link->ctx, data, len);

		if (!admitted || !link->up) {
			count_add(COUNT_REJECT_SSRC, 1);
			return;
		}
	}
	if (!judge_packet(link, srtp_open_rtp(link->srtp, data, &len, now_us), wire))
		return;
	stand_in(link, tuple, now_us);
	count_add(COUNT_RTP_IN, 1);
	count_add(COUNT_RTP_IN_BYTES, (int64_t)wire);
	events->rtp(link->ctx, data, len, now_us);
}

static void take_rtcp(struct link *link, struct tuple *tuple, uint8_t *data, size_t len,
		      int64_t now_us)
{
	size_t wire = len;

	if (len < 8) {
		count_add(COUNT_REJECT_RTCP, 1);
		return;
	}
	if (!within_rate(link, len, now_us) ||
	    !within_doubt(link, srtp_knows(link->srtp, rd32(data + 4)), now_us)) {
		count_add(COUNT_REJECT_FLOOD, 1);
		return;
	}
	if (!judge_packet(link, srtp_open_rtcp(link->srtp, data, &len, now_us), wire))
		return;
	stand_in(link, tuple, now_us);
	link->links->events.rtcp(link->ctx, data, len, now_us);
}

/* ---- the door --------------------------------------------------------------- */

/* By the first byte, RFC 7983; RTCP by the second, RFC 5761. */
static void take_known(struct tuple *tuple, uint8_t *data, size_t len, int64_t now_us)
	RUNS_ON(on_net)
{
	struct link *link = tuple->link;

	link->wire_in += len + tuple->overhead;
	if (data[0] >= 20 && data[0] <= 63)
		take_dtls(link, data, len, now_us);
	else if (data[0] < 128 || data[0] > 191 || len < 2)
		count_add(COUNT_REJECT_UDP, 1);
	else if (!link->up)
		count_add(COUNT_REJECT_SRTP, 1);
	else if (data[1] >= 192 && data[1] <= 223)
		take_rtcp(link, tuple, data, len, now_us);
	else
		take_rtp(link, tuple, data, len, now_us);
}

void links_take(struct links *links, const struct path *from, uint8_t *data, size_t len,
		int64_t now_us)
{
	struct tuple *tuple;
	enum count what;

	if (len == 0 || len > LIMIT_DATAGRAM) {
		count_add(COUNT_REJECT_UDP, 1);
		return;
	}
	if (data[0] <= 3) {
		what = answer_check(links, from, data, len, now_us);
		if (what != COUNT_N)
			count_add(what, 1);
		return;
	}
	tuple = tuples_find(links->tuples, from);
	if (!tuple)
		count_add(COUNT_REJECT_UDP, 1);
	else
		take_known(tuple, data, len, now_us);
}
