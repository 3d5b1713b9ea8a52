#include "transport/sock.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS       4         /* batches read in a row before timers get their turn */
#define BUFFER_BYTES (4 << 20) /* wished for in the kernel, each way */
#define CONTROL_ROOM 64        /* one in6_pktinfo and its header, with padding */

_Static_assert(CMSG_SPACE(sizeof(struct in6_pktinfo)) <= CONTROL_ROOM, "control");
_Static_assert(SOCK_ROOM > LIMIT_DATAGRAM, "one byte more shows what is too long");

/* One direction: what recvmmsg and sendmmsg work on. */
struct batch {
	struct mmsghdr msgs[SOCK_BATCH];
	struct iovec iov[SOCK_BATCH];
	struct sockaddr_storage names[SOCK_BATCH];
	alignas(16) uint8_t control[SOCK_BATCH][CONTROL_ROOM];
	alignas(16) uint8_t data[SOCK_BATCH][SOCK_ROOM];
};

struct sock {
	int fd, family;
	bool dual; /* IPv6 socket that serves IPv4 */
	uint16_t port;
	struct loop_fd *lfd;
	struct sock_handler handler;
	uint32_t n_out; /* waiting in `out` */
	struct batch in, out;
};

/* ---- in ------------------------------------------------------------------- */

static void set_in(struct batch *b, unsigned i)
{
	b->iov[i] = (struct iovec){b->data[i], SOCK_ROOM};
	b->msgs[i].msg_hdr = (struct msghdr){
		.msg_name = &b->names[i],
		.msg_namelen = sizeof(b->names[i]),
		.msg_iov = &b->iov[i],
		.msg_iovlen = 1,
		.msg_control = b->control[i],
		.msg_controllen = CONTROL_ROOM,
	};
}

static void read_local(uint8_t local[16], struct msghdr *msg)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(local, 0, 16);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(c), sizeof(v4));
			memcpy(local, mapped, 12);
			memcpy(local + 12, &v4.ipi_spec_dst, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(c), sizeof(v6));
			memcpy(local, &v6.ipi6_addr, 16);
		}
	}
}

static void hand_over(struct sock *sock, unsigned i, int64_t now_us)
{
	struct msghdr *msg = &sock->in.msgs[i].msg_hdr;
	size_t len = sock->in.msgs[i].msg_len;
	struct path from = {.sock = sock};

	if (len == 0 || len > LIMIT_DATAGRAM || (msg->msg_flags & MSG_TRUNC) ||
	    addr_from_sockaddr(&from.remote, msg->msg_name) < 0) {
		count_add(COUNT_REJECT_UDP, 1);
		return;
	}
	read_local(from.local, msg);
	sock->handler.datagram(sock->handler.ctx, &from, sock->in.data[i], len, now_us);
}

static void on_ready(void *ctx, int ready)
{
	struct sock *sock = ctx;
	int n = SOCK_BATCH;

	(void)ready;
	for (int round = 0; round < ROUNDS && n == SOCK_BATCH; round++) {
		int64_t now_us = clock_us();

		for (unsigned i = 0; i < SOCK_BATCH; i++)
			set_in(&sock->in, i);
		n = recvmmsg(sock->fd, sock->in.msgs, SOCK_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++)
			hand_over(sock, (unsigned)i, now_us);
		if (n > 0)
			sock->handler.batch_end(sock->handler.ctx);
	}
}

/* ---- out ------------------------------------------------------------------ */

uint8_t *sock_reserve(struct sock *sock)
{
	if (sock->n_out == SOCK_BATCH)
		sock_flush(sock);
	return sock->out.data[sock->n_out];
}

/* The source address, without an interface: the routing table knows better
 * than the way in which one a reply has to take. */
static size_t write_local(struct sock *sock, uint8_t *control, const uint8_t local[16])
{
	static const uint8_t zeros[16];
	struct msghdr msg = {.msg_control = control, .msg_controllen = CONTROL_ROOM};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct in_pktinfo v4 = {0};
	struct in6_pktinfo v6 = {0};

	if (memcmp(local, zeros, 16) == 0)
		return 0;
	memset(control, 0, CONTROL_ROOM);
	if (sock->family == AF_INET) {
		memcpy(&v4.ipi_spec_dst, local + 12, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(v4));
		memcpy(CMSG_DATA(c), &v4, sizeof(v4));
		return CMSG_SPACE(sizeof(v4));
	}
	memcpy(&v6.ipi6_addr, local, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(v6));
	memcpy(CMSG_DATA(c), &v6, sizeof(v6));
	return CMSG_SPACE(sizeof(v6));
}

void sock_commit(struct sock *sock, const struct path *to, size_t len)
{
	uint32_t i = sock->n_out;
	struct batch *b = &sock->out;

	assert(i < SOCK_BATCH && len <= SOCK_ROOM);
	b->iov[i] = (struct iovec){b->data[i], len};
	b->msgs[i].msg_hdr = (struct msghdr){
		.msg_name = &b->names[i],
		.msg_namelen = addr_to_sockaddr(&to->remote, sock->family, &b->names[i]),
		.msg_iov = &b->iov[i],
		.msg_iovlen = 1,
		.msg_control = b->control[i],
		.msg_controllen = write_local(sock, b->control[i], to->local),
	};
	sock->n_out++;
}

/* Takes care of errno after a datagram was refused: 1 when only that one is
 * lost, 0 when the socket is full and trying the rest would be useless. */
static int refused(void)
{
	count_add(COUNT_UDP_DROPPED, 1);
	if (errno == EAGAIN || errno == ENOBUFS)
		return 0;
	log_debug("udp_refused", "errno=%d", errno);
	return 1;
}

void sock_flush(struct sock *sock)
{
	uint32_t done = 0, total = sock->n_out;

	while (done < total) {
		int n = sendmmsg(sock->fd, sock->out.msgs + done, total - done,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0) {
			done += (uint32_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		done++;
		if (!refused()) {
			count_add(COUNT_UDP_DROPPED, total - done);
			break;
		}
	}
	sock->n_out = 0;
}

/* ---- life ----------------------------------------------------------------- */

static int set_options(struct sock *sock)
{
	int on = 1, off = 0, size = BUFFER_BYTES;

	/* beyond the system's maximum only where we may; else the maximum */
	if (setsockopt(sock->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(sock->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(sock->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(sock->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (sock->family == AF_INET)
		return setsockopt(sock->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	if (setsockopt(sock->fd, IPPROTO_IPV6, IPV6_V6ONLY, sock->dual ? &off : &on,
		       sizeof(on)) < 0)
		return -1;
	return setsockopt(sock->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

static int open_fd(struct sock *sock, const struct addr *addr)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	struct addr bound;

	sock->fd = socket(sock->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock->fd < 0 || set_options(sock) < 0)
		return -errno;
	len = addr_to_sockaddr(addr, sock->family, &ss);
	if (bind(sock->fd, (struct sockaddr *)&ss, len) < 0)
		return -errno;
	len = sizeof(ss);
	if (getsockname(sock->fd, (struct sockaddr *)&ss, &len) < 0)
		return -errno;
	if (addr_from_sockaddr(&bound, (struct sockaddr *)&ss) < 0)
		return -EAFNOSUPPORT;
	sock->port = bound.port;
	return 0;
}

int sock_create(struct sock **out, struct loop *loop, const struct addr *bind_addr,
		const struct sock_handler *handler)
{
	struct sock *sock = calloc(1, sizeof(*sock));
	int err;

	if (!sock)
		return -ENOMEM;
	sock->fd = -1;
	sock->family = addr_is_v4(bind_addr) ? AF_INET : AF_INET6;
	sock->dual = sock->family == AF_INET6 && addr_is_any(bind_addr);
	sock->handler = *handler;
	err = open_fd(sock, bind_addr);
	if (!err)
		err = loop_fd_create(&sock->lfd, loop, sock->fd, on_ready, sock);
	if (err)
		sock_destroy(sock);
	else
		*out = sock;
	return err;
}

void sock_destroy(struct sock *sock)
{
	if (!sock)
		return;
	if (sock->n_out)
		sock_flush(sock);
	loop_fd_destroy(sock->lfd);
	if (sock->fd >= 0)
		close(sock->fd);
	free(sock);
}

uint16_t sock_port(const struct sock *sock)
{
	return sock->port;
}

bool sock_serves(const struct sock *sock, const struct addr *addr)
{
	return sock->dual || (sock->family == AF_INET) == addr_is_v4(addr);
}
