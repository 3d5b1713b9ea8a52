#include "derive/keyframe.h"

#include "base/limits.h"
#include "derive/fault.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

#define SEARCH   64 /* packets behind a place that was sought until one is a key frame */
#define BAD_MOST 10 /* that cannot be decoded, and a quarter of all */

int keyframes_init(struct keyframes *k, struct source *source)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
	int err;

	memset(k, 0, sizeof(*k));
	k->source = source;
	k->seen = AV_NOPTS_VALUE;
	if (!codec || !source->video)
		return -ENOTSUP;
	source_only(source, source->video, NULL, NULL);
	k->packet = av_packet_alloc();
	k->frame = av_frame_alloc();
	k->fresh = av_frame_alloc();
	k->codec = avcodec_alloc_context3(codec);
	err = -ENOMEM;
	if (k->packet && k->frame && k->fresh && k->codec &&
	    avcodec_parameters_to_context(k->codec, source->video->codecpar) >= 0) {
		k->codec->thread_count = 1;
		k->codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
		k->codec->skip_frame = AVDISCARD_NONKEY;
		/* whatever the header said */
		k->codec->max_pixels = (int64_t)LIMIT_DERIVE_SIDE * LIMIT_DERIVE_SIDE;
		err = fault_errno(avcodec_open2(k->codec, codec, NULL));
	}
	if (err)
		keyframes_fini(k);
	return err;
}

void keyframes_fini(struct keyframes *k)
{
	avcodec_free_context(&k->codec);
	av_packet_free(&k->packet);
	av_frame_free(&k->frame);
	av_frame_free(&k->fresh);
}

static int find(struct keyframes *k, int64_t at_us)
{
	int err = source_seek(k->source, k->source->video, at_us);

	for (int i = 0; !err && i < SEARCH; i++) {
		err = source_read(k->source, k->packet);
		if (!err && k->packet->flags & AV_PKT_FLAG_KEY)
			return 0;
	}
	return -EBADMSG;
}

/* True: there is a new picture. */
static bool decode(struct keyframes *k)
{
	int err;

	avcodec_flush_buffers(k->codec);
	err = avcodec_send_packet(k->codec, k->packet);
	if (!err)
		err = avcodec_send_packet(k->codec, NULL); /* it is the only one */
	if (!err)
		err = avcodec_receive_frame(k->codec, k->fresh);
	if (err || k->fresh->width < 2 || k->fresh->height < 2)
		return false;
	av_frame_unref(k->frame);
	av_frame_move_ref(k->frame, k->fresh);
	return true;
}

int keyframes_at(struct keyframes *k, int64_t at_us, const AVFrame **out)
{
	bool good = find(k, at_us) == 0;

	if (good && k->packet->pts != k->seen) {
		k->seen = k->packet->pts;
		good = decode(k);
	}
	av_packet_unref(k->packet);
	k->n++;
	k->n_bad += !good;
	if (!k->frame->data[0] || k->n_bad > BAD_MOST + k->n / 4)
		return -EBADMSG;
	*out = k->frame;
	return 0;
}
