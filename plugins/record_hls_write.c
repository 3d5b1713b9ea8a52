#include "plugins/record_hls.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000) /* us */

#define FRAGMENT_US (1000 * MS) /* what a crash may cost */
#define SHORTEST_US (3000 * MS) /* a key frame before that begins no segment */
/* Without a key frame until then a picture begins one all the same, and when there is not
 * even a picture the sound does: HLS_TARGET_S is a promise, rounded. Pictures come at
 * least each second. */
#define LONGEST_US       ((HLS_TARGET_S * 1000 - 600) * MS)
#define LONGEST_SOUND_US ((HLS_TARGET_S * 1000 + 400) * MS)
#define PAUSE_MS         3000 /* the clock on the wall went on by that: it was paused */
#define SOUND_LATE_US    (1000 * MS) /* no sound until then: silence */

static const AVRational us = {1, 1000000};
static const AVRational sound_base = {1, MP4_SOUND_HZ};

struct hls {
	int dir;
	uint32_t n_tracks, video_index;
	struct hls_out out;
	struct hls_list list;
	AVCodecParameters *video, *opus,
		*sound; /* video, or both others, may be missing */
	struct mp4_aac *aac;
	int64_t aac_zero;      /* of its times, in sound_base */
	AVPacket *held;        /* the newest picture: the next tells how long it is; us */
	bool running, changed; /* changed: other sets from the next picture on */
	struct hls_segment segment; /* that grows */
	int64_t start_us, fragment_us;
	int64_t wall_ms;      /* of the recording's zero */
	int64_t sound_end_us; /* of what was written */
	int err;              /* the first failure: nothing is written after it */
};

/* ---- segments ------------------------------------------------------------------ */

static int64_t wall_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool was_paused(const struct hls *h, int64_t at_us)
{
	return wall_now_ms() > h->wall_ms + at_us / MS + PAUSE_MS;
}

static int begin_segment(struct hls *h, int64_t at_us, bool independent)
{
	bool anew = !h->running || was_paused(h, at_us);
	int err;

	if (h->changed || !h->out.ctx) {
		err = hls_out_map(&h->out, h->video, h->sound);
		if (err)
			return err;
	}
	err = hls_out_begin(&h->out, h->list.n);
	if (err)
		return err;
	if (anew)
		h->wall_ms = wall_now_ms() - at_us / MS;
	if (h->changed)
		h->segment.discontinuity = true;
	if (anew || h->segment.discontinuity)
		h->segment.date_ms = h->wall_ms + at_us / MS;
	h->segment.map = h->out.n_maps - 1;
	h->segment.dependent = !independent;
	h->start_us = h->fragment_us = at_us;
	h->running = true;
	h->changed = false;
	return 0;
}

static int end_segment(struct hls *h, int64_t at_us)
{
	int64_t ms = at_us / MS - h->start_us / MS;
	bool torn = ms >= HLS_TARGET_S * 1000 + 500; /* nothing came for seconds */
	int err = hls_out_end(&h->out);

	if (err)
		return err;
	h->segment.duration_ms = torn ? HLS_TARGET_S * 1000 : (uint32_t)FFMAX(ms, 1);
	if (h->out.filled) {
		err = hls_list_add(&h->list, &h->segment);
		if (!err)
			err = hls_list_write(&h->list, h->dir);
		h->segment = (struct hls_segment){.discontinuity = torn};
	}
	return err;
}

static int next_segment(struct hls *h, int64_t at_us, bool independent)
{
	int err = end_segment(h, at_us);

	return err ? err : begin_segment(h, at_us, independent);
}

static int flush_in_time(struct hls *h, int64_t at_us)
{
	if (at_us < h->fragment_us + FRAGMENT_US)
		return 0;
	h->fragment_us = at_us;
	return hls_out_flush(&h->out);
}

/* ---- pictures -------------------------------------------------------------------- */

static int put_held(struct hls *h, int64_t end_us)
{
	int err;

	if (!h->held->data)
		return 0;
	h->held->duration = end_us - h->held->pts;
	err = hls_out_put(&h->out, h->held, h->out.video, us);
	av_packet_unref(h->held);
	return err;
}

static int hold(struct hls *h, const struct aula_packet *p, int64_t at_us)
{
	if (av_new_packet(h->held, (int)p->len) < 0)
		return -ENOMEM;
	memcpy(h->held->data, p->data, p->len);
	h->held->pts = h->held->dts = at_us;
	h->held->duration = p->duration_us;
	h->held->flags = p->flags & AULA_PACKET_KEY ? AV_PKT_FLAG_KEY : 0;
	return 0;
}

static bool wants_segment(const struct hls *h, int64_t at_us, bool key)
{
	int64_t age_us = at_us - h->start_us;

	if (key && (h->changed || age_us >= SHORTEST_US))
		return true;
	return age_us >= LONGEST_US || (key && age_us > 0 && was_paused(h, at_us));
}

/* Silence until shortly before `at_us`, so that sound is never missing for long. */
static int keep_sound_up(struct hls *h, int64_t at_us)
{
	int64_t until = av_rescale_q(at_us - SOUND_LATE_US, us, sound_base);

	if (!h->aac || at_us < SOUND_LATE_US)
		return 0;
	return mp4_aac_fill(h->aac, until - h->aac_zero);
}

static int take_picture(struct hls *h, const struct aula_packet *p)
{
	bool key = (p->flags & AULA_PACKET_KEY) != 0;
	int64_t at_us = p->pts_us;
	int err = 0;

	if (!h->running && !key)
		return 0; /* cannot be shown */
	if (h->held->data && at_us <= h->held->pts)
		at_us = h->held->pts + 1;
	if (h->running)
		err = keep_sound_up(h, at_us);
	if (!err)
		err = put_held(h, at_us);
	if (!err && !h->running)
		err = begin_segment(h, at_us, key);
	else if (!err && wants_segment(h, at_us, key))
		err = next_segment(h, at_us, key);
	if (!err)
		err = flush_in_time(h, at_us);
	return err ? err : hold(h, p, at_us);
}

/* ---- sound ----------------------------------------------------------------------- */

static int segment_for_sound(struct hls *h, int64_t at_us)
{
	int64_t age_us = at_us - h->start_us;
	int err;

	if (!h->running)
		return begin_segment(h, at_us, true);
	if (!h->video && age_us >= HLS_SEGMENT_MS * MS)
		return next_segment(h, at_us, true);
	if (age_us < LONGEST_SOUND_US)
		return 0;
	err = put_held(h, at_us);
	return err ? err : next_segment(h, at_us, false);
}

static int on_aac(void *ctx, AVPacket *packet)
{
	struct hls *h = ctx;
	int64_t at = packet->pts + h->aac_zero, at_us;
	int err;

	/* what the encoder begins with lies before the beginning */
	if (at < 0 || (h->video && !h->running))
		return 0;
	at_us = av_rescale_q(at, sound_base, us);
	err = segment_for_sound(h, at_us);
	if (!err)
		err = flush_in_time(h, at_us);
	if (err)
		return err;
	h->sound_end_us = av_rescale_q(at + packet->duration, sound_base, us);
	packet->pts = packet->dts = at;
	return hls_out_put(&h->out, packet, h->out.sound, sound_base);
}

static int begin_sound(struct hls *h, int64_t zero)
{
	struct mp4_aac *aac;
	int err = mp4_aac_create(&aac, h->opus, (struct mp4_sink){h, on_aac});

	if (err)
		return err;
	mp4_aac_destroy(h->aac);
	h->aac = aac;
	h->aac_zero = zero;
	return 0;
}

static int take_sound(struct hls *h, const struct aula_packet *p)
{
	AVPacket *packet = av_packet_alloc();
	int64_t at = av_rescale_q(p->pts_us, us, sound_base);
	int err;

	if (!packet)
		return -ENOMEM;
	record_packet_wrap(packet, p, sound_base);
	err = mp4_aac_push(h->aac, packet, at - h->aac_zero);
	if (err == -EBADMSG) { /* a gap longer than it fills */
		err = begin_sound(h, at);
		if (!err)
			err = mp4_aac_push(h->aac, packet, 0);
	}
	av_packet_free(&packet);
	return err;
}

/* ---- the calls --------------------------------------------------------------------- */

static void hls_free(struct hls *h)
{
	mp4_aac_destroy(h->aac);
	hls_out_fini(&h->out);
	hls_list_fini(&h->list);
	avcodec_parameters_free(&h->video);
	avcodec_parameters_free(&h->opus);
	avcodec_parameters_free(&h->sound);
	av_packet_free(&h->held);
	if (h->dir >= 0)
		close(h->dir);
	free(h);
}

static int read_track(AVCodecParameters **out, const struct aula_track *track)
{
	AVCodecParameters *par = avcodec_parameters_alloc();
	int err = par ? record_track_parameters(par, track) : -ENOMEM;

	if (err) {
		avcodec_parameters_free(&par);
		return err;
	}
	avcodec_parameters_free(out);
	*out = par;
	return 0;
}

static int hls_init(struct hls *h, const char *path, const struct record_tracks *tracks)
{
	int err = 0;

	h->held = av_packet_alloc();
	if (!h->held)
		return -ENOMEM;
	if (tracks->video)
		err = read_track(&h->video, tracks->video);
	if (!err && tracks->sound) {
		err = read_track(&h->opus, tracks->sound);
		if (!err)
			err = begin_sound(h, 0);
		h->sound = avcodec_parameters_alloc();
		if (!err)
			err = h->sound ? mp4_aac_parameters(h->aac, h->sound) : -ENOMEM;
	}
	if (err)
		return err;
	h->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (h->dir < 0)
		return -errno;
	/* the lists appear with the first segment: one of nothing confuses players */
	h->out.dir = h->dir;
	return 0;
}

int hls_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks)
{
	struct record_tracks sorted;
	struct hls *h;
	int err = record_tracks_sort(&sorted, tracks, n_tracks, "h264");

	if (err)
		return err;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->dir = h->out.io.fd = -1;
	h->n_tracks = n_tracks;
	h->video_index = sorted.video ? sorted.video_index : UINT32_MAX;
	err = hls_init(h, path, &sorted);
	if (err) {
		hls_free(h);
		return err;
	}
	*self = h;
	return 0;
}

int hls_write(void *self, const struct aula_packet *p)
{
	struct hls *h = self;

	if (!record_packet_ok(p, h->n_tracks))
		return -EINVAL;
	if (!h->err && p->track == h->video_index)
		h->err = take_picture(h, p);
	else if (!h->err)
		h->err = take_sound(h, p);
	return h->err;
}

/* Sound is encoded anew anyway: another kind of it needs no other head. */
int hls_change(void *self, uint32_t index, const struct aula_track *track)
{
	struct hls *h = self;
	bool video = index == h->video_index;
	int err;

	if (index >= h->n_tracks ||
	    track->kind != (video ? AULA_TRACK_VIDEO : AULA_TRACK_AUDIO) ||
	    strcmp(track->codec, video ? "h264" : "opus") != 0)
		return -ENOTSUP;
	if (h->err)
		return h->err;
	if (!video) {
		int64_t at = av_rescale_q(h->sound_end_us, us, sound_base);

		err = read_track(&h->opus, track);
		return err ? err : begin_sound(h, at);
	}
	err = read_track(&h->video, track);
	if (!err)
		h->changed = h->running;
	return err;
}

static int end_all(struct hls *h)
{
	int64_t end_us;
	int err = 0;

	if (h->aac && h->running)
		err = mp4_aac_flush(h->aac);
	end_us = h->sound_end_us;
	if (!err && h->held->data) {
		end_us = FFMAX(end_us, h->held->pts + h->held->duration);
		err = put_held(h, end_us);
	}
	if (!err && h->running)
		err = end_segment(h, end_us);
	if (err)
		return err;
	h->list.whole = true;
	return hls_list_write(&h->list, h->dir);
}

int hls_close(void *self)
{
	struct hls *h = self;
	int err = h->err;

	/* after an error the list is of what is whole; hls_finish() looks at the rest */
	if (!err)
		err = end_all(h);
	hls_free(h);
	return err;
}
