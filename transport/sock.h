/* sock.h - a UDP socket that reads and writes in batches. Owner: net thread.
 *
 * Out: what waits for sock_flush() is at most SOCK_BATCH messages and SOCK_ARENA bytes.
 * A message is one datagram, or a train: datagrams in a row along the same path, of
 * equal length but for the last one, which may be shorter. The kernel walks its stack
 * once for a train and cuts it at the end (UDP_SEGMENT). Where it does not, each goes
 * alone. What the kernel does not take is dropped and counted. Nothing ever blocks.
 */
#ifndef TRANSPORT_SOCK_H
#define TRANSPORT_SOCK_H

#include "base/attr.h"
#include "base/loop.h"
#include "transport/path.h"

#define SOCK_BATCH 64
#define SOCK_ROOM  1536        /* bytes of one send buffer */
#define SOCK_ARENA (128 << 10) /* bytes of all that waits */
#define SOCK_TRAIN 64          /* datagrams; what all kernels with UDP_SEGMENT take */

struct sock_handler {
	void *ctx;
	/* `data` is writable, aligned to 16 and valid during the call. */
	void (*datagram)(void *ctx, const struct path *from, uint8_t *data, size_t len,
			 int64_t now_us);
	void (*batch_end)(void *ctx);
};

/* Binds `bind`; for the any-address of IPv6 IPv4 is served too. */
int sock_create(struct sock **out, struct loop *loop, const struct addr *bind,
		const struct sock_handler *handler) AULA_MUST_CHECK;
void sock_destroy(struct sock *sock); /* NULL is accepted */

uint16_t sock_port(const struct sock *sock);
bool sock_serves(const struct sock *sock, const struct addr *addr); /* the family */

/* True while trains are left to the kernel to cut. It ends for good when the kernel
 * refuses a train on a device that cannot, or the first one for whatever reason. */
bool sock_has_trains(const struct sock *sock);

/* A buffer of SOCK_ROOM bytes to write one datagram into, at any alignment; the same
 * one until sock_commit or sock_flush. Flushes first when there is no room. */
uint8_t *sock_reserve(struct sock *sock);
void sock_commit(struct sock *sock, const struct path *to, size_t len);
void sock_flush(struct sock *sock);

#endif
