#include "transport/link.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/prefetch.h"
#include "transport/link_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- open and close ------------------------------------------------------- */

int link_open(struct link **out, struct links *links, const struct link_conf *conf)
{
	struct link *link;
	int err;

	if (links->n_links >= LIMIT_PEERS)
		return -EMFILE;
	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	err = ufrags_add(links->ufrags, &link->now, link, conf->ufrag, conf->pwd);
	if (err) {
		free(link);
		return err;
	}
	link->links = links;
	link->ctx = conf->ctx;
	link->consent_us = clock_us();
	link->next = links->first;
	if (link->next)
		link->next->prev = link;
	links->first = link;
	links->n_links++;
	*out = link;
	return 0;
}

void link_drop_tuple(struct link *link, struct tuple *tuple)
{
	struct tcp_conn *conn = tuple->path.conn;

	tuples_remove(link->links->tuples, &link->tuples, tuple);
	if (conn)
		tcp_conn_close(conn);
}

/* From here on nothing that arrives leads to this link. */
static void off_tables(struct link *link) RUNS_ON(on_net)
{
	struct links *links = link->links;

	ufrags_remove(links->ufrags, link->now);
	ufrags_remove(links->ufrags, link->before);
	link->now = link->before = NULL;
	while (link->tuples.first)
		link_drop_tuple(link, link->tuples.first);
	if (link->dtls_timer)
		loop_timer_stop(link->dtls_timer);
}

void link_fail(struct link *link, enum link_down why)
{
	assert(!link->deaf && !link->closed);
	link->deaf = true;
	link->up = false;
	off_tables(link);
	link->links->events.down(link->ctx, why);
}

void link_close(struct link *link)
{
	if (!link)
		return;
	assert(!link->closed);
	if (link->dtls && !link->deaf) {
		dtls_bye(link->dtls);
		/* with the tables go the connections: write before */
		links_flush(link->links);
	}
	link->closed = true;
	link->up = false;
	off_tables(link);
	link->links->n_links--;
	link->grave = link->links->graves;
	link->links->graves = link;
	links_soon(link->links);
}

/* ---- the other side -------------------------------------------------------- */

int link_remote(struct link *link, const struct sdp *remote)
{
	const char *names[LIMIT_SDP_MEDIA];
	uint32_t n = 0;
	int err;

	if (link->deaf)
		return -ENOTCONN;
	for (uint32_t i = 0; i < remote->n_media && i < LIMIT_SDP_MEDIA; i++)
		if (remote->media[i].ufrag[0])
			names[n++] = remote->media[i].ufrag;
	if (n == 0 || remote->n_fingerprints == 0 || remote->n_fingerprints > 2)
		return -EINVAL;
	err = ufrag_set_theirs(link->now, names, n);
	if (err)
		return err;
	memcpy(link->fingerprints, remote->fingerprints, sizeof(link->fingerprints));
	link->n_fingerprints = remote->n_fingerprints;
	link->judge = true;
	links_soon(link->links);
	return 0;
}

int link_restart(struct link *link, const char *ufrag, const char *pwd)
{
	struct ufrag *fresh;
	int err;

	if (link->deaf)
		return -ENOTCONN;
	err = ufrags_add(link->links->ufrags, &fresh, link, ufrag, pwd);
	if (err)
		return err;
	/* a second restart before the first one was used: the peer may still be
	 * at the oldest credentials, so it is the middle ones that go */
	if (link->before)
		ufrags_remove(link->links->ufrags, link->now);
	else
		link->before = link->now;
	link->now = fresh;
	return 0;
}

/* ---- out ------------------------------------------------------------------ */

int link_write(struct links *links, const struct path *to, const uint8_t *data,
	       size_t len)
{
	(void)links;
	if (len > LIMIT_DATAGRAM)
		return -EMSGSIZE;
	if (to->conn)
		return tcp_conn_send(to->conn, data, len);
	memcpy(sock_reserve(to->sock), data, len);
	sock_commit(to->sock, to, len);
	return 0;
}

int link_write_along(struct link *link, const struct tuple *tuple, const uint8_t *data,
		     size_t len)
{
	int err = link_write(link->links, &tuple->path, data, len);

	if (!err)
		link->wire_out += len + tuple->overhead;
	return err;
}

/* Where a packet is to be written before send_end(); NULL: nowhere. */
static uint8_t *send_begin(struct link *link)
{
	struct tuple *chosen = link->tuples.chosen;

	if (!link->up || !chosen || link->lapsed)
		return NULL;
	return chosen->path.conn ? link->links->scratch : sock_reserve(chosen->path.sock);
}

static int send_end(struct link *link, const uint8_t *data, int len)
{
	const struct tuple *chosen = link->tuples.chosen;
	const struct path *path = &chosen->path;
	int err = 0;

	if (len < 0)
		return len;
	if (path->conn)
		err = tcp_conn_send(path->conn, data, (size_t)len);
	else
		sock_commit(path->sock, path, (size_t)len);
	if (err)
		return err;
	link->wire_out += (uint64_t)len + chosen->overhead;
	return len;
}

int link_send_rtp(struct link *link, const uint8_t *header, size_t header_len,
		  const uint8_t *payload, size_t payload_len)
{
	uint8_t *buf;
	int n;

	if (header_len > LIMIT_DATAGRAM || payload_len > LIMIT_DATAGRAM - SRTP_OVERHEAD ||
	    header_len + payload_len > LIMIT_DATAGRAM - SRTP_OVERHEAD)
		return -EMSGSIZE;
	buf = send_begin(link);
	if (!buf)
		return -ENOTCONN;
	n = srtp_seal_rtp(link->srtp, buf, header, header_len, payload, payload_len);
	n = send_end(link, buf, n);
	if (n > 0) {
		link->links->rtp_out++;
		link->links->rtp_out_bytes += n;
	}
	return n;
}

int link_send_rtcp(struct link *link, const uint8_t *data, size_t len)
{
	uint8_t *buf;

	if (len > LIMIT_DATAGRAM - SRTCP_OVERHEAD)
		return -EMSGSIZE;
	buf = send_begin(link);
	if (!buf)
		return -ENOTCONN;
	return send_end(link, buf, srtp_seal_rtcp(link->srtp, buf, data, len));
}

void link_warm(const struct link *link, enum link_warm stage)
{
	switch (stage) {
	case LINK_WARM_LINK:
		prefetch(link, sizeof(*link));
		break;
	case LINK_WARM_WAY:
		if (link->tuples.chosen)
			prefetch(link->tuples.chosen, sizeof(*link->tuples.chosen));
		if (link->srtp)
			srtp_warm(link->srtp, false);
		break;
	case LINK_WARM_KEYS:
		if (link->srtp)
			srtp_warm(link->srtp, true);
		break;
	}
}

/* ---- people and tests ------------------------------------------------------ */

void link_traffic(const struct link *link, struct link_traffic *traffic)
{
	const struct tuple *chosen = link->tuples.chosen;

	*traffic = (struct link_traffic){
		.tcp = chosen && chosen->path.conn,
		.heard_us = link->heard_us,
		.wire_in = link->wire_in,
		.wire_out = link->wire_out,
	};
}

void link_describe(const struct link *link, struct link_info *info)
{
	const struct tuple *chosen = link->tuples.chosen;

	*info = (struct link_info){
		.up = link->up,
		.tcp = chosen && chosen->path.conn,
		.srtp = link->srtp ? srtp_session_name(link->srtp) : "",
		.consent_us = clock_us() - link->consent_us,
		.wire_in = link->wire_in,
		.wire_out = link->wire_out,
	};
	if (chosen)
		addr_text(&chosen->path.remote, info->remote);
}
