#include "base/clock.h"
#include "base/count.h"
#include "base/rand.h"
#include "transport/link_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TICK_US       SEC_US
#define CONSENT_US    (LIMIT_CONSENT_SEC * SEC_US)
#define LAPSED_US     (LIMIT_LAPSED_MS * MS_US)
#define HANDSHAKE_US  (LIMIT_DTLS_SEC * SEC_US)
#define NO_HELLO_US   (30 * SEC_US) /* from the first check to the first DTLS */
#define ADDRESSES_MAX (SDP_CANDIDATES_MAX / 2) /* each by UDP and by TCP */

/* ---- callbacks ------------------------------------------------------------- */

static void on_datagram(void *ctx, const struct path *from, uint8_t *data, size_t len,
			int64_t now_us)
{
	thread_claim(&on_net);
	links_take(ctx, from, data, len, now_us);
}

static void on_batch_end(void *ctx)
{
	thread_claim(&on_net);
	links_flush(ctx);
}

static void on_conn_closed(void *ctx, struct tcp_conn *conn)
{
	struct links *links = ctx;
	const struct path path = {.conn = conn};
	struct tuple *tuple;

	thread_claim(&on_net);
	tuple = tuples_find(links->tuples, &path);
	if (tuple)
		tuples_remove(links->tuples, &tuple->link->tuples, tuple);
}

void links_flush(struct links *links)
{
	for (uint32_t i = 0; i < links->n_socks; i++)
		sock_flush(links->socks[i]);
	for (uint32_t i = 0; i < links->n_tcps; i++)
		sock_tcp_flush(links->tcps[i]);
	if (links->rtp_out) {
		count_add(COUNT_RTP_OUT, links->rtp_out);
		count_add(COUNT_RTP_OUT_BYTES, links->rtp_out_bytes);
		links->rtp_out = links->rtp_out_bytes = 0;
	}
}

/* ---- timers ---------------------------------------------------------------- */

static void check_age(struct link *link, int64_t now_us) RUNS_ON(on_net)
{
	if (link->closed || link->deaf)
		return;
	/* Browsers check each 2.5 s: who was away for nearly 30 s has a last check of
	 * before, and needs a while for the next. It finds all as it was, but until then
	 * it is sent nothing. */
	link->lapsed = now_us - link->consent_us >= CONSENT_US;
	if (now_us - link->consent_us >= CONSENT_US + LAPSED_US)
		link_fail(link, LINK_DOWN_CONSENT);
	else if (link->up || !link->checked_us)
		return;
	else if (link->shaking_us ? now_us - link->shaking_us >= HANDSHAKE_US
				  : now_us - link->checked_us >= NO_HELLO_US)
		link_fail(link, LINK_DOWN_DTLS);
}

/* Closed links stay in the list until do_soon(), so callbacks may close any. */
static void on_tick(void *ctx)
{
	struct links *links = ctx;
	int64_t now_us = clock_us();

	thread_claim(&on_net);
	for (struct link *link = links->first; link; link = link->next)
		check_age(link, now_us);
	for (uint32_t i = 0; i < links->n_tcps; i++)
		sock_tcp_tick(links->tcps[i], now_us);
	links_flush(links);
}

static void free_link(struct link *link)
{
	if (link->prev)
		link->prev->next = link->next;
	else
		link->links->first = link->next;
	if (link->next)
		link->next->prev = link->prev;
	loop_timer_destroy(link->dtls_timer);
	dtls_destroy(link->dtls);
	srtp_session_destroy(link->srtp);
	free(link);
}

static void bury(struct links *links)
{
	struct link *link;

	while ((link = links->graves)) {
		links->graves = link->grave;
		free_link(link);
	}
}

static void on_soon(void *ctx)
{
	struct links *links = ctx;

	thread_claim(&on_net);
	for (struct link *link = links->first; link; link = link->next) {
		if (!link->judge || link->closed || link->deaf)
			continue;
		link->judge = false;
		link_judge(link);
	}
	links_flush(links);
	bury(links);
}

void links_soon(struct links *links)
{
	loop_timer_once(links->soon, 0);
}

/* ---- sockets --------------------------------------------------------------- */

static int listen_one(struct links *links, const struct addr *addr,
		      const struct links_conf *conf)
{
	const struct sock_handler udp = {links, on_datagram, on_batch_end};
	const struct tcp_handler tcp = {links, on_datagram, on_conn_closed, on_batch_end};
	struct addr at = *addr;
	int err;

	/* one port for all addresses: the one that the first was given */
	at.port = conf->udp_port;
	if (!at.port && links->n_socks)
		at.port = sock_port(links->socks[0]);
	err = sock_create(&links->socks[links->n_socks], links->loop, &at, &udp);
	if (err)
		return err;
	links->n_socks++;
	at.port = conf->tcp_port;
	if (!at.port && links->n_tcps)
		at.port = sock_tcp_port(links->tcps[0]);
	err = sock_tcp_create(&links->tcps[links->n_tcps], links->loop, &at, &tcp);
	if (err)
		return err;
	links->n_tcps++;
	return 0;
}

static int listen_any(struct links *links, const struct links_conf *conf)
{
	struct addr addr;
	int err = addr_parse(&addr, "::", 0);

	if (!err)
		err = listen_one(links, &addr, conf);
	if (err != -EAFNOSUPPORT && err != -EADDRNOTAVAIL)
		return err;
	/* no IPv6 on this machine */
	err = addr_parse(&addr, "0.0.0.0", 0);
	return err ? err : listen_one(links, &addr, conf);
}

static bool any_v6(const struct links_conf *conf)
{
	struct addr addr;

	for (uint32_t i = 0; i < conf->n_listen; i++)
		if (addr_parse(&addr, conf->listen[i], 0) == 0 && addr_is_any(&addr) &&
		    !addr_is_v4(&addr))
			return true;
	return false;
}

static int listen_all(struct links *links, const struct links_conf *conf)
{
	struct addr addr;
	int err = 0;

	if (conf->n_listen == 0)
		return listen_any(links, conf);
	for (uint32_t i = 0; i < conf->n_listen && !err; i++) {
		err = addr_parse(&addr, conf->listen[i], 0);
		/* "::" serves IPv4 too, and leaves no room beside it */
		if (!err && addr_is_v4(&addr) && addr_is_any(&addr) && any_v6(conf))
			continue;
		if (!err)
			err = listen_one(links, &addr, conf);
	}
	return err;
}

/* ---- candidates ------------------------------------------------------------ */

static int wanted_addresses(const struct links_conf *conf, struct addr *out, size_t *n)
{
	uint32_t count = 0;
	int err = 0;

	for (uint32_t i = 0; i < conf->n_advertise && !err; i++)
		err = addr_parse(&out[count++], conf->advertise[i], 0);
	if (!conf->n_advertise) {
		for (uint32_t i = 0; i < conf->n_listen && !err; i++) {
			err = addr_parse(&out[count], conf->listen[i], 0);
			if (err || addr_is_any(&out[count])) {
				count = 0; /* all of this machine's */
				break;
			}
			count++;
		}
	}
	*n = count ? count : addr_list_local(out, ADDRESSES_MAX);
	return err;
}

static void add_candidate(struct links *links, const struct links_conf *conf,
			  const struct addr *addr, bool tcp)
{
	struct sdp_candidate *c = &links->candidates[links->n_candidates];
	uint16_t told = tcp ? conf->advertise_tcp : conf->advertise_udp;
	bool served = false;

	for (uint32_t i = 0; i < links->n_socks; i++)
		served |= sock_serves(links->socks[i], addr);
	if (!served)
		return;
	addr_ip_text(addr, c->ip);
	c->tcp = tcp;
	c->port = told  ? told
		  : tcp ? sock_tcp_port(links->tcps[0])
			: sock_port(links->socks[0]);
	links->n_candidates++;
	links->only_private &= addr_is_private(addr);
}

static int find_candidates(struct links *links, const struct links_conf *conf)
{
	struct addr addrs[ADDRESSES_MAX];
	size_t n;
	int err = wanted_addresses(conf, addrs, &n);

	if (err)
		return err;
	links->only_private = true;
	for (size_t i = 0; i < n; i++)
		add_candidate(links, conf, &addrs[i], false);
	for (size_t i = 0; i < n; i++)
		add_candidate(links, conf, &addrs[i], true);
	return links->n_candidates ? 0 : -EADDRNOTAVAIL;
}

void links_describe(const struct links *links, struct sdp_local *local)
{
	memcpy(local->fingerprint, dtls_ctx_fingerprint(links->dtls), 32);
	memcpy(local->candidates, links->candidates, sizeof(links->candidates));
	local->n_candidates = links->n_candidates;
}

bool links_only_private(const struct links *links)
{
	return links->only_private;
}

/* ---- life ------------------------------------------------------------------ */

static int make_parts(struct links *links)
{
	int err = srtp_library_init();

	if (!err)
		err = dtls_ctx_create(&links->dtls);
	if (!err)
		err = ice_lite_create(&links->ice);
	if (!err)
		err = tuples_create(&links->tuples);
	if (!err)
		err = ufrags_create(&links->ufrags);
	if (!err)
		err = loop_timer_create(&links->soon, links->loop, on_soon, links);
	if (!err)
		err = loop_timer_create(&links->tick, links->loop, on_tick, links);
	return err;
}

static void free_parts(struct links *links)
{
	for (uint32_t i = 0; i < links->n_socks; i++)
		sock_destroy(links->socks[i]);
	for (uint32_t i = 0; i < links->n_tcps; i++)
		sock_tcp_destroy(links->tcps[i]);
	loop_timer_destroy(links->tick);
	loop_timer_destroy(links->soon);
	ufrags_destroy(links->ufrags);
	tuples_destroy(links->tuples);
	ice_lite_destroy(links->ice);
	dtls_ctx_destroy(links->dtls);
	free(links);
}

int links_create(struct links **out, struct loop *loop, const struct links_conf *conf,
		 const struct link_events *events)
{
	struct links *links;
	int err;

	if (conf->n_listen > LISTEN_MAX || conf->n_advertise > 8)
		return -EINVAL;
	links = calloc(1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	links->loop = loop;
	links->seed = (uint64_t)rand_u32() << 32 | rand_u32();
	links->events = *events;
	err = make_parts(links);
	if (!err)
		err = listen_all(links, conf);
	if (!err)
		err = find_candidates(links, conf);
	if (err) {
		free_parts(links);
		return err;
	}
	loop_timer_every(links->tick, TICK_US);
	*out = links;
	return 0;
}

void links_destroy(struct links *links)
{
	if (!links)
		return;
	for (struct link *link = links->first; link; link = link->next)
		if (!link->closed)
			link_close(link);
	links_flush(links);
	bury(links);
	free_parts(links);
}
