#include "transport/net.h"

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "transport/net_priv.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One call of net.h on its way to the net thread. */
struct letter {
	struct net *net;
	void (*run)(struct hub *hub, const struct letter *l, int64_t now_us);
	uint32_t a, b;
	void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n, bool last);
	void *ctx;
	_Alignas(max_align_t) uint8_t data[]; /* a copy of what was pointed to */
};

static void deliver(void *arg)
{
	struct letter *l = arg;

	if (!l->net->over) {
		thread_claim(&on_net);
		l->run(&l->net->hub, l, clock_us());
		links_flush(l->net->links);
	}
	free(l);
}

static int post(const struct letter *draft, const void *data, size_t len)
{
	struct letter *l = malloc(sizeof(*l) + len);
	int err;

	if (!l)
		return -ENOMEM;
	*l = *draft;
	if (len)
		memcpy(l->data, data, len);
	err = loop_post(l->net->loop, deliver, l);
	if (err)
		free(l);
	return err;
}

/* A call with nothing but numbers: needs no memory. */
struct note {
	struct net *net;
	void (*run)(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us);
	uint32_t a, b;
};

_Static_assert(sizeof(struct note) <= MAILBOX_NOTE, "a call is a note");

static void read_note(void *arg)
{
	const struct note *note = arg;

	if (note->net->over)
		return;
	thread_claim(&on_net);
	note->run(&note->net->hub, note->a, note->b, clock_us());
	links_flush(note->net->links);
}

static int post_note(const struct note *note)
{
	return loop_note(note->net->loop, read_note, note, sizeof(*note), false);
}

/* Of what ends or silences something, or says who watches what: with the reserve
 * of the mailbox. */
static int post_must(const struct note *note)
{
	return loop_note(note->net->loop, read_note, note, sizeof(*note), true);
}

static void do_open(struct hub *hub, const struct letter *l, int64_t now_us)
	RUNS_ON(on_net)
{
	hub_peer_open(hub, (const void *)l->data, now_us);
}

int net_peer_open(struct net *net, const struct peer_conf *conf)
{
	return post(&(struct letter){.net = net, .run = do_open}, conf, sizeof(*conf));
}

static void do_remote(struct hub *hub, const struct letter *l, int64_t now_us)
	RUNS_ON(on_net)
{
	hub_peer_remote(hub, l->a, (const void *)l->data, now_us);
}

int net_peer_remote(struct net *net, uint32_t peer, const struct sdp *remote)
{
	return post(&(struct letter){.net = net, .run = do_remote, .a = peer}, remote,
		    sizeof(*remote));
}

struct credentials {
	char ufrag[33], pwd[33];
};

static void do_restart(struct hub *hub, const struct letter *l, int64_t now_us)
	RUNS_ON(on_net)
{
	const struct credentials *c = (const void *)l->data;

	(void)now_us;
	hub_peer_restart(hub, l->a, c->ufrag, c->pwd);
}

int net_peer_restart(struct net *net, uint32_t peer, const char *ufrag, const char *pwd)
{
	size_t ufrag_len = strlen(ufrag), pwd_len = strlen(pwd);
	struct credentials c = {0};

	if (ufrag_len >= sizeof(c.ufrag) || pwd_len >= sizeof(c.pwd))
		return -EINVAL;
	memcpy(c.ufrag, ufrag, ufrag_len);
	memcpy(c.pwd, pwd, pwd_len);
	return post(&(struct letter){.net = net, .run = do_restart, .a = peer}, &c,
		    sizeof(c));
}

static void do_close(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)b;
	(void)now_us;
	hub_peer_close(hub, a);
}

int net_peer_close(struct net *net, uint32_t peer)
{
	return post_must(&(struct note){net, do_close, peer, 0});
}

static void do_mute(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)now_us;
	hub_source_mute(hub, a, b);
}

int net_source_mute(struct net *net, uint32_t source, bool muted)
{
	return post_must(&(struct note){net, do_mute, source, muted});
}

static void do_forget(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)b;
	(void)now_us;
	hub_source_forget(hub, a);
}

int net_source_forget(struct net *net, uint32_t source)
{
	return post_must(&(struct note){net, do_forget, source, 0});
}

static void do_key(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)b;
	(void)now_us;
	hub_source_key(hub, a);
}

int net_source_key(struct net *net, uint32_t source)
{
	return post_note(&(struct note){net, do_key, source, 0});
}

static void do_outlet_open(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)now_us;
	hub_outlet_open(hub, a, (enum codec)b);
}

int net_outlet_open(struct net *net, uint32_t outlet, enum codec codec)
{
	return post_note(&(struct note){net, do_outlet_open, outlet, codec});
}

static void do_outlet_close(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)b;
	(void)now_us;
	hub_outlet_close(hub, a);
}

int net_outlet_close(struct net *net, uint32_t outlet)
{
	return post_must(&(struct note){net, do_outlet_close, outlet, 0});
}

static void do_watch_video(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	hub_watch_video(hub, a, b, false, now_us);
}

static void do_watch_video_at_once(struct hub *hub, uint32_t a, uint32_t b,
				   int64_t now_us) RUNS_ON(on_net)
{
	hub_watch_video(hub, a, b, true, now_us);
}

int net_peer_watch_video(struct net *net, uint32_t peer, uint32_t outlet, bool at_once)
{
	return post_must(&(struct note){
		net, at_once ? do_watch_video_at_once : do_watch_video, peer, outlet});
}

static void do_probe(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	hub_peer_probe(hub, a, b, now_us);
}

int net_peer_probe(struct net *net, uint32_t peer, uint32_t bps)
{
	return post_note(&(struct note){net, do_probe, peer, bps});
}

static void do_allow(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)now_us;
	hub_peer_allow(hub, a, b);
}

int net_peer_allow(struct net *net, uint32_t peer, uint32_t bps)
{
	return post_note(&(struct note){net, do_allow, peer, bps});
}

static void do_watch_audio(struct hub *hub, uint32_t a, uint32_t b, int64_t now_us)
	RUNS_ON(on_net)
{
	hub_watch_audio(hub, a, b, now_us);
}

int net_peer_watch_audio(struct net *net, uint32_t peer, uint32_t outlet)
{
	return post_must(&(struct note){net, do_watch_audio, peer, outlet});
}

static void do_stats(struct hub *hub, const struct letter *l, int64_t now_us)
	RUNS_ON(on_net)
{
	(void)now_us;
	hub_stats(hub, l->done, l->ctx);
}

int net_stats(struct net *net,
	      void (*done)(void *ctx, const struct peer_stats *stats, uint32_t n,
			   bool last),
	      void *ctx)
{
	return post(
		&(struct letter){.net = net, .run = do_stats, .done = done, .ctx = ctx},
		NULL, 0);
}
