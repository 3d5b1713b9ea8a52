/* outlet.h - one encoded stream and those who watch it: each unit is packetised
 * once and given to all. A short group of pictures is kept for newcomers.
 */
#ifndef TRANSPORT_OUTLET_H
#define TRANSPORT_OUTLET_H

#include "base/au.h"
#include "base/thread.h"
#include "transport/blob.h"
#include "transport/net.h"
#include "transport/send.h"

#define SEND_PAYLOAD_MAX 1100 /* bytes of one packet; headers and SRTP fit 1200 */

/* Of the video of a low rung: on the narrow ways that it is for a full packet takes so
 * long that the sound behind it finds the queue full. */
#define SEND_PAYLOAD_LOW 420
#define LOW_UNIT         900 /* bytes, on average; all above is no low rung */

#define GOP_UNITS 64 /* at most, of the group that is kept */
#define GOP_BYTES 196608
#define GOP_SMALL 65536 /* bytes: it goes out when a pacer can take it */

/* Owner: the net thread, through its hub. */
struct outlet {
	uint32_t id;
	enum codec codec;
	struct watch *watches;
	uint32_t n_watches;
	/* the unit of video that is being handed out, and who is next; NULL: none */
	struct blob *giving;
	struct watch *next;
	const struct net_events *events;
	uint32_t picture; /* number of the next one, for VP8 */
	uint32_t mean;    /* bytes of a unit of video, lately */
	/* video: units since the last key frame, while they are few; else none */
	struct blob *gop[GOP_UNITS];
	uint32_t n_gop;
	size_t gop_bytes;
	int64_t gop_since_us; /* the key frame came */
	bool key_wanted;      /* asked again as soon as the rate allows */
	int64_t key_asked_us;
};

int outlet_create(struct outlet **out, uint32_t id, enum codec codec,
		  const struct net_events *events) AULA_MUST_CHECK;
void outlet_destroy(struct outlet *o) RUNS_ON(on_net); /* nobody watches it any more */

/* Packetises a unit and sends it to all who watch. Takes it. */
void outlet_push(struct outlet *o, struct au *au, int64_t now_us) RUNS_ON(on_net);

/* The same for video bit by bit: thousands take longer than anything else may wait.
 * What is left of the unit before goes out first. */
void outlet_begin(struct outlet *o, struct au *au, int64_t now_us) RUNS_ON(on_net);
/* Goes on with at most `n` viewers and says how many they were. In between anybody may
 * come and go; who comes then begins with what is kept for newcomers. */
uint32_t outlet_give(struct outlet *o, uint32_t n, int64_t now_us) RUNS_ON(on_net);
static inline bool outlet_gives(const struct outlet *o)
{
	return o->giving != NULL;
}

/* A viewer needs a key frame; passed on at most once a second, each two seconds when
 * there are many viewers: each key frame costs all of them. */
void outlet_want_key(struct outlet *o, int64_t now_us) RUNS_ON(on_net);
void outlet_tick(struct outlet *o, int64_t now_us) RUNS_ON(on_net);

/* From now on the stream shows this outlet; NULL: nothing. Video: at its next key
 * frame, at once if the group so far can be replayed. Until then the one before
 * goes on if it has the same codec; with `at_once` it ends here, with what of it
 * waits for its turn. */
void outlet_watch(struct send *s, struct outlet *o, bool at_once, int64_t now_us)
	RUNS_ON(on_net);
void outlet_unwatch(struct watch *w) RUNS_ON(on_net);

/* The stream became able to send (or unable): connected, or agreed anew. */
void outlet_resume(struct send *s, int64_t now_us) RUNS_ON(on_net);

/* One unit of sound for this stream alone; packetised, not taken. */
void outlet_push_alone(struct send *s, struct au *au, int64_t now_us) RUNS_ON(on_net);

#endif
