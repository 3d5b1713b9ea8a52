#include "transport/net.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/thread.h"
#include "transport/net_priv.h"
#include "transport/peer.h"

#include <errno.h>
#include <stdlib.h>

/* Posts that may wait; policy when full: see mailbox.h. */
#define LETTERS_MAX 4096

#define GIVE_US (60 * MS_US) /* a unit for some thousands */

#define UFRAG_LEN 8  /* 40 bits; RFC 8445 5.3 asks for 24 */
#define PWD_LEN   28 /* 140 bits; it asks for 128 */

static void on_tick(void *ctx)
{
	struct net *net = ctx;

	thread_claim(&on_net);
	hub_tick(&net->hub, clock_us());
}

/* A unit for thousands takes tens of milliseconds: between its parts sound gets its
 * turn. What comes in waits for a whole one, or pictures would be late, but no longer. */
static void on_more(void *ctx)
{
	struct net *net = ctx;
	int64_t now_us = clock_us(), until_us = now_us + GIVE_US;
	bool more;

	thread_claim(&on_net);
	do {
		more = hub_drain_video(&net->hub, now_us);
		now_us = clock_us();
		if (more)
			hub_drain_audio(&net->hub, now_us);
	} while (more && now_us < until_us);
	if (more)
		loop_timer_once(net->more, 0);
}

static void on_video(void *ctx, int ready)
{
	struct net *net = ctx;

	(void)ready;
	thread_claim(&on_net);
	ring_quiet(net->hub.rings.video_out);
	if (!net->hub.giving) /* else it is on its way */
		on_more(net);
}

static void on_audio(void *ctx, int ready)
{
	struct net *net = ctx;

	(void)ready;
	thread_claim(&on_net);
	ring_quiet(net->hub.rings.audio_out);
	hub_drain_audio(&net->hub, clock_us());
}

static void run(void *arg)
{
	struct net *net = arg;

	thread_claim(&on_net);
	loop_timer_every(net->tick, HUB_TICK_US);
	loop_run(net->loop);

	hub_fini(&net->hub);
	loop_fd_destroy(net->video_bell);
	loop_fd_destroy(net->audio_bell);
	loop_timer_destroy(net->tick);
	loop_timer_destroy(net->more);
	links_destroy(net->links);
	net->over = true;
}

/* All that the thread needs, before it starts. */
static int prepare(struct net *net, const struct links_conf *conf,
		   const struct net_rings *rings)
{
	int err = loop_create(&net->loop, LETTERS_MAX);

	if (!err)
		err = loop_timer_create(&net->tick, net->loop, on_tick, net);
	if (!err)
		err = loop_timer_create(&net->more, net->loop, on_more, net);
	if (!err)
		err = loop_fd_create(&net->video_bell, net->loop,
				     ring_fd(rings->video_out), on_video, net);
	if (!err)
		err = loop_fd_create(&net->audio_bell, net->loop,
				     ring_fd(rings->audio_out), on_audio, net);
	if (!err)
		err = links_create(&net->links, net->loop, conf, &peer_link_events);
	return err;
}

/* No thread runs yet, hence nobody else can be inside. */
static void undo(struct net *net) AULA_TSA(no_thread_safety_analysis)
{
	if (net->links)
		links_destroy(net->links);
	loop_fd_destroy(net->video_bell);
	loop_fd_destroy(net->audio_bell);
	loop_timer_destroy(net->tick);
	loop_timer_destroy(net->more);
	loop_destroy(net->loop);
	free(net);
}

int net_create(struct net **out, const struct links_conf *conf,
	       const struct net_rings *rings, const struct net_events *events)
{
	struct net *net = calloc(1, sizeof(*net));
	int err;

	if (!net)
		return -ENOMEM;
	err = prepare(net, conf, rings);
	if (!err) {
		hub_init(&net->hub, net->links, rings, events);
		err = thread_start(&net->thread, &on_net, "net", run, net);
	}
	if (err)
		undo(net);
	else
		*out = net;
	return err;
}

void net_destroy(struct net *net)
{
	if (!net)
		return;
	loop_stop(net->loop);
	thread_join(net->thread);
	loop_destroy(net->loop); /* tears up what came too late */
	free(net);
}

static uint32_t fresh_ssrc(uint32_t not_a, uint32_t not_b)
{
	uint32_t ssrc;

	do
		ssrc = rand_u32();
	while (!ssrc || ssrc == not_a || ssrc == not_b);
	return ssrc;
}

void net_describe(const struct net *net, struct sdp_local *local)
{
	struct sdp_local fresh = {.version = 1};

	links_describe(net->links, &fresh);
	rand_token(fresh.ufrag, UFRAG_LEN);
	rand_token(fresh.pwd, PWD_LEN);
	/* RFC 8866 5.2: a number that fits 63 bits, never 0 */
	fresh.session_id = ((uint64_t)rand_u32() << 32 | rand_u32()) >> 2 | 1;
	fresh.ssrc_audio = fresh_ssrc(0, 0);
	fresh.ssrc_video = fresh_ssrc(fresh.ssrc_audio, 0);
	fresh.ssrc_rtx = fresh_ssrc(fresh.ssrc_audio, fresh.ssrc_video);
	*local = fresh;
}

bool net_only_private(const struct net *net)
{
	return links_only_private(net->links);
}
