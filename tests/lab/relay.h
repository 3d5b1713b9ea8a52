/* relay.h - a UDP relay between any number of clients and one server, with a lane
 * for each direction of each client. One thread, that which runs it; a control
 * descriptor may be added. See lane.h for what it does to packets.
 */
#ifndef TESTS_LAB_RELAY_H
#define TESTS_LAB_RELAY_H

#include "base/attr.h"
#include "tests/lab/order.h"
#include "tests/lab/plan.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_CLIENTS 16384  /* by source address; more are not served */
#define RELAY_PACKETS 131072 /* on the way in all */
#define RELAY_IDLE_S  90     /* a client that sent nothing so long is forgotten */

struct relay;

struct relay_conf {
	const char *listen, *server; /* "IP:PORT" or "[IP]:PORT"; port 0: any free */
	uint64_t seed;
	bool shared;        /* all clients share one link */
	double rebind_at_s; /* all get new ports towards the server, once; 0: never */
	double rebind_each_s;
};

/* Takes a copy of the plan; its orders of second 0 hold from the start. -EINVAL: an
 * address cannot be read; or what socket() and bind() say. */
int relay_create(struct relay **out, const struct relay_conf *conf,
		 const struct plan *plan) AULA_MUST_CHECK;
void relay_destroy(struct relay *relay); /* NULL is accepted */
uint16_t relay_port(const struct relay *relay);

/* fn(ctx) is called when `fd` can be read; until it ends the relay's run. NULL
 * forgets the descriptor. */
int relay_watch(struct relay *relay, int fd, void (*fn)(void *ctx, int fd), void *ctx);
void relay_unwatch(struct relay *relay, int fd);

/* Until `stop` is set (looked at 10 times a second) or relay_stop(). */
void relay_run(struct relay *relay, const atomic_bool *stop);
void relay_stop(struct relay *relay); /* the relay's thread */

/* From now on. */
void relay_order(struct relay *relay, const struct order *order);
void relay_rebind(struct relay *relay);

/* One line of JSON without its end: both directions. The length, or -ENOSPC. */
int relay_stats(struct relay *relay, char *out, size_t size);

#endif
