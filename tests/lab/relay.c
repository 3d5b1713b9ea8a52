#include "tests/lab/relay.h"

#include "base/clock.h"
#include "base/idmap.h"
#include "tests/lab/endpoint.h"
#include "tests/lab/lane.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BUCKETS  4096
#define BATCH    32 /* packets read at once */
#define WATCHES  16
#define BUFFER   (8 << 20) /* bytes, of the sockets */
#define LOOK_US  (100 * MS_US)
#define NEVER    INT64_MAX
#define READ_MAX 8 /* batches of one socket before the others have their turn */

enum { UP, DOWN };                                 /* lanes */
enum { FD_LISTEN, FD_TIMER, FD_CLIENT, FD_WATCH }; /* what epoll told of */

struct client {
	struct client *next; /* in its bucket */
	struct relay *relay;
	struct endpoint addr;
	uint32_t id;
	int fd;                /* towards the server */
	struct lane *lanes[2]; /* NULL: the relay's own are used */
	int64_t heard_us;
};

struct relay {
	struct relay_conf conf;
	struct plan plan;
	struct endpoint server;
	int listen_fd, epoll_fd, timer_fd;
	uint16_t port;
	struct lane_conf confs[2];
	struct lane_stats stats[2];
	struct lane_pool *pool;
	struct lane *shared[2];
	struct agenda agenda;
	struct client *buckets[BUCKETS];
	struct idmap clients; /* id: struct client */
	uint32_t last_id;
	uint64_t unsent[2], refused,
		rebinds; /* the socket took it not; too many clients */
	int64_t start_us, second_us, rebind_us, armed_us;
	bool stop;
	struct {
		int fd;
		void (*fn)(void *ctx, int fd);
		void *ctx;
	} watches[WATCHES];
	uint8_t data[BATCH][LANE_PACKET];
};

/* ---- clients ------------------------------------------------------------------- */

static uint32_t bucket_of(const struct endpoint *e)
{
	const uint8_t *p = (const uint8_t *)&e->ss;
	uint32_t h = 2166136261u;

	for (socklen_t i = 0; i < e->len; i++)
		h = (h ^ p[i]) * 16777619u;
	return (h ^ h >> 16) % BUCKETS;
}

static int watch_fd(struct relay *r, int fd, int kind, uint32_t id)
{
	struct epoll_event ev = {.events = EPOLLIN};

	ev.data.u64 = (uint64_t)kind << 32 | id;
	return epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static int open_client_fd(struct relay *r, uint32_t id)
{
	const int size = 1 << 20;
	int fd = socket(r->server.ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (connect(fd, (struct sockaddr *)&r->server.ss, r->server.len) < 0 ||
	    watch_fd(r, fd, FD_CLIENT, id) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A packet came out of a lane; its client may be gone by now. */
static void leave(struct relay *r, int dir, uint32_t id, const uint8_t *data, size_t len)
{
	struct client *c = idmap_get(&r->clients, id);
	ssize_t n;

	if (!c)
		return;
	if (dir == UP)
		n = send(c->fd, data, len, MSG_DONTWAIT);
	else
		n = sendto(r->listen_fd, data, len, MSG_DONTWAIT,
			   (struct sockaddr *)&c->addr.ss, c->addr.len);
	r->unsent[dir] += n < 0;
}

static void leave_up(void *ctx, uint32_t id, uint8_t *data, size_t len)
{
	leave(ctx, UP, id, data, len);
}

static void leave_down(void *ctx, uint32_t id, uint8_t *data, size_t len)
{
	leave(ctx, DOWN, id, data, len);
}

static int make_lanes(struct relay *r, struct lane *lanes[2], uint32_t id)
{
	int err = 0;

	for (int dir = 0; dir < 2 && !err; dir++) {
		const struct lane_sink sink = {r, dir == UP ? leave_up : leave_down};

		err = lane_create(&lanes[dir], r->pool, &r->confs[dir], &r->stats[dir],
				  &sink,
				  r->conf.seed * 2654435761u + id * 2 + (unsigned)dir);
		if (!err)
			err = agenda_set(&r->agenda, lane_item(lanes[dir]), NEVER);
	}
	return err;
}

static void free_lanes(struct relay *r, struct lane *lanes[2])
{
	for (int dir = 0; dir < 2; dir++) {
		if (lanes[dir])
			agenda_remove(&r->agenda, lane_item(lanes[dir]));
		lane_destroy(lanes[dir]);
		lanes[dir] = NULL;
	}
}

static void client_free(struct client *c)
{
	struct relay *r = c->relay;
	struct client **at = &r->buckets[bucket_of(&c->addr)];

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	idmap_del(&r->clients, c->id);
	if (c->fd >= 0)
		close(c->fd);
	free_lanes(r, c->lanes);
	free(c);
}

static struct client *client_new(struct relay *r, const struct endpoint *addr)
{
	struct client *c = r->clients.n < RELAY_CLIENTS ? calloc(1, sizeof(*c)) : NULL;
	uint32_t bucket = bucket_of(addr);

	if (!c)
		return NULL;
	c->relay = r;
	c->addr = *addr;
	c->id = ++r->last_id ? r->last_id : ++r->last_id;
	c->fd = open_client_fd(r, c->id);
	if (c->fd < 0 || (!r->conf.shared && make_lanes(r, c->lanes, c->id)) ||
	    idmap_put(&r->clients, c->id, c)) {
		client_free(c);
		return NULL;
	}
	c->next = r->buckets[bucket];
	r->buckets[bucket] = c;
	return c;
}

static struct client *client_of(struct relay *r, const struct endpoint *addr)
{
	struct client *c = r->buckets[bucket_of(addr)];

	while (c && !endpoint_same(&c->addr, addr))
		c = c->next;
	return c ? c : client_new(r, addr);
}

/* ---- packets in ------------------------------------------------------------------ */

static void enter(struct relay *r, struct client *c, int dir, const uint8_t *data,
		  size_t len, int64_t now_us)
{
	struct lane *lane = r->conf.shared ? r->shared[dir] : c->lanes[dir];

	lane_push(lane, c->id, data, len, now_us);
	/* it is in the agenda already, so this allocates nothing */
	(void)!agenda_set(&r->agenda, lane_item(lane), lane_next_us(lane));
}

static int read_batch(struct relay *r, int fd, struct mmsghdr msgs[BATCH],
		      struct sockaddr_storage from[BATCH])
{
	static _Thread_local struct iovec iov[BATCH];

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){r->data[i], LANE_PACKET};
		memset(&msgs[i], 0, sizeof(msgs[i]));
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		if (from) {
			msgs[i].msg_hdr.msg_name = &from[i];
			msgs[i].msg_hdr.msg_namelen = sizeof(from[i]);
		}
	}
	return recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
}

static void read_clients(struct relay *r, int64_t now_us)
{
	struct mmsghdr msgs[BATCH];
	struct sockaddr_storage from[BATCH];
	int n = BATCH;

	for (int turn = 0; turn < READ_MAX && n == BATCH; turn++) {
		n = read_batch(r, r->listen_fd, msgs, from);
		for (int i = 0; i < n; i++) {
			struct endpoint addr;
			struct client *c;

			endpoint_of(&addr, &from[i]);
			c = client_of(r, &addr);
			if (!c) {
				r->refused++;
				continue;
			}
			c->heard_us = now_us;
			enter(r, c, UP, r->data[i], msgs[i].msg_len, now_us);
		}
	}
}

static void read_server(struct relay *r, struct client *c, int64_t now_us)
{
	struct mmsghdr msgs[BATCH];
	int n = BATCH;

	for (int turn = 0; turn < READ_MAX && n == BATCH; turn++) {
		n = read_batch(r, c->fd, msgs, NULL);
		for (int i = 0; i < n; i++)
			enter(r, c, DOWN, r->data[i], msgs[i].msg_len, now_us);
	}
}

/* ---- orders ------------------------------------------------------------------------ */

/* What was on its way until now went by the old settings. */
static void settle_all(struct relay *r, int64_t now_us)
{
	for (uint32_t i = 1; i <= r->agenda.n; i++)
		lane_run(lane_of(r->agenda.items[i]), now_us);
}

static void reschedule_all(struct relay *r)
{
	struct client *c;
	uint32_t pos = 0;

	for (int dir = 0; dir < 2; dir++) {
		if (r->shared[dir])
			(void)!agenda_set(&r->agenda, lane_item(r->shared[dir]),
					  lane_next_us(r->shared[dir]));
		pos = 0;
		while ((c = idmap_next(&r->clients, &pos)))
			if (c->lanes[dir])
				(void)!agenda_set(&r->agenda, lane_item(c->lanes[dir]),
						  lane_next_us(c->lanes[dir]));
	}
}

void relay_order(struct relay *r, const struct order *order)
{
	settle_all(r, clock_us());
	for (int dir = 0; dir < 2; dir++)
		if (order->dirs & (dir == UP ? ORDER_UP : ORDER_DOWN))
			order_apply(order, &r->confs[dir]);
	reschedule_all(r);
}

void relay_rebind(struct relay *r)
{
	struct client *c;
	uint32_t pos = 0;

	while ((c = idmap_next(&r->clients, &pos))) {
		int fd = open_client_fd(r, c->id);

		if (fd < 0)
			continue; /* better the old port than none */
		close(c->fd);
		c->fd = fd;
		r->rebinds++;
	}
}

/* ---- time ----------------------------------------------------------------------------
 */

static void forget_idle(struct relay *r, int64_t now_us)
{
	for (uint32_t i = 0; i < BUCKETS; i++) {
		struct client *c = r->buckets[i], *next;

		for (; c; c = next) {
			next = c->next;
			if (now_us - c->heard_us > RELAY_IDLE_S * SEC_US)
				client_free(c);
		}
	}
}

static void on_time(struct relay *r, int64_t now_us)
{
	const struct order *order;
	struct agenda_item *item;

	while ((order = plan_take(&r->plan, now_us - r->start_us)))
		relay_order(r, order);
	if (now_us >= r->rebind_us) {
		relay_rebind(r);
		r->rebind_us = r->conf.rebind_each_s > 0
				       ? now_us + (int64_t)(r->conf.rebind_each_s * 1e6)
				       : NEVER;
	}
	if (now_us >= r->second_us) {
		waits_turn(&r->stats[UP].waits);
		waits_turn(&r->stats[DOWN].waits);
		forget_idle(r, now_us);
		r->second_us += SEC_US;
	}
	while ((item = agenda_first(&r->agenda)) && item->at_us <= now_us) {
		struct lane *lane = lane_of(item);

		lane_run(lane, now_us);
		(void)!agenda_set(&r->agenda, item, lane_next_us(lane));
	}
}

/* The timer wakes us at the exact time; epoll's own is in milliseconds. */
static void arm(struct relay *r, int64_t now_us)
{
	struct agenda_item *item = agenda_first(&r->agenda);
	struct itimerspec spec = {0};
	int64_t at = r->second_us, step = plan_next_us(&r->plan);

	if (item && item->at_us < at)
		at = item->at_us;
	if (r->rebind_us < at)
		at = r->rebind_us;
	if (step != NEVER && r->start_us + step < at)
		at = r->start_us + step;
	if (at == r->armed_us)
		return;
	r->armed_us = at;
	at = at > now_us ? at - now_us : 0;
	spec.it_value.tv_sec = at / SEC_US;
	spec.it_value.tv_nsec = at % SEC_US * 1000 + 1; /* zero would disarm it */
	timerfd_settime(r->timer_fd, 0, &spec, NULL);
}

/* ---- the loop
 * --------------------------------------------------------------------------- */

static void on_event(struct relay *r, uint64_t what, int64_t now_us)
{
	uint32_t id = (uint32_t)what;
	struct client *c;
	uint64_t ticks;

	switch (what >> 32) {
	case FD_LISTEN:
		read_clients(r, now_us);
		break;
	case FD_TIMER:
		if (read(r->timer_fd, &ticks, sizeof(ticks)) > 0)
			r->armed_us = NEVER;
		break;
	case FD_CLIENT:
		c = idmap_get(&r->clients, id);
		if (c)
			read_server(r, c, now_us);
		break;
	default:
		if (r->watches[id].fn)
			r->watches[id].fn(r->watches[id].ctx, r->watches[id].fd);
	}
}

void relay_run(struct relay *r, const atomic_bool *stop)
{
	struct epoll_event events[256];

	while (!r->stop && !atomic_load(stop)) {
		int n;

		arm(r, clock_us());
		n = epoll_wait(r->epoll_fd, events, 256, LOOK_US / MS_US);
		for (int i = 0; i < n; i++)
			on_event(r, events[i].data.u64, clock_us());
		on_time(r, clock_us());
	}
}

void relay_stop(struct relay *r)
{
	r->stop = true;
}

int relay_watch(struct relay *r, int fd, void (*fn)(void *ctx, int fd), void *ctx)
{
	for (uint32_t i = 0; i < WATCHES; i++) {
		if (r->watches[i].fn)
			continue;
		r->watches[i].fd = fd;
		r->watches[i].fn = fn;
		r->watches[i].ctx = ctx;
		return watch_fd(r, fd, FD_WATCH, i);
	}
	return -ENOSPC;
}

void relay_unwatch(struct relay *r, int fd)
{
	for (uint32_t i = 0; i < WATCHES; i++)
		if (r->watches[i].fn && r->watches[i].fd == fd) {
			epoll_ctl(r->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
			r->watches[i].fn = NULL;
		}
}

/* ---- figures
 * ------------------------------------------------------------------------------ */

static int put_stats(const struct relay *r, int dir, char *out, size_t size)
{
	const struct lane_stats *s = &r->stats[dir];
	const struct waits_figures *w = &s->waits.last;

#define N(x) ((unsigned long long)(x))
	return snprintf(
		out, size,
		"\"%s\":{\"packets_in\":%llu,\"bytes_in\":%llu,\"packets_out\":%llu,"
		"\"bytes_out\":%llu,\"dropped\":{\"loss\":%llu,\"burst\":%llu,"
		"\"queue\":%llu,\"hole\":%llu,\"down\":%llu,\"memory\":%llu,"
		"\"socket\":%llu},\"reordered\":%llu,\"duplicated\":%llu,"
		"\"corrupted\":%llu,\"queue_ms\":{\"n\":%u,\"p50\":%.0f,\"p95\":%.0f,"
		"\"max\":%.1f}}",
		dir == UP ? "up" : "down", N(s->packets_in), N(s->bytes_in),
		N(s->packets_out), N(s->bytes_out), N(s->dropped[LANE_DROP_LOSS]),
		N(s->dropped[LANE_DROP_BURST]), N(s->dropped[LANE_DROP_QUEUE]),
		N(s->dropped[LANE_DROP_HOLE]), N(s->dropped[LANE_DROP_DOWN]),
		N(s->dropped[LANE_DROP_MEMORY]), N(r->unsent[dir]), N(s->reordered),
		N(s->duplicated), N(s->corrupted), w->n, w->p50_ms, w->p95_ms, w->max_ms);
#undef N
}

int relay_stats(struct relay *r, char *out, size_t size)
{
	int n = snprintf(out, size,
			 "{\"t\":%.3f,\"clients\":%u,\"refused\":%llu,\"rebinds\":%llu,",
			 (double)(clock_us() - r->start_us) / 1e6, r->clients.n,
			 (unsigned long long)r->refused, (unsigned long long)r->rebinds);

	for (int dir = 0; dir < 2; dir++) {
		if (n < 0 || (size_t)n + 2 >= size)
			return -ENOSPC;
		n += put_stats(r, dir, out + n, size - (size_t)n);
		if (n < 0 || (size_t)n + 2 >= size)
			return -ENOSPC;
		out[n++] = dir ? '}' : ',';
		out[n] = '\0';
	}
	return n;
}

/* ---- life
 * ---------------------------------------------------------------------------------- */

static int open_sockets(struct relay *r, const struct endpoint *at)
{
	const int size = BUFFER;
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	struct endpoint bound;
	int err;

	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	r->listen_fd = socket(at->ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			      0);
	if (r->epoll_fd < 0 || r->timer_fd < 0 || r->listen_fd < 0)
		return -errno;
	/* beyond the limit of the machine only root may */
	setsockopt(r->listen_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(r->listen_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(r->listen_fd, (const struct sockaddr *)&at->ss, at->len) < 0 ||
	    getsockname(r->listen_fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	endpoint_of(&bound, &ss);
	r->port = (uint16_t)endpoint_port(&bound);
	err = watch_fd(r, r->listen_fd, FD_LISTEN, 0);
	return err ? err : watch_fd(r, r->timer_fd, FD_TIMER, 0);
}

static void start_times(struct relay *r)
{
	const struct order *order;

	r->start_us = clock_us();
	r->second_us = r->start_us + SEC_US;
	r->armed_us = r->rebind_us = NEVER;
	if (r->conf.rebind_at_s > 0)
		r->rebind_us = r->start_us + (int64_t)(r->conf.rebind_at_s * 1e6);
	else if (r->conf.rebind_each_s > 0)
		r->rebind_us = r->start_us + (int64_t)(r->conf.rebind_each_s * 1e6);
	while ((order = plan_take(&r->plan, 0)))
		relay_order(r, order);
}

int relay_create(struct relay **out, const struct relay_conf *conf,
		 const struct plan *plan)
{
	struct endpoint at;
	struct relay *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->conf = *conf;
	r->plan = *plan;
	r->epoll_fd = r->timer_fd = r->listen_fd = -1;
	lane_conf_init(&r->confs[UP]);
	lane_conf_init(&r->confs[DOWN]);
	err = endpoint_parse(&at, conf->listen);
	if (!err)
		err = endpoint_parse(&r->server, conf->server);
	if (!err)
		err = lane_pool_create(&r->pool, RELAY_PACKETS);
	if (!err)
		err = open_sockets(r, &at);
	if (!err && conf->shared)
		err = make_lanes(r, r->shared, 0);
	if (err) {
		relay_destroy(r);
		return err;
	}
	start_times(r);
	*out = r;
	return 0;
}

void relay_destroy(struct relay *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < BUCKETS; i++)
		while (r->buckets[i])
			client_free(r->buckets[i]);
	idmap_fini(&r->clients);
	free_lanes(r, r->shared);
	lane_pool_destroy(r->pool);
	agenda_fini(&r->agenda);
	if (r->listen_fd >= 0)
		close(r->listen_fd);
	if (r->timer_fd >= 0)
		close(r->timer_fd);
	if (r->epoll_fd >= 0)
		close(r->epoll_fd);
	free(r);
}

uint16_t relay_port(const struct relay *r)
{
	return r->port;
}
