/* hub_rig.h - a hub above fake links, its rings and what it told; for tests. */
#ifndef TESTS_HUB_RIG_H
#define TESTS_HUB_RIG_H

#include "tests/client_sdp.h"
#include "tests/fake_link.h"
#include "transport/hub.h"

struct rig {
	struct hub hub;
	struct net_rings rings;
	int64_t now_us;
	uint32_t n_keys, key_outlet; /* key_wanted() calls */
	uint32_t n_states, state_peer;
	enum peer_state state;
	uint32_t n_links, link_peer; /* link_report() calls */
	uint32_t verdicts[LINK_PROBE_NONE + 1];
	struct link_report link;
};

void rig_open(struct rig *rig) RUNS_ON(on_net);
void rig_close(struct rig *rig) RUNS_ON(on_net); /* nothing may leak */

/* Opens peer `id`: sources id * 10 + 1 (voice), 2 (camera), 3 (screen); SSRCs
 * id * 100 + 1 (sound), 2 (video), 3 (RTX). */
void rig_peer(struct rig *rig, uint32_t id) RUNS_ON(on_net);

/* As if feedback had shown that its link is good: nothing is paced. */
void rig_proven(struct rig *rig, uint32_t id) RUNS_ON(on_net);

/* Lets `us` pass, tick by tick. */
void rig_pass(struct rig *rig, int64_t us) RUNS_ON(on_net);

/* Pushes a unit of `len` bytes at the present time. */
void rig_video(struct rig *rig, uint32_t outlet, enum codec codec, bool key, size_t len)
	RUNS_ON(on_net);
void rig_sound(struct rig *rig, uint32_t id, uint32_t skip) RUNS_ON(on_net);

/* Of the packets sent since fake_clear(): how many have this SSRC. */
uint32_t rig_count(uint32_t ssrc);
/* The `i`-th of them, NULL if there is none. */
const struct rtp_packet *rig_sent(uint32_t ssrc, uint32_t i);

#endif
