#include "derive/poster.h"

#include "base/limits.h"
#include "derive/jpeg.h"
#include "derive/keyframe.h"
#include "derive/source.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <stdbool.h>

#define STEP_US  INT64_C(2000000)
#define LOOKS    600 /* 20 minutes; who shows nothing until then shows nothing */
#define CONTRAST 36  /* the variance of brightness above which something is shown */
#define QUALITY  4

struct poster {
	struct SwsContext *scaler;
	AVFrame *frame;
};

static bool shows_something(const AVFrame *frame)
{
	int64_t n = 0, sum = 0, squares = 0;

	for (int y = 0; y < frame->height; y += 4) {
		const uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];

		for (int x = 0; x < frame->width; x += 4) {
			sum += row[x];
			squares += row[x] * row[x];
			n++;
		}
	}
	return squares * n - sum * sum > CONTRAST * n * n;
}

static int draw(struct poster *poster, const AVFrame *from)
{
	int64_t h = (int64_t)POSTER_W_PX * from->height / from->width;
	struct jpeg_box box = {.w_px = POSTER_W_PX};
	int err;

	box.h_px = (int)(h < 2                   ? 2
			 : h > LIMIT_DERIVE_SIDE ? LIMIT_DERIVE_SIDE
						 : h & ~INT64_C(1));
	av_frame_free(&poster->frame);
	err = jpeg_frame(&poster->frame, box.w_px, box.h_px);
	return err ? err : jpeg_draw(&poster->scaler, from, poster->frame, &box);
}

static int look(struct poster *poster, struct source *source, struct progress *progress)
{
	const AVFrame *frame;
	struct keyframes keys;
	int64_t seen = -1;
	int err = keyframes_init(&keys, source);

	if (err)
		return err;
	for (int i = 0; !err && i < LOOKS; i++) {
		if (i && i * STEP_US >= source->length_us) {
			err = keyframes_at(&keys, 0, &frame); /* all of one colour */
			err = err ? err : draw(poster, frame);
			break;
		}
		progress_at(progress, i, LOOKS);
		err = keyframes_at(&keys, i * STEP_US, &frame);
		if (err || keys.seen == seen)
			continue;
		seen = keys.seen;
		err = draw(poster, frame);
		if (!err && shows_something(poster->frame))
			break;
	}
	keyframes_fini(&keys);
	return err;
}

int poster_make(const struct folder *folder, const char *name, struct source *source,
		struct progress *progress)
{
	struct poster poster = {NULL, NULL};
	int err = look(&poster, source, progress);

	if (!err)
		err = jpeg_write(poster.frame, QUALITY, folder, name);
	av_frame_free(&poster.frame);
	sws_freeContext(poster.scaler);
	return err;
}
