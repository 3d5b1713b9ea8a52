#include "plugins/record_rtmp.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define LEAVE_MS 2000 /* more than it is told to take */

const struct rtmp_limits rtmp_usual = {
	.io_ms = 5000,
	.first_ms = 20000,
	.lost_ms = 120000,
	.steady_ms = 10000,
	.wait_ms = 1000,
	.wait_most_ms = 16000,
	.close_ms = 5000,
};

struct rtmp {
	/* of who records */
	uint32_t n_tracks, video_index;
	uint8_t *sets; /* of the pictures from now on: with each key frame */
	uint32_t sets_len;
	pthread_t thread;
	/* of both */
	struct rtmp_limits limits;
	struct rtmp_queue queue;
	_Atomic int64_t end_ms; /* when all must be over; 0: not yet */
	_Atomic int owners;     /* the last one frees it */
	char url[RTMP_URL_MAX + 1];
	bool inner;    /* its address may be of the own network */
	uint32_t turn; /* tries so far */
	/* of who sends */
	struct rtmp_media media;
	struct rtmp_link link;
	bool up, was_up;
	int64_t up_ms, bad_ms,
		wait_ms; /* up since; in trouble since; before the next try */
	int last_err;    /* why it is not up; 0: it is */
};

/* ---- the thread that sends ------------------------------------------------------------
 */

/* Waits before the next try. False: it is over, since it was told so or since it takes
 * too long. A link that was up for a moment only is as good as none. */
static bool link_lost(struct rtmp *r, int err)
{
	int64_t now_ms = rtmp_now_ms();
	int64_t wait_ms;

	rtmp_link_close(&r->link, false, r->limits.io_ms);
	if (r->up && now_ms - r->up_ms >= r->limits.steady_ms) {
		r->bad_ms = now_ms;
		r->wait_ms = r->limits.wait_ms;
	}
	r->up = false;
	r->last_err = err;
	if (err == -EACCES || /* it would be no better later */
	    now_ms - r->bad_ms > (r->was_up ? r->limits.lost_ms : r->limits.first_ms)) {
		rtmp_queue_fail(&r->queue, err);
		return false;
	}
	wait_ms = r->wait_ms;
	r->wait_ms = FFMIN(wait_ms * 2, r->limits.wait_most_ms);
	return rtmp_queue_wait(&r->queue, wait_ms);
}

static int build(struct rtmp *r)
{
	const struct rtmp_where where = {r->url, r->inner, r->turn++};
	int err = rtmp_link_open(&r->link, &where, &r->media, r->limits.io_ms,
				 &r->end_ms);

	if (err)
		return err;
	r->up = r->was_up = true;
	r->up_ms = rtmp_now_ms();
	r->last_err = 0;
	return 0;
}

static int send_next(struct rtmp *r, bool *over)
{
	AVPacket *p = rtmp_queue_get(&r->queue);
	int err;

	*over = p == NULL;
	if (!p)
		return 0;
	err = rtmp_link_send(&r->link, p, r->limits.io_ms);
	av_packet_free(&p);
	return err;
}

static void rtmp_free(struct rtmp *r)
{
	avcodec_parameters_free(&r->media.video);
	avcodec_parameters_free(&r->media.opus);
	free(r->sets);
	free(r);
}

static void let_go(struct rtmp *r)
{
	if (atomic_fetch_sub(&r->owners, 1) > 1)
		return;
	rtmp_queue_fini(&r->queue);
	rtmp_free(r);
}

static void *send_all(void *arg)
{
	struct rtmp *r = arg;
	bool over = false;
	int err = 0;

	r->bad_ms = rtmp_now_ms();
	r->wait_ms = r->limits.wait_ms;
	while (!over) {
		err = r->up ? send_next(r, &over) : build(r);
		over = over || (err && !link_lost(r, err));
	}
	if (!err)
		rtmp_link_close(&r->link, true, r->limits.io_ms);
	let_go(r);
	return NULL;
}

/* ---- the calls
 * ------------------------------------------------------------------------- */

static int begin_thread(struct rtmp *r)
{
	sigset_t all, before;
	int err;

	/* signals are the server's, on threads of its own */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&r->thread, NULL, send_all, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		pthread_setname_np(r->thread, "rec-push");
	return -err;
}

static int read_track(AVCodecParameters **out, const struct aula_track *track)
{
	*out = avcodec_parameters_alloc();
	return *out ? record_track_parameters(*out, track) : -ENOMEM;
}

static int keep_sets(struct rtmp *r, const struct aula_track *track)
{
	uint8_t *sets;

	if (!track->config || track->config_len < 7 || track->config_len > 65536)
		return -EINVAL;
	sets = malloc(track->config_len);
	if (!sets)
		return -ENOMEM;
	memcpy(sets, track->config, track->config_len);
	free(r->sets);
	r->sets = sets;
	r->sets_len = track->config_len;
	return 0;
}

static int rtmp_init(struct rtmp *r, const struct record_tracks *tracks)
{
	int err = 0;

	if (tracks->video) {
		err = read_track(&r->media.video, tracks->video);
		if (!err)
			err = keep_sets(r, tracks->video);
	}
	if (!err && tracks->sound)
		err = read_track(&r->media.opus, tracks->sound);
	if (!err)
		err = rtmp_queue_init(&r->queue, tracks->video != NULL);
	if (err)
		return err;
	atomic_store(&r->owners, 2);
	err = begin_thread(r);
	if (err)
		rtmp_queue_fini(&r->queue);
	return err;
}

int rtmp_start(void **self, const struct aula_start *start,
	       const struct rtmp_limits *limits)
{
	struct record_tracks sorted;
	struct rtmp *r;
	int err = rtmp_url_check(start->target);

	if (!err)
		err = record_tracks_sort(&sorted, start->tracks, start->n_tracks, "h264");
	if (err)
		return err;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->limits = *limits;
	r->n_tracks = start->n_tracks;
	r->inner = start->size >= sizeof(*start) && start->target_listed;
	r->video_index = sorted.video ? sorted.video_index : UINT32_MAX;
	memcpy(r->url, start->target, strlen(start->target) + 1);
	err = rtmp_init(r, &sorted);
	if (err) {
		rtmp_free(r);
		return err;
	}
	*self = r;
	return 0;
}

/* Each key frame says its parameter sets: another one may have been left out. */
static int add_sets(const struct rtmp *r, AVPacket *p)
{
	uint8_t *sets = av_packet_new_side_data(p, AV_PKT_DATA_NEW_EXTRADATA,
						r->sets_len);

	if (!sets)
		return -ENOMEM;
	memcpy(sets, r->sets, r->sets_len);
	return 0;
}

int rtmp_write(void *self, const struct aula_packet *p)
{
	struct rtmp *r = self;
	AVPacket *copy;
	int err;

	if (!record_packet_ok(p, r->n_tracks))
		return -EINVAL;
	copy = av_packet_alloc();
	if (!copy || av_new_packet(copy, (int)p->len) < 0) {
		av_packet_free(&copy);
		return -ENOMEM;
	}
	memcpy(copy->data, p->data, p->len);
	copy->pts = copy->dts = p->pts_us;
	copy->duration = p->duration_us;
	copy->flags = p->flags & AULA_PACKET_KEY ? AV_PKT_FLAG_KEY : 0;
	copy->stream_index = p->track == r->video_index ? RTMP_VIDEO : RTMP_SOUND;
	err = copy->stream_index == RTMP_VIDEO && copy->flags ? add_sets(r, copy) : 0;
	if (err) {
		av_packet_free(&copy);
		return err;
	}
	return rtmp_queue_put(&r->queue, copy);
}

int rtmp_change(void *self, uint32_t index, const struct aula_track *track)
{
	struct rtmp *r = self;

	/* Opus says itself what it is */
	if (index < r->n_tracks && index != r->video_index)
		return strcmp(track->codec, "opus") == 0 ? 0 : -ENOTSUP;
	if (index >= r->n_tracks || strcmp(track->codec, "h264") != 0)
		return -ENOTSUP;
	return keep_sets(r, track);
}

/* It breaks off all that it does, but a name that libavformat asks for: then it is left
 * alone with that. False: it was. */
static bool wait_for_thread(struct rtmp *r)
{
	int64_t ms = r->limits.close_ms + LEAVE_MS;
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	if (pthread_timedjoin_np(r->thread, NULL, &at) == 0)
		return true;
	pthread_detach(r->thread);
	return false;
}

int rtmp_close(void *self)
{
	struct rtmp *r = self;
	int err = -ETIMEDOUT;

	atomic_store(&r->end_ms, rtmp_now_ms() + r->limits.close_ms);
	rtmp_queue_stop(&r->queue);
	if (wait_for_thread(r)) {
		err = rtmp_queue_error(&r->queue);
		if (!err)
			err = r->last_err;
	}
	let_go(r);
	return err;
}
