/* link_world.h - what the tests of link.h stand on: links on the loopback
 * interface and a client of our own, all on one thread that is the net thread.
 */
#ifndef TESTS_LINK_WORLD_H
#define TESTS_LINK_WORLD_H

#include "base/clock.h"
#include "tests/peer_client.h"
#include "tests/test.h"
#include "transport/link.h"

struct world {
	struct loop *loop;
	struct loop_timer *stop;
	struct links *links;
	struct sdp_local local;
};

/* One link and what happened to it. */
struct end {
	struct world *world;
	struct link *link;
	bool is_up, is_down, refuse, close_on_rtp;
	enum link_down why;
	uint32_t n_rtp, n_rtcp, n_asked;
	uint8_t last[LIMIT_DATAGRAM];
	size_t last_len;
	struct peer_client *client;
	uint32_t n_client_rtp, n_client_rtcp;
	uint8_t client_last[LIMIT_DATAGRAM];
	size_t client_last_len;
};

extern const struct link_events end_events; /* for any struct end */

/* Listens on `listen_ip` (NULL: everything), advertises 127.0.0.1, or ::1 when
 * it is one of IPv6. */
void world_init(struct world *world, const char *listen_ip);
void world_fini(struct world *world) RUNS_ON(on_net);
void world_pump(struct world *world, int64_t us); /* runs the loop so long */
bool world_has_v6(void);                          /* this machine has ::1 */

/* Opens a link with fresh credentials, which world->local then has. */
void end_open(struct end *end, struct world *world) RUNS_ON(on_net);
struct peer_client_conf end_client_conf(struct end *end, bool tcp);
/* Makes the client, tells the link about it, waits until both are up. */
void end_connect(struct end *end, const struct peer_client_conf *conf) RUNS_ON(on_net);
void end_run(struct end *end, int ms); /* both sides */
/* Runs both sides until the links took all that has come for them. */
void end_settle(struct end *end);
void end_close(struct end *end) RUNS_ON(on_net);

/* What the client says of itself. */
struct sdp end_sdp(const struct peer_client *client);

/* RTP and RTCP both ways, compared byte by byte; once per end. */
void end_exchange(struct end *end) RUNS_ON(on_net);

size_t end_make_rtp(uint8_t *out, uint32_t ssrc, uint16_t seq, size_t payload);
size_t end_make_rr(uint8_t *out, uint32_t ssrc);

/* Runs both sides until `cond`, at most so many times: half a minute or more. */
#define UNTIL(end, cond) \
	do { \
		for (int tries = 0; tries < 15000 && !(cond); tries++) { \
			world_pump((end)->world, 2 * MS_US); \
			if ((end)->client) \
				peer_client_step((end)->client); \
		} \
		CHECK(cond); \
	} while (0)

#endif
