#include "derive/slides.h"

#include "derive/film.h"
#include "derive/scene.h"
#include "derive/source.h"
#include "derive/still.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <stdbool.h>

#define NEW_PAGE   0.25 /* of the picture: what comes now has little of what was */
#define PLAYED     0.60 /* of the picture, never at rest: a film */
#define PLAYED_US  INT64_C(10000000)
#define SAME       0.005 /* of the picture: it only became sharper */
#define SHARPER_US INT64_C(10000000)

struct slides {
	const struct folder *folder;
	const char *name;
	struct progress *progress;
	int64_t length_us;
	struct scene scene;
	struct still still;
	struct SwsContext *scaler;
	AVFrame *now;   /* the last that was looked at */
	int64_t now_us; /* when it came */
	AVFrame *next;  /* the still that is encoded once its end is known */
	int64_t next_us, key_us;
	bool next_key;
	bool open; /* there is a still */
};

/* How much of the picture has to be new, so long after the last still. */
static double enough(int64_t since_us)
{
	return since_us < SLIDES_LEAST_US     ? 2
	       : since_us < INT64_C(5000000)  ? 0.08
	       : since_us < INT64_C(15000000) ? 0.04
					      : 0.02;
}

/* ---- pictures of one size ------------------------------------------------------- */

static int new_frame(AVFrame **out, int w_px, int h_px)
{
	AVFrame *frame = av_frame_alloc();

	if (!frame)
		return -ENOMEM;
	frame->format = AV_PIX_FMT_YUV420P;
	frame->width = w_px;
	frame->height = h_px;
	if (av_frame_get_buffer(frame, 0) < 0) {
		av_frame_free(&frame);
		return -ENOMEM;
	}
	*out = frame;
	return 0;
}

static bool full_range(const AVFrame *frame)
{
	return frame->color_range == AVCOL_RANGE_JPEG ||
	       frame->format == AV_PIX_FMT_YUVJ420P;
}

/* A recording may change its size, and its kind of pixels; what is made of it does not.
 */
static int convert(struct slides *s, const AVFrame *from, AVFrame **out)
{
	const AVFrame *like = s->now;
	int w = like ? like->width : from->width & ~1, err;
	int h = like ? like->height : from->height & ~1;
	const int *colours = sws_getCoefficients(
		from->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);

	s->scaler = sws_getCachedContext(s->scaler, from->width, from->height,
					 from->format, w, h, AV_PIX_FMT_YUV420P, SWS_AREA,
					 NULL, NULL, NULL);
	if (!s->scaler)
		return -EBADMSG;
	sws_setColorspaceDetails(s->scaler, colours, full_range(from),
				 sws_getCoefficients(SWS_CS_ITU601), 0, 0, 1 << 16,
				 1 << 16);
	err = new_frame(out, w, h);
	if (err)
		return err;
	(*out)->colorspace = AVCOL_SPC_SMPTE170M;
	if (sws_scale(s->scaler, (const uint8_t *const *)from->data, from->linesize, 0,
		      from->height, (*out)->data, (*out)->linesize) > 0)
		return 0;
	av_frame_free(out);
	return -EBADMSG;
}

/* As it is, when it is what was there before. */
static int fit(struct slides *s, const AVFrame *frame, AVFrame **out)
{
	const AVFrame *like = s->now;
	bool fits = frame->format == AV_PIX_FMT_YUV420P && !full_range(frame);

	if (like)
		fits = fits && frame->width == like->width &&
		       frame->height == like->height &&
		       frame->colorspace == like->colorspace;
	else
		fits = fits && frame->width % 2 == 0 && frame->height % 2 == 0;
	if (!fits)
		return convert(s, frame, out);
	*out = av_frame_clone(frame);
	return *out ? 0 : -ENOMEM;
}

/* ---- stills --------------------------------------------------------------------- */

/* From one key frame to the next: a large one is worth a longer way to it. */
static int64_t key_every_us(const struct slides *s)
{
	int64_t us = s->still.key_bytes * INT64_C(1000000) / SLIDES_KEY_SHARE;

	return us < SLIDES_KEY_US    ? SLIDES_KEY_US
	       : us > SLIDES_MOST_US ? SLIDES_MOST_US
				     : us;
}

/* The one that waits, and again every few seconds until then. */
static int put(struct slides *s, int64_t end_us)
{
	int err = 0;

	for (int64_t at = s->next_us; !err && at < end_us; at += SLIDES_REPEAT_US) {
		bool key;

		/* no crumb of a picture before the next one */
		if (at > s->next_us && end_us - at < SLIDES_LEAST_US / 2)
			break;
		key = (at == s->next_us && s->next_key) ||
		      at - s->key_us >= key_every_us(s);
		if (key)
			s->key_us = at;
		err = still_put(&s->still, s->next, at, key);
	}
	return err;
}

/* What is seen now is the next still, from `at_us` on. */
static int turn(struct slides *s, int64_t at_us, bool key)
{
	int err = s->open ? put(s, at_us) : 0;

	if (err)
		return err;
	if (!s->open) {
		err = still_open(&s->still, s->folder, s->name, s->now);
		if (err)
			return err;
		s->open = true;
	}
	av_frame_unref(s->next);
	if (av_frame_ref(s->next, s->now) < 0)
		return -ENOMEM;
	s->next_us = at_us;
	s->next_key = key;
	scene_keep(&s->scene);
	return 0;
}

/* Nothing new was seen up to `to_us`: is it time for another still? */
static int decide(struct slides *s, int64_t to_us)
{
	struct scene_change change;
	int64_t since_us = to_us - s->next_us, at_us = s->next_us + SLIDES_LEAST_US;
	int err = 0;

	scene_change(&s->scene, to_us, &change);
	if (change.at_rest >= enough(since_us)) {
		/* it came up when it did, and not when it was seen to stay */
		if (change.since_us > at_us)
			at_us = change.since_us;
		err = turn(s, at_us, change.at_rest >= NEW_PAGE);
	} else if (change.other >= PLAYED && s->now_us - s->next_us >= PLAYED_US) {
		err = turn(s, s->now_us, true);
	}
	while (!err && to_us - s->next_us > SLIDES_MOST_US)
		err = turn(s, s->next_us + SLIDES_MOST_US, true);
	return err;
}

/* An encoder of a class needs a while until a new page is sharp. */
static int sharpen(struct slides *s)
{
	if (s->now_us - s->next_us > SHARPER_US || scene_other(&s->scene) > SAME)
		return 0;
	av_frame_unref(s->next);
	return av_frame_ref(s->next, s->now) < 0 ? -ENOMEM : 0;
}

static int on_shown(void *ctx, const AVFrame *frame, int64_t at_us)
{
	struct slides *s = ctx;
	AVFrame *fitted;
	int err = s->open ? decide(s, at_us) : 0;

	progress_at(s->progress, at_us, s->length_us);
	if (!err)
		err = fit(s, frame, &fitted);
	if (!err && !s->open)
		err = scene_init(&s->scene, fitted->width, fitted->height);
	if (err)
		return err;
	av_frame_free(&s->now);
	s->now = fitted;
	s->now_us = at_us;
	scene_look(&s->scene, s->now, at_us);
	/* whatever comes first is seen from the beginning on */
	return s->open ? sharpen(s) : turn(s, 0, true);
}

static bool on_other(void *ctx, const AVFrame *frame)
{
	struct slides *s = ctx;
	AVFrame *fitted;
	double part;

	if (fit(s, frame, &fitted))
		return true;
	part = scene_would(&s->scene, fitted);
	av_frame_free(&fitted);
	return part > SAME;
}

/* ---- all of it ------------------------------------------------------------------ */

int slides_make(const struct folder *folder, const char *name, struct source *source,
		struct progress *progress)
{
	struct slides s = {.folder = folder,
			   .name = name,
			   .progress = progress,
			   .length_us = source->length_us};
	const struct film_sink sink = {&s, on_shown, on_other};
	int err;

	s.next = av_frame_alloc();
	err = s.next ? film_read(source, &sink) : -ENOMEM;
	if (!err)
		err = decide(&s, s.length_us);
	if (!err)
		err = put(&s, s.length_us);
	if (s.open && err)
		still_drop(&s.still);
	else if (s.open)
		err = still_commit(&s.still, s.length_us);
	scene_fini(&s.scene);
	sws_freeContext(s.scaler);
	av_frame_free(&s.now);
	av_frame_free(&s.next);
	return err;
}
