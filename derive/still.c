#include "derive/still.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <string.h>

#define ENCODER "libx264"
#define HZ      90000
#define FPS     25 /* of no meaning but to the rate control, which counts pictures */
#define NEVER   1000000

/* A letter stays a letter: below the first nobody sees more. What is more than its share
 * of bytes, as of a film that is played, is not read but looked at. */
#define FINE        20
#define COARSE      26
#define COARSEST    32
#define SHARE       INT64_C(3000)    /* bytes a second of time */
#define SHARE_FIRST INT64_C(1500000) /* at once; twice that is much too much */

static const AVRational times = {1, HZ};

bool still_can(void)
{
	return avcodec_find_encoder_by_name(ENCODER) != NULL;
}

static int codec_open(struct still *still, const AVFrame *like)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(ENCODER);
	AVCodecContext *context = codec ? avcodec_alloc_context3(codec) : NULL;

	still->codec = context;
	if (!context)
		return codec ? -ENOMEM : -ENOTSUP;
	context->width = like->width;
	context->height = like->height;
	context->pix_fmt = like->format;
	context->colorspace = like->colorspace;
	context->color_primaries = like->color_primaries;
	context->color_trc = like->color_trc;
	context->color_range = like->color_range;
	context->time_base = times;
	context->framerate = (AVRational){FPS, 1};
	context->gop_size = NEVER;
	context->max_b_frames = 0;
	context->thread_count = 1;
	context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
	av_opt_set(context->priv_data, "preset", "veryfast", 0);
	av_opt_set(context->priv_data, "tune", "zerolatency", 0);
	av_opt_set_int(context->priv_data, "forced-idr", 1, 0);
	av_opt_set_double(context->priv_data, "crf", FINE, 0);
	/* what is simple is not worth more bits */
	av_opt_set(context->priv_data, "x264-params", "scenecut=0:qcomp=1", 0);
	return fault_errno(avcodec_open2(context, codec, NULL));
}

static int add_track(struct still *still)
{
	still->stream = avformat_new_stream(still->mux.format, NULL);
	if (!still->stream ||
	    avcodec_parameters_from_context(still->stream->codecpar, still->codec) < 0)
		return -ENOMEM;
	still->stream->time_base = times;
	return mux_start(&still->mux);
}

static void fini(struct still *still)
{
	avcodec_free_context(&still->codec);
	av_packet_free(&still->packet);
	av_packet_free(&still->waiting);
	av_frame_free(&still->frame);
}

int still_open(struct still *still, const struct folder *folder, const char *name,
	       const AVFrame *like)
{
	int err;

	memset(still, 0, sizeof(*still));
	err = mux_open(&still->mux, folder, name, "mp4");
	if (err)
		return err;
	still->packet = av_packet_alloc();
	still->waiting = av_packet_alloc();
	still->frame = av_frame_alloc();
	err = still->packet && still->waiting && still->frame ? codec_open(still, like)
							      : -ENOMEM;
	if (!err)
		err = add_track(still);
	if (err)
		still_drop(still);
	return err;
}

static int64_t stamp(int64_t at_us)
{
	return av_rescale_q(at_us, AV_TIME_BASE_Q, times);
}

/* What waits lasts until then. */
static int pass(struct still *still, int64_t end)
{
	AVStream base = {.time_base = times};

	if (!still->waiting->data)
		return 0;
	still->waiting->duration = end - still->waiting->pts;
	return mux_write(&still->mux, still->waiting, &base, still->stream);
}

static int take(struct still *still)
{
	int err = avcodec_receive_packet(still->codec, still->packet);

	if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
		return -ENODATA;
	if (err < 0)
		return fault_errno(err);
	still->bytes += still->packet->size;
	if (still->packet->flags & AV_PKT_FLAG_KEY)
		still->key_bytes = still->packet->size;
	err = pass(still, still->packet->pts);
	if (err)
		return err;
	av_packet_unref(still->waiting);
	av_packet_move_ref(still->waiting, still->packet);
	return 0;
}

static double how_fine(const struct still *still, int64_t at_us)
{
	int64_t more = still->bytes - SHARE * (at_us / 1000000);

	return more < SHARE_FIRST ? FINE : more < 2 * SHARE_FIRST ? COARSE : COARSEST;
}

int still_put(struct still *still, const AVFrame *frame, int64_t at_us, bool key)
{
	int err;

	av_opt_set_double(still->codec->priv_data, "crf", how_fine(still, at_us), 0);
	if (av_frame_ref(still->frame, frame) < 0)
		return -ENOMEM;
	still->frame->pts = stamp(at_us);
	still->frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	still->frame->key_frame = 0;
	err = fault_errno(avcodec_send_frame(still->codec, still->frame));
	av_frame_unref(still->frame);
	while (!err)
		err = take(still);
	return err == -ENODATA ? 0 : err;
}

int still_commit(struct still *still, int64_t end_us)
{
	int err = fault_errno(avcodec_send_frame(still->codec, NULL));

	while (!err)
		err = take(still);
	if (err == -ENODATA)
		err = pass(still, stamp(end_us));
	if (err) {
		still_drop(still);
		return err;
	}
	fini(still);
	return mux_commit(&still->mux);
}

void still_drop(struct still *still)
{
	fini(still);
	mux_drop(&still->mux);
}
