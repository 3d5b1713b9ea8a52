/* sock.h - a UDP socket that reads and writes in batches. Owner: net thread.
 *
 * Out: at most SOCK_BATCH datagrams wait for sock_flush(); what the kernel does
 * not take then is dropped and counted. Nothing ever blocks.
 */
#ifndef TRANSPORT_SOCK_H
#define TRANSPORT_SOCK_H

#include "base/attr.h"
#include "base/loop.h"
#include "transport/path.h"

#define SOCK_BATCH 64
#define SOCK_ROOM  1536 /* bytes of one send buffer */

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

/* A buffer of SOCK_ROOM bytes to write one datagram into, the same one until
 * sock_commit; flushes first when the batch is full. */
uint8_t *sock_reserve(struct sock *sock);
void sock_commit(struct sock *sock, const struct path *to, size_t len);
void sock_flush(struct sock *sock);

#endif
