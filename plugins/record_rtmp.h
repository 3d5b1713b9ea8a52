/* record_rtmp.h - what the files of the recorder "rtmp" share; not for others.
 *
 * Sends H.264 and AAC, made from the Opus, to a platform by RTMP (Adobe's specification
 * 1.0). A thread of its own waits for the network: whoever records never does. Media that
 * does not fit into a queue is left out up to the next key frame; a link that broke is
 * built again for a while. Nothing here writes the target anywhere: it has the key of
 * somebody's stream in it.
 */
#ifndef PLUGINS_RECORD_RTMP_H
#define PLUGINS_RECORD_RTMP_H

#include "plugins/record_track.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { RTMP_VIDEO, RTMP_SOUND };

struct rtmp_limits {
	int64_t io_ms;                 /* of one connection, or one packet */
	int64_t first_ms;              /* until there was a connection at all */
	int64_t lost_ms;               /* until there is one again */
	int64_t steady_ms;             /* a link that was up so long was a good one */
	int64_t wait_ms, wait_most_ms; /* between two tries; doubled each time */
	int64_t close_ms;              /* for what is left at the end */
};
extern const struct rtmp_limits rtmp_usual;

int64_t rtmp_now_ms(void); /* monotonic */

/* ---- record_rtmp_url.c ---------------------------------------------------------- */

#define RTMP_URL_MAX 511 /* bytes */
/* rtmp:// or rtmps://, a host, a port or none, a path; nothing that libavformat would
 * take for anything else. -EINVAL. */
int rtmp_url_check(const char *url);

/* ---- record_rtmp_queue.c: from who records to who sends -------------------------- */

#define RTMP_QUEUE    1024
#define RTMP_QUEUE_US INT64_C(6000000)
#define RTMP_QUEUE_B  (8 << 20)

/* Policy when full: all that waits is left out, and what follows up to a key frame. */
struct rtmp_queue {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	AVPacket *ring[RTMP_QUEUE]; /* times in us, stream_index RTMP_VIDEO or _SOUND */
	uint32_t first, n;
	size_t bytes;
	bool has_video, wait_key, stop;
	int err; /* the sender gave up */
	_Atomic uint64_t n_lost;
};

int rtmp_queue_init(struct rtmp_queue *q, bool has_video);
void rtmp_queue_fini(struct rtmp_queue *q);
/* Takes the packet, whatever it returns: the error of the sender. */
int rtmp_queue_put(struct rtmp_queue *q, AVPacket *packet);
/* Waits for one. NULL: nothing will come any more. */
AVPacket *rtmp_queue_get(struct rtmp_queue *q);
/* False: it is to stop. */
bool rtmp_queue_wait(struct rtmp_queue *q, int64_t ms);
void rtmp_queue_stop(struct rtmp_queue *q);
void rtmp_queue_fail(struct rtmp_queue *q, int err);
int rtmp_queue_error(struct rtmp_queue *q);

/* ---- record_rtmp_address.c: where that is ----------------------------------------- */

#define RTMP_ADDRESS 50 /* as it stands in a URL, with its zero */
struct rtmp_link;
/* The host of a URL that was checked; its length. */
size_t rtmp_host(const char *url, const char **host);
struct rtmp_where {
	const char *url; /* that was checked */
	bool inner;      /* its address may be of the own network */
	uint32_t turn;   /* of several addresses each has its turn */
};
/* Asks what address the server has, and waits until the link is late at most. -EACCES:
 * any of them is of the own network, and that is not to be; -EHOSTUNREACH, -ETIMEDOUT. */
int rtmp_address(const struct rtmp_link *link, const struct rtmp_where *where,
		 char out[RTMP_ADDRESS]);

/* ---- record_rtmp_link.c: one connection ------------------------------------------- */

struct rtmp_media {
	AVCodecParameters *video, *opus; /* either may be missing */
};

/* Owner: the thread that sends. */
struct rtmp_link {
	AVFormatContext *ctx;
	AVStream *video, *sound;
	struct mp4_aac *aac;
	AVPacket *packet;
	bool begun;
	int64_t zero_us;         /* of the recording: zero of what is sent */
	int64_t until_ms;        /* by rtmp_now_ms(): what takes longer is broken off */
	_Atomic int64_t *end_ms; /* the same for all that is done; 0: not yet */
};

/* Is what it does to be broken off? */
bool rtmp_link_late(const struct rtmp_link *link);
/* Call rtmp_link_close() whatever it returns. As rtmp_address(). */
int rtmp_link_open(struct rtmp_link *link, const struct rtmp_where *where,
		   const struct rtmp_media *media, int64_t io_ms,
		   _Atomic int64_t *end_ms);
int rtmp_link_send(struct rtmp_link *link, AVPacket *packet, int64_t io_ms);
/* `whole`: sends what is left and says good-bye. */
void rtmp_link_close(struct rtmp_link *link, bool whole, int64_t io_ms);

/* ---- record_rtmp_push.c ------------------------------------------------------------ */

int rtmp_start(void **self, const struct aula_start *start,
	       const struct rtmp_limits *limits);
int rtmp_write(void *self, const struct aula_packet *packet);
int rtmp_change(void *self, uint32_t index, const struct aula_track *track);
int rtmp_close(void *self);

#endif
