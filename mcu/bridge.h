/* bridge.h - the one place where the media threads' callbacks become calls on
 * the control thread, or posts from one media thread to another.
 */
#ifndef MCU_BRIDGE_H
#define MCU_BRIDGE_H

#include "mcu/server.h"
#include "mixer/aworker.h"
#include "mixer/vworker.h"
#include "recorder/recorder.h"
#include "transport/net.h"

/* Called on a net thread, with some of its peers; `last`: with those all have told. */
void bridge_net_stats(struct server *server, const struct peer_stats *stats, uint32_t n,
		      bool last);
struct net_events bridge_net(struct server *server);
struct vworker_events bridge_vworker(struct server *server);
struct aworker_events bridge_aworker(struct server *server);
struct recorder_events bridge_recorder(struct server *server);

/* Figures of all peers; given to quality_stats() when they come. */
void bridge_ask_stats(struct server *server) RUNS_ON(on_ctl);
/* What pictures cost; given to the console's costs when it comes. */
void bridge_ask_costs(struct server *server) RUNS_ON(on_ctl);

#endif
