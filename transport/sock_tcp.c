#include "transport/sock_tcp.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_ROOM      4096 /* bytes read at once; more than one whole frame */
#define READS        8    /* of one connection in a row */
#define ACCEPTS      16   /* in a row */
#define OUT_LEAST    4096 /* bytes of what waits; more than OUT_KEPT is given back */
#define OUT_KEPT     8192
#define KERNEL_QUEUE (128 << 10)
#define IDLE_US      (40 * SEC_US) /* checks come every few seconds */

_Static_assert((LIMIT_TCP_QUEUE & (LIMIT_TCP_QUEUE - 1)) == 0 &&
		       LIMIT_TCP_QUEUE >= OUT_LEAST,
	       "doubling ends there");
_Static_assert(IN_ROOM > 2 + LIMIT_DATAGRAM, "a whole frame fits");

struct tcp_conn {
	struct tcp_conn *prev, *next; /* in tcp->conns, or (next) tcp->dead */
	struct sock_tcp *tcp;
	int fd;
	struct loop_fd *lfd;
	struct path path;
	int64_t born_us, heard_us;
	bool trusted, dead, dirty, writing;
	uint32_t n_in;            /* bytes in `in` */
	uint32_t out_at, out_len; /* what waits: out[out_at .. out_at + out_len) */
	uint32_t out_room;        /* bytes of `out`; grows up to LIMIT_TCP_QUEUE */
	uint8_t *out;             /* NULL: nothing waits */
	uint8_t in[IN_ROOM];
};

struct sock_tcp {
	struct loop *loop;
	int fd, family;
	bool dual, paused;
	uint16_t port;
	struct loop_fd *lfd;
	struct tcp_handler handler;
	struct tcp_conn *conns, *dead;
	uint32_t n_conns, n_strangers, n_dirty;
	alignas(16) uint8_t frame[LIMIT_DATAGRAM]; /* the one being handed over */
};

/* ---- the end of a connection ---------------------------------------------- */

void tcp_conn_close(struct tcp_conn *conn)
{
	struct sock_tcp *tcp = conn->tcp;

	if (conn->dead)
		return;
	conn->dead = true;
	tcp->handler.closed(tcp->handler.ctx, conn);
	loop_fd_destroy(conn->lfd);
	conn->lfd = NULL;
	close(conn->fd);
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		tcp->conns = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	tcp->n_conns--;
	tcp->n_strangers -= !conn->trusted;
	tcp->n_dirty -= conn->dirty;
	conn->next = tcp->dead;
	tcp->dead = conn;
}

/* Frees what was closed; never while a function of a connection is running. */
static void bury(struct sock_tcp *tcp)
{
	struct tcp_conn *conn;

	while ((conn = tcp->dead)) {
		tcp->dead = conn->next;
		free(conn->out);
		free(conn);
	}
}

void tcp_conn_trust(struct tcp_conn *conn)
{
	if (conn->trusted || conn->dead)
		return;
	conn->trusted = true;
	conn->tcp->n_strangers--;
}

/* ---- out ------------------------------------------------------------------ */

static void want(struct tcp_conn *conn, bool writing)
{
	if (conn->writing == writing)
		return;
	conn->writing = writing;
	loop_fd_want(conn->lfd, LOOP_READ | (writing ? LOOP_WRITE : 0));
}

static void drop_out(struct tcp_conn *conn)
{
	free(conn->out);
	conn->out = NULL;
	conn->out_room = 0;
}

static void write_some(struct tcp_conn *conn)
{
	ssize_t n = 0;

	while (conn->out_len) {
		n = send(conn->fd, conn->out + conn->out_at, conn->out_len,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		conn->out_at += (uint32_t)n;
		conn->out_len -= (uint32_t)n;
	}
	if (n < 0 && errno != EAGAIN) {
		tcp_conn_close(conn);
		return;
	}
	if (conn->out_len == 0) {
		conn->out_at = 0;
		if (conn->out_room > OUT_KEPT)
			drop_out(conn);
	}
	want(conn, conn->out_len > 0);
}

/* Makes place for `n` bytes behind what waits. */
static int make_room(struct tcp_conn *conn, uint32_t n)
{
	uint32_t room = conn->out_room ? conn->out_room : OUT_LEAST;
	uint8_t *out;

	if (conn->out_at + conn->out_len + n <= conn->out_room)
		return 0;
	if (conn->out_at) {
		memmove(conn->out, conn->out + conn->out_at, conn->out_len);
		conn->out_at = 0;
	}
	while (room < conn->out_len + n)
		room *= 2;
	if (room == conn->out_room)
		return 0;
	out = realloc(conn->out, room);
	if (!out)
		return -ENOMEM;
	conn->out = out;
	conn->out_room = room;
	return 0;
}

int tcp_conn_send(struct tcp_conn *conn, const uint8_t *data, size_t len)
{
	uint8_t *p;

	if (conn->dead)
		return -ENOTCONN;
	if (len > LIMIT_DATAGRAM || conn->out_len + 2 + len > LIMIT_TCP_QUEUE) {
		count_add(COUNT_TCP_DROPPED, 1);
		return -ENOBUFS;
	}
	if (make_room(conn, (uint32_t)(2 + len)) < 0)
		return -ENOMEM;
	p = conn->out + conn->out_at + conn->out_len;
	wr16(p, (uint16_t)len);
	memcpy(p + 2, data, len);
	conn->out_len += (uint32_t)(2 + len);
	conn->tcp->n_dirty += !conn->dirty;
	conn->dirty = true;
	return 0;
}

void sock_tcp_flush(struct sock_tcp *tcp)
{
	struct tcp_conn *next;

	for (struct tcp_conn *conn = tcp->conns; conn && tcp->n_dirty; conn = next) {
		next = conn->next;
		if (!conn->dirty)
			continue;
		conn->dirty = false;
		tcp->n_dirty--;
		if (!conn->writing)
			write_some(conn);
	}
}

/* ---- in ------------------------------------------------------------------- */

/* Hands over the whole frames of `in`. False when the connection is to end. */
static bool take_frames(struct tcp_conn *conn, int64_t now_us)
{
	struct sock_tcp *tcp = conn->tcp;
	struct cursor c = cursor_of(conn->in, conn->n_in);

	while (cursor_left(&c) >= 2) {
		size_t len = rd16(c.p);

		if (len > LIMIT_DATAGRAM)
			return false;
		if (cursor_left(&c) < 2 + len)
			break;
		c.p += 2 + len;
		if (len == 0)
			continue; /* allowed by RFC 4571, and means nothing */
		memcpy(tcp->frame, c.p - len, len);
		if (!conn->trusted && tcp->frame[0] > 3)
			return false;
		tcp->handler.datagram(tcp->handler.ctx, &conn->path, tcp->frame, len,
				      now_us);
		if (conn->dead)
			return true;
	}
	conn->n_in = (uint32_t)cursor_left(&c);
	memmove(conn->in, c.p, conn->n_in);
	return true;
}

static void read_some(struct tcp_conn *conn)
{
	int64_t now_us = clock_us();

	for (int i = 0; i < READS && !conn->dead; i++) {
		ssize_t n = recv(conn->fd, conn->in + conn->n_in, IN_ROOM - conn->n_in,
				 MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			tcp_conn_close(conn);
			return;
		}
		conn->n_in += (uint32_t)n;
		conn->heard_us = now_us;
		if (!take_frames(conn, now_us)) {
			count_add(COUNT_REJECT_TCP, 1);
			tcp_conn_close(conn);
		}
	}
}

static void on_conn(void *ctx, int ready)
{
	struct tcp_conn *conn = ctx;
	struct sock_tcp *tcp = conn->tcp;

	if (ready & LOOP_WRITE)
		write_some(conn);
	if (!conn->dead && (ready & LOOP_READ))
		read_some(conn);
	tcp->handler.batch_end(tcp->handler.ctx);
	bury(tcp);
}

/* ---- accepting ------------------------------------------------------------ */

static bool crowded(const struct sock_tcp *tcp, const struct addr *remote)
{
	uint32_t n = 0;

	if (tcp->n_conns >= LIMIT_TCP_CONNS || tcp->n_strangers >= LIMIT_TCP_STRANGERS)
		return true;
	/* new ones are in front, and most of those in front are strangers */
	for (const struct tcp_conn *c = tcp->conns; c && n < LIMIT_TCP_STRANGERS_IP;
	     c = c->next)
		n += !c->trusted && memcmp(c->path.remote.ip, remote->ip, 16) == 0;
	return n == LIMIT_TCP_STRANGERS_IP;
}

static void set_options(int fd)
{
	int on = 1, size = KERNEL_QUEUE;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* sound that waits in the kernel is of no use to anybody */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int welcome(struct sock_tcp *tcp, int fd, const struct addr *remote)
{
	struct tcp_conn *conn = calloc(1, sizeof(*conn));
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	struct addr local;

	if (!conn)
		return -ENOMEM;
	conn->tcp = tcp;
	conn->fd = fd;
	conn->born_us = conn->heard_us = clock_us();
	conn->path.remote = *remote;
	conn->path.conn = conn;
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    addr_from_sockaddr(&local, (struct sockaddr *)&ss) == 0)
		memcpy(conn->path.local, local.ip, 16);
	if (loop_fd_create(&conn->lfd, tcp->loop, fd, on_conn, conn) < 0) {
		free(conn);
		return -ENOMEM;
	}
	set_options(fd);
	conn->next = tcp->conns;
	if (conn->next)
		conn->next->prev = conn;
	tcp->conns = conn;
	tcp->n_conns++;
	tcp->n_strangers++;
	return 0;
}

static void on_accept(void *ctx, int ready)
{
	struct sock_tcp *tcp = ctx;

	(void)ready;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage ss = {0};
		socklen_t len = sizeof(ss);
		struct addr remote;
		int fd = accept4(tcp->fd, (struct sockaddr *)&ss, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			/* it would be ready again at once: wait for the tick */
			tcp->paused = true;
			loop_fd_want(tcp->lfd, 0);
		}
		if (fd < 0)
			return;
		if (addr_from_sockaddr(&remote, (struct sockaddr *)&ss) < 0 ||
		    crowded(tcp, &remote) || welcome(tcp, fd, &remote) < 0) {
			count_add(COUNT_REJECT_TCP, 1);
			close(fd);
		}
	}
}

void sock_tcp_tick(struct sock_tcp *tcp, int64_t now_us)
{
	struct tcp_conn *next;

	if (tcp->paused) {
		tcp->paused = false;
		loop_fd_want(tcp->lfd, LOOP_READ);
	}
	for (struct tcp_conn *conn = tcp->conns; conn; conn = next) {
		next = conn->next;
		if (conn->trusted
			    ? now_us - conn->heard_us < IDLE_US
			    : now_us - conn->born_us < LIMIT_TCP_STRANGER_SEC * SEC_US)
			continue;
		count_add(COUNT_REJECT_TCP, 1);
		tcp_conn_close(conn);
	}
	bury(tcp);
}

/* ---- life ----------------------------------------------------------------- */

static int open_fd(struct sock_tcp *tcp, const struct addr *addr)
{
	struct sockaddr_storage ss = {0};
	socklen_t len;
	struct addr bound;
	int on = 1, off = 0;

	tcp->fd = socket(tcp->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (tcp->fd < 0)
		return -errno;
	setsockopt(tcp->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (tcp->family == AF_INET6 && setsockopt(tcp->fd, IPPROTO_IPV6, IPV6_V6ONLY,
						  tcp->dual ? &off : &on, sizeof(on)) < 0)
		return -errno;
	len = addr_to_sockaddr(addr, tcp->family, &ss);
	if (bind(tcp->fd, (struct sockaddr *)&ss, len) < 0 || listen(tcp->fd, 512) < 0)
		return -errno;
	len = sizeof(ss);
	if (getsockname(tcp->fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	if (addr_from_sockaddr(&bound, (struct sockaddr *)&ss) < 0)
		return -EAFNOSUPPORT;
	tcp->port = bound.port;
	return 0;
}

int sock_tcp_create(struct sock_tcp **out, struct loop *loop,
		    const struct addr *bind_addr, const struct tcp_handler *handler)
{
	struct sock_tcp *tcp = calloc(1, sizeof(*tcp));
	int err;

	if (!tcp)
		return -ENOMEM;
	tcp->loop = loop;
	tcp->fd = -1;
	tcp->family = addr_is_v4(bind_addr) ? AF_INET : AF_INET6;
	tcp->dual = tcp->family == AF_INET6 && addr_is_any(bind_addr);
	tcp->handler = *handler;
	err = open_fd(tcp, bind_addr);
	if (!err)
		err = loop_fd_create(&tcp->lfd, loop, tcp->fd, on_accept, tcp);
	if (err)
		sock_tcp_destroy(tcp);
	else
		*out = tcp;
	return err;
}

void sock_tcp_destroy(struct sock_tcp *tcp)
{
	if (!tcp)
		return;
	while (tcp->conns)
		tcp_conn_close(tcp->conns);
	bury(tcp);
	loop_fd_destroy(tcp->lfd);
	if (tcp->fd >= 0)
		close(tcp->fd);
	free(tcp);
}

uint16_t sock_tcp_port(const struct sock_tcp *tcp)
{
	return tcp->port;
}

bool sock_tcp_serves(const struct sock_tcp *tcp, const struct addr *addr)
{
	return tcp->dual || (tcp->family == AF_INET) == addr_is_v4(addr);
}
