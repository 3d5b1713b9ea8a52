/* net_priv.h - the thread behind net.h. Private to net.c and net_post.c. */
#ifndef TRANSPORT_NET_PRIV_H
#define TRANSPORT_NET_PRIV_H

#include "base/loop.h"
#include "transport/hub.h"

struct net {
	struct loop *loop;
	struct links *links;
	struct loop_timer *tick;
	struct loop_timer *more; /* video that is left of a unit */
	struct loop_fd *video_bell, *audio_bell;
	struct thread *thread;
	/* Set by the net thread at its end, read by whoever joined it: letters
	 * that came too late are torn up. */
	bool over;
	struct hub hub; /* of the net thread */
};

#endif
