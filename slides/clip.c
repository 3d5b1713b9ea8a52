#include "slides/clip.h"

#include "base/limits.h"
#include "slides/tone.h"
#include "slides/track.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_US  INT64_C(40000)   /* 25 pictures a second at most */
#define POSTER_US INT64_C(1000000) /* many a film begins in black */
#define MOST_US   (LIMIT_CLIP_MS * INT64_C(1000))

/* What one frame has in common with the next, until the file changes its mind. */
struct look {
	int w_px, h_px, format, to;
	enum AVColorSpace space;
	enum AVColorRange range;
};

struct clip {
	struct track *track;
	struct tone *tone; /* NULL: it has no sound, or no more */
	struct track_info info;
	int64_t length_us;
	uint16_t w_px, h_px; /* of what is given */
	struct SwsContext *sws;
	struct look look; /* of it */
	uint8_t *i420;
	int16_t sound[REEL_BLOCK];
	/* The picture that comes next. */
	AVFrame *held;
	bool holds, ended;
	int64_t held_us, slot; /* slot: of the last one that was given, in FRAME_US */
	/* The one behind it, when that was found first. */
	AVFrame *ahead;
	bool has_ahead;
	int64_t ahead_us;
};

/* ---- life ----------------------------------------------------------------- */

static int measure(struct clip *clip)
{
	int err = 0;

	track_info(clip->track, &clip->info);
	clip->length_us = clip->info.length_us;
	if (!clip->length_us)
		err = track_scan(clip->track, MOST_US, &clip->length_us);
	if (!err && clip->length_us > MOST_US)
		err = -EOVERFLOW;
	return err;
}

static int fit(struct clip *clip, uint16_t box_w_px, uint16_t box_h_px)
{
	bool aside = clip->info.rotation_deg % 180 != 0;
	uint32_t w, h;

	image_fit(clip->info.w_px, clip->info.h_px, aside ? box_h_px : box_w_px,
		  aside ? box_w_px : box_h_px, 0, &w, &h);
	if (w > REEL_SIDE || h > REEL_SIDE || w * h > REEL_PIXELS)
		return -EINVAL;
	clip->w_px = (uint16_t)w;
	clip->h_px = (uint16_t)h;
	clip->i420 = malloc((size_t)w * h * 3 / 2);
	return clip->i420 ? 0 : -ENOMEM;
}

int clip_open(struct clip **out, int fd, uint16_t box_w_px, uint16_t box_h_px)
{
	struct clip *clip = calloc(1, sizeof(*clip));
	int err;

	if (!clip)
		return -ENOMEM;
	clip->slot = -1;
	clip->held = av_frame_alloc();
	clip->ahead = av_frame_alloc();
	err = clip->held && clip->ahead ? track_open(&clip->track, fd, false) : -ENOMEM;
	if (err == -ENODATA)
		err = -ENOTSUP;
	if (!err)
		err = measure(clip);
	if (!err)
		err = fit(clip, box_w_px, box_h_px);
	if (!err && tone_open(&clip->tone, fd))
		clip->tone = NULL; /* none that can be heard here: it is shown */
	if (err)
		clip_close(clip);
	else
		*out = clip;
	return err;
}

void clip_close(struct clip *clip)
{
	if (!clip)
		return;
	track_close(clip->track);
	tone_close(clip->tone);
	sws_freeContext(clip->sws);
	av_frame_free(&clip->held);
	av_frame_free(&clip->ahead);
	free(clip->i420);
	free(clip);
}

void clip_start(const struct clip *clip, struct reel_head *out)
{
	*out = (struct reel_head){.kind = REEL_START,
				  .w_px = clip->w_px,
				  .h_px = clip->h_px,
				  .rotation_deg = clip->info.rotation_deg,
				  .sound = clip->tone != NULL,
				  .length_ms = (uint32_t)(clip->length_us / 1000)};
}

/* ---- pictures ------------------------------------------------------------- */

static bool is_full_range(const AVFrame *frame)
{
	return frame->color_range == AVCOL_RANGE_JPEG ||
	       frame->format == AV_PIX_FMT_YUVJ420P ||
	       frame->format == AV_PIX_FMT_YUVJ422P ||
	       frame->format == AV_PIX_FMT_YUVJ444P;
}

/* All that is mixed is BT.601 of limited range; films of today are BT.709. What does not
 * say is by its size. */
static int table_of(const AVFrame *frame)
{
	if (frame->colorspace == AVCOL_SPC_UNSPECIFIED)
		return frame->height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
	return frame->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

static int arrange(struct clip *clip, const AVFrame *frame, enum AVPixelFormat format,
		   uint32_t w, uint32_t h)
{
	const struct look look = {frame->width, frame->height,     frame->format,
				  (int)format,  frame->colorspace, frame->color_range};
	const struct look *is = &clip->look;

	if (clip->sws && is->w_px == look.w_px && is->h_px == look.h_px &&
	    is->format == look.format && is->to == look.to && is->space == look.space &&
	    is->range == look.range)
		return 0;
	sws_freeContext(clip->sws);
	clip->look = look;
	clip->sws = sws_getContext(frame->width, frame->height,
				   (enum AVPixelFormat)frame->format, (int)w, (int)h,
				   format, SWS_BILINEAR, NULL, NULL, NULL);
	if (!clip->sws)
		return -EBADMSG;
	/* -1: of formats without such a thing */
	(void)sws_setColorspaceDetails(
		clip->sws, sws_getCoefficients(table_of(frame)), is_full_range(frame),
		sws_getCoefficients(SWS_CS_ITU601), 0, 0, 1 << 16, 1 << 16);
	return 0;
}

static int scale(struct clip *clip, const AVFrame *frame, enum AVPixelFormat format,
		 uint32_t w, uint32_t h, uint8_t *const to[4], const int stride[4])
{
	int err = arrange(clip, frame, format, w, h);

	if (err)
		return err;
	return sws_scale(clip->sws, (const uint8_t *const *)frame->data, frame->linesize,
			 0, frame->height, to, stride) == (int)h
		       ? 0
		       : -EBADMSG;
}

/* One more into `held`. */
static int fetch(struct clip *clip)
{
	const AVFrame *frame;
	int err;

	if (clip->has_ahead) {
		av_frame_unref(clip->held);
		av_frame_move_ref(clip->held, clip->ahead);
		clip->held_us = clip->ahead_us;
		clip->has_ahead = false;
		clip->holds = true;
		return 0;
	}
	err = track_next(clip->track, &frame, &clip->held_us);
	clip->holds = !err;
	if (err)
		return err;
	av_frame_unref(clip->held);
	return av_frame_ref(clip->held, frame) < 0 ? -ENOMEM : 0;
}

/* So that `held` is the next that is to be given: at most one of each slot. */
static int hold(struct clip *clip)
{
	int err = 0;

	while (!err && !clip->ended &&
	       (!clip->holds || clip->held_us / FRAME_US <= clip->slot)) {
		err = fetch(clip);
		if (err == -ENODATA) {
			clip->ended = true;
			clip->holds = false;
			err = 0;
		}
	}
	return err;
}

void clip_seek(struct clip *clip, int64_t at_us)
{
	const AVFrame *frame;
	int64_t us;

	clip->holds = clip->has_ahead = clip->ended = false;
	clip->slot = -1;
	if (clip->tone)
		tone_seek(clip->tone, at_us);
	if (at_us <= 0)
		return;
	track_seek(clip->track, at_us);
	/* what is seen at that time is the last one that began before it */
	while (!track_next(clip->track, &frame, &us)) {
		AVFrame *to = us <= at_us ? clip->held : clip->ahead;

		av_frame_unref(to);
		if (av_frame_ref(to, frame) < 0)
			return;
		if (us > at_us) {
			clip->has_ahead = true;
			clip->ahead_us = us;
			break;
		}
		clip->holds = true;
	}
	clip->held_us = at_us;
}

static int give_picture(struct clip *clip, struct reel_head *head, const uint8_t **body)
{
	size_t y = (size_t)clip->w_px * clip->h_px, c = y / 4;
	uint8_t *const to[4] = {clip->i420, clip->i420 + y, clip->i420 + y + c, NULL};
	const int stride[4] = {clip->w_px, clip->w_px / 2, clip->w_px / 2, 0};

	*head = (struct reel_head){.kind = REEL_PICTURE,
				   .at_us = clip->held_us,
				   .w_px = clip->w_px,
				   .h_px = clip->h_px};
	*body = clip->i420;
	clip->slot = clip->held_us / FRAME_US;
	clip->holds = false;
	return scale(clip, clip->held, AV_PIX_FMT_YUV420P, clip->w_px, clip->h_px, to,
		     stride);
}

/* ---- all of it ------------------------------------------------------------ */

static int give_sound(struct clip *clip, struct reel_head *head, const uint8_t **body)
{
	int64_t at_us = tone_at_us(clip->tone);
	int err = tone_next(clip->tone, clip->sound);

	if (err) { /* what is damaged is over, too */
		tone_close(clip->tone);
		clip->tone = NULL;
		return -EAGAIN;
	}
	*head = (struct reel_head){.kind = REEL_SOUND, .at_us = at_us};
	*body = (const uint8_t *)clip->sound;
	return 0;
}

int clip_next(struct clip *clip, struct reel_head *head, const uint8_t **body)
{
	int err;

	for (;;) {
		err = hold(clip);
		if (err)
			return err;
		if (clip->held_us < 0)
			clip->held_us = 0;
		if (clip->tone &&
		    (!clip->holds || tone_at_us(clip->tone) < clip->held_us))
			err = give_sound(clip, head, body);
		else
			err = clip->holds ? give_picture(clip, head, body) : -ENODATA;
		if (err == -EAGAIN)
			continue;
		/* whatever its header said */
		return !err && head->at_us > MOST_US ? -ENODATA : err;
	}
}

/* Clockwise, in place of what it was. */
static int turn(struct image *image, uint16_t rotation_deg)
{
	const uint32_t *from = (const uint32_t *)(const void *)image->px;
	uint32_t w = image->w_px, h = image->h_px;
	struct image turned = {0};
	uint32_t *to;
	int err = rotation_deg == 180 ? image_init(&turned, w, h)
				      : image_init(&turned, h, w);

	if (err)
		return err;
	to = (uint32_t *)(void *)turned.px;
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++) {
			size_t at = rotation_deg == 90 ? (size_t)x * h + (h - 1 - y)
				    : rotation_deg == 180
					    ? (size_t)(h - 1 - y) * w + (w - 1 - x)
					    : (size_t)(w - 1 - x) * h + y;

			to[at] = from[(size_t)y * w + x];
		}
	image_fini(image);
	*image = turned;
	return 0;
}

int clip_image(struct clip *clip, struct image *out)
{
	int64_t at_us = clip->length_us / 10 < POSTER_US ? clip->length_us / 10
							 : POSTER_US;
	struct image image = {0};
	int err;

	clip_seek(clip, at_us);
	err = hold(clip);
	if (!err && !clip->holds)
		err = -EBADMSG;
	if (!err)
		err = image_init(&image, clip->info.w_px, clip->info.h_px);
	if (!err) {
		uint8_t *const to[4] = {image.px, NULL, NULL, NULL};
		const int stride[4] = {(int)image.w_px * 4, 0, 0, 0};

		err = scale(clip, clip->held, AV_PIX_FMT_BGRA, image.w_px, image.h_px, to,
			    stride);
	}
	if (!err && clip->info.rotation_deg)
		err = turn(&image, clip->info.rotation_deg);
	if (err)
		image_fini(&image);
	else
		*out = image;
	return err;
}
