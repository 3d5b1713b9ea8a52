#include "plugins/record_rtmp.h"

#include <time.h>

int64_t rtmp_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int rtmp_queue_init(struct rtmp_queue *q, bool has_video)
{
	pthread_condattr_t attr;
	int err;

	q->has_video = has_video;
	q->wait_key = has_video;
	err = pthread_mutex_init(&q->lock, NULL);
	if (err)
		return -err;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(&q->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (err)
		pthread_mutex_destroy(&q->lock);
	return -err;
}

static AVPacket *take_first(struct rtmp_queue *q)
{
	AVPacket *p = q->ring[q->first];

	q->first = (q->first + 1) % RTMP_QUEUE;
	q->n--;
	q->bytes -= (size_t)p->size;
	return p;
}

static void clear(struct rtmp_queue *q)
{
	while (q->n > 0) {
		AVPacket *p = take_first(q);

		av_packet_free(&p);
		q->n_lost++;
	}
}

void rtmp_queue_fini(struct rtmp_queue *q)
{
	clear(q);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
}

static bool is_full(const struct rtmp_queue *q, const AVPacket *p)
{
	return q->n == RTMP_QUEUE || q->bytes + (size_t)p->size > RTMP_QUEUE_B ||
	       (q->n > 0 && p->pts - q->ring[q->first]->pts > RTMP_QUEUE_US);
}

static bool is_key(const AVPacket *p)
{
	return p->stream_index == RTMP_VIDEO && p->flags & AV_PKT_FLAG_KEY;
}

int rtmp_queue_put(struct rtmp_queue *q, AVPacket *p)
{
	int err;

	pthread_mutex_lock(&q->lock);
	if (is_full(q, p)) {
		clear(q);
		q->wait_key = q->has_video;
	}
	if (is_key(p))
		q->wait_key = false;
	err = q->err;
	if (err || q->wait_key || (size_t)p->size > RTMP_QUEUE_B) {
		q->n_lost++;
		av_packet_free(&p);
	} else {
		q->ring[(q->first + q->n++) % RTMP_QUEUE] = p;
		q->bytes += (size_t)p->size;
		pthread_cond_signal(&q->changed);
	}
	pthread_mutex_unlock(&q->lock);
	return err;
}

AVPacket *rtmp_queue_get(struct rtmp_queue *q)
{
	AVPacket *p = NULL;

	pthread_mutex_lock(&q->lock);
	while (!q->n && !q->stop)
		pthread_cond_wait(&q->changed, &q->lock);
	if (q->n)
		p = take_first(q);
	pthread_mutex_unlock(&q->lock);
	return p;
}

bool rtmp_queue_wait(struct rtmp_queue *q, int64_t ms)
{
	int64_t until = rtmp_now_ms() + ms;
	const struct timespec ts = {.tv_sec = until / 1000,
				    .tv_nsec = until % 1000 * 1000000};
	bool stop;

	pthread_mutex_lock(&q->lock);
	while (!q->stop && rtmp_now_ms() < until)
		pthread_cond_timedwait(&q->changed, &q->lock, &ts);
	stop = q->stop;
	pthread_mutex_unlock(&q->lock);
	return !stop;
}

void rtmp_queue_stop(struct rtmp_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

void rtmp_queue_fail(struct rtmp_queue *q, int err)
{
	pthread_mutex_lock(&q->lock);
	q->err = err;
	clear(q);
	pthread_mutex_unlock(&q->lock);
}

int rtmp_queue_error(struct rtmp_queue *q)
{
	int err;

	pthread_mutex_lock(&q->lock);
	err = q->err;
	pthread_mutex_unlock(&q->lock);
	return err;
}
