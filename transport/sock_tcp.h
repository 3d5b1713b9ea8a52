/* sock_tcp.h - a TCP listener for media (RFC 6544 passive) whose connections
 * carry datagrams, each behind 16 bits of length (RFC 4571). Owner: net thread.
 *
 * A connection is a stranger until tcp_conn_trust(): its first frame must look
 * like STUN, and it has LIMIT_TCP_STRANGER_SEC. Both directions are bounded; a
 * frame that does not fit into the send queue is dropped whole and counted.
 */
#ifndef TRANSPORT_SOCK_TCP_H
#define TRANSPORT_SOCK_TCP_H

#include "base/attr.h"
#include "base/loop.h"
#include "transport/path.h"

struct sock_tcp;

struct tcp_handler {
	void *ctx;
	/* As in sock.h; from->conn is the connection. */
	void (*datagram)(void *ctx, const struct path *from, uint8_t *data, size_t len,
			 int64_t now_us);
	/* The connection ends, for whatever reason; forget it. */
	void (*closed)(void *ctx, struct tcp_conn *conn);
	void (*batch_end)(void *ctx);
};

int sock_tcp_create(struct sock_tcp **out, struct loop *loop, const struct addr *bind,
		    const struct tcp_handler *handler) AULA_MUST_CHECK;
void sock_tcp_destroy(struct sock_tcp *tcp); /* calls closed(); NULL is accepted */
uint16_t sock_tcp_port(const struct sock_tcp *tcp);
bool sock_tcp_serves(const struct sock_tcp *tcp, const struct addr *addr);

/* Once a second: strangers go, and whoever was silent for 40 s. */
void sock_tcp_tick(struct sock_tcp *tcp, int64_t now_us);

/* Writes what was queued since the last flush. */
void sock_tcp_flush(struct sock_tcp *tcp);

/* A valid check came through it: it may stay. */
void tcp_conn_trust(struct tcp_conn *conn);

/* Queues one frame. -ENOBUFS when the queue is full, -ENOTCONN, -ENOMEM. */
int tcp_conn_send(struct tcp_conn *conn, const uint8_t *data, size_t len);

/* Ends it, with closed(), soon: the pointer stays valid until batch_end. */
void tcp_conn_close(struct tcp_conn *conn);

#endif
