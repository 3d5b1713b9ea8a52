#include "transport/sock.h"

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* of linux/udp.h */
#endif

#define ROUNDS       4         /* batches read in a row before timers get their turn */
#define BUFFER_BYTES (4 << 20) /* wished for in the kernel, each way */
#define CONTROL_ROOM 64        /* one in6_pktinfo, one segment size, with headers */
#define TRAIN_BYTES  60000     /* of one message; the limit of UDP is a bit higher */

_Static_assert(CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)) <=
		       CONTROL_ROOM,
	       "control");
_Static_assert(SOCK_ROOM > LIMIT_DATAGRAM, "one byte more shows what is too long");

/* What recvmmsg works on. */
struct in {
	struct mmsghdr msgs[SOCK_BATCH];
	struct iovec iov[SOCK_BATCH];
	struct sockaddr_storage names[SOCK_BATCH];
	alignas(16) uint8_t control[SOCK_BATCH][CONTROL_ROOM];
	alignas(16) uint8_t data[SOCK_BATCH][SOCK_ROOM];
};

/* The datagrams of one message. */
struct train {
	uint16_t size; /* bytes of each but the last one */
	uint16_t n;
	bool ended; /* the last one is shorter */
};

/* What sendmmsg works on. */
struct out {
	uint32_t n;       /* messages that wait */
	size_t used;      /* bytes of `arena` */
	struct path last; /* whom the last message is for */
	struct train trains[SOCK_BATCH];
	struct mmsghdr msgs[SOCK_BATCH];
	struct iovec iov[SOCK_BATCH];
	struct sockaddr_storage names[SOCK_BATCH];
	alignas(16) uint8_t control[SOCK_BATCH][CONTROL_ROOM];
	alignas(16) uint8_t arena[SOCK_ARENA];
};

struct sock {
	int fd, family;
	bool dual; /* IPv6 socket that serves IPv4 */
	uint16_t port;
	struct loop_fd *lfd;
	struct sock_handler handler;
	bool trains;       /* the kernel cuts them */
	bool trains_known; /* it did once */
	struct in in;
	struct out out;
};

/* ---- in ------------------------------------------------------------------- */

/* All are ready before each call: only those that were filled need it again. */
static void set_in(struct in *b, unsigned i)
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

		n = recvmmsg(sock->fd, sock->in.msgs, SOCK_BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++) {
			hand_over(sock, (unsigned)i, now_us);
			set_in(&sock->in, (unsigned)i);
		}
		if (n > 0)
			sock->handler.batch_end(sock->handler.ctx);
	}
}

/* ---- out ------------------------------------------------------------------ */

static void send_all(struct sock *sock);

uint8_t *sock_reserve(struct sock *sock)
{
	if (sock->out.used + SOCK_ROOM > SOCK_ARENA)
		sock_flush(sock);
	return sock->out.arena + sock->out.used;
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

static bool same_way(const struct path *a, const struct path *b)
{
	return addr_equal(&a->remote, &b->remote) && memcmp(a->local, b->local, 16) == 0;
}

/* The segment size follows what write_local() wrote. */
static void write_size(struct msghdr *msg, uint16_t size)
{
	void *end = (uint8_t *)msg->msg_control + msg->msg_controllen; /* aligned */
	struct cmsghdr *c = end;

	c->cmsg_level = IPPROTO_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(size));
	memcpy(CMSG_DATA(c), &size, sizeof(size));
	msg->msg_controllen += CMSG_SPACE(sizeof(size));
}

/* True when the datagram went to the end of the last message. */
static bool couple(struct sock *sock, const struct path *to, size_t len)
{
	struct out *out = &sock->out;
	struct train *train = &out->trains[out->n - 1];
	struct iovec *iov = &out->iov[out->n - 1];

	if (!sock->trains || train->ended || len > train->size ||
	    train->n == SOCK_TRAIN || iov->iov_len + len > TRAIN_BYTES ||
	    !same_way(&out->last, to))
		return false;
	if (train->n == 1)
		write_size(&out->msgs[out->n - 1].msg_hdr, train->size);
	train->n++;
	train->ended = len < train->size;
	iov->iov_len += len;
	return true;
}

void sock_commit(struct sock *sock, const struct path *to, size_t len)
{
	struct out *out = &sock->out;
	uint8_t *data = out->arena + out->used;
	uint32_t i;

	assert(len <= SOCK_ROOM && out->used + len <= SOCK_ARENA);
	out->used += len;
	if (out->n && couple(sock, to, len))
		return;
	if (out->n == SOCK_BATCH)
		send_all(sock);
	i = out->n++;
	out->last = *to;
	out->trains[i] = (struct train){.size = (uint16_t)len, .n = 1};
	out->iov[i] = (struct iovec){data, len};
	out->msgs[i].msg_hdr = (struct msghdr){
		.msg_name = &out->names[i],
		.msg_namelen = addr_to_sockaddr(&to->remote, sock->family,
						&out->names[i]),
		.msg_iov = &out->iov[i],
		.msg_iovlen = 1,
		.msg_control = out->control[i],
		.msg_controllen = write_local(sock, out->control[i], to->local),
	};
}

/* Takes care of errno after `n` datagrams were refused: false when the socket is
 * full and trying the rest would be useless. */
static bool refused(uint32_t n)
{
	count_add(COUNT_UDP_DROPPED, n);
	if (errno == EAGAIN || errno == ENOBUFS)
		return false;
	log_debug("udp_refused", "errno=%d", errno);
	return true;
}

/* Whether errno may mean that only the cutting is what the kernel does not do: no
 * checksums by the device, or the way is too narrow for a whole segment. */
static bool cannot_cut(void)
{
	return errno == EIO || errno == EINVAL || errno == EMSGSIZE ||
	       errno == EOPNOTSUPP;
}

/* Each datagram of a train alone. */
static bool send_cut(struct sock *sock, uint32_t i)
{
	struct msghdr msg = sock->out.msgs[i].msg_hdr;
	const struct train *train = &sock->out.trains[i];
	uint8_t *at = msg.msg_iov->iov_base, *end = at + msg.msg_iov->iov_len;
	struct iovec iov;

	msg.msg_iov = &iov;
	msg.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
	for (uint32_t left = train->n; left; left--, at += train->size) {
		iov = (struct iovec){at, train->size};
		if (at + train->size > end)
			iov.iov_len = (size_t)(end - at);
		if (sendmsg(sock->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS)
			return refused(left);
		refused(1);
	}
	return true;
}

/* Message `i` was not taken. False: nor will the rest be. */
static bool send_again(struct sock *sock, uint32_t i)
{
	if (sock->out.trains[i].n == 1 || !cannot_cut())
		return refused(sock->out.trains[i].n);
	if (sock->trains && (errno == EIO || !sock->trains_known)) {
		log_info("udp_trains_off", "errno=%d", errno);
		sock->trains = false;
	}
	return send_cut(sock, i);
}

static void send_all(struct sock *sock)
{
	struct out *out = &sock->out;
	uint32_t done = 0;
	bool go_on = true;

	while (done < out->n && go_on) {
		int n = sendmmsg(sock->fd, out->msgs + done, out->n - done,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			go_on = send_again(sock, done++);
		for (int i = 0; i < n; i++)
			sock->trains_known |= out->trains[done++].n > 1;
	}
	for (; done < out->n; done++)
		count_add(COUNT_UDP_DROPPED, out->trains[done].n);
	out->n = 0;
}

void sock_flush(struct sock *sock)
{
	send_all(sock);
	sock->out.used = 0;
}

/* ---- life ----------------------------------------------------------------- */

static int set_options(struct sock *sock)
{
	int on = 1, off = 0, size = BUFFER_BYTES;

	sock->trains = setsockopt(sock->fd, IPPROTO_UDP, UDP_SEGMENT, &off,
				  sizeof(off)) == 0;

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
	for (unsigned i = 0; i < SOCK_BATCH; i++)
		set_in(&sock->in, i);
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
	if (sock->out.n)
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

bool sock_has_trains(const struct sock *sock)
{
	return sock->trains;
}

bool sock_serves(const struct sock *sock, const struct addr *addr)
{
	return sock->dual || (sock->family == AF_INET) == addr_is_v4(addr);
}
