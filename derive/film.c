#include "derive/film.h"

#include "base/limits.h"
#include "derive/fault.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

#define HELD       160              /* packets */
#define HELD_US    INT64_C(4500000) /* of them; what is farther from a key is decoded */
#define HELD_BYTES 8388608          /* the same */
#define BAD_MOST   20               /* packets that cannot be decoded, and one of ten */

struct film {
	struct source *source;
	const struct film_sink *sink;
	AVCodecContext *codec;
	AVPacket *packet;
	AVFrame *fresh, *before; /* before: decoded last */
	int64_t before_us;       /* -1: it was shown, or there is none */
	int64_t shown_us;        /* of the last that was; -1: none */
	AVPacket *held[HELD];    /* a key frame and what follows it, not decoded yet */
	int n_held;
	int64_t held_us, held_bytes; /* the first one's time; of all */
	bool running;                /* the decoder is where the file is */
	int64_t n, n_bad;
};

/* ---- what is shown -------------------------------------------------------------- */

static int show(struct film *film, const AVFrame *frame, int64_t at_us)
{
	film->before_us = -1;
	if (at_us < 0)
		at_us = 0;
	if (at_us <= film->shown_us)
		return 0;
	film->shown_us = at_us;
	return film->sink->shown(film->sink->ctx, frame, at_us);
}

/* Of those that come close to each other the last one is shown. */
static int show_before(struct film *film)
{
	return film->before_us < 0 ? 0 : show(film, film->before, film->before_us);
}

static int take(struct film *film)
{
	int64_t at_us = source_us(film->source->video, film->fresh->pts);
	int err = 0;

	if (at_us - film->shown_us >= FILM_LOOK_US)
		err = show_before(film);
	av_frame_unref(film->before);
	av_frame_move_ref(film->before, film->fresh);
	film->before_us = at_us < 0 ? 0 : at_us;
	return err;
}

/* ---- decoding ------------------------------------------------------------------- */

static bool is_picture(const AVFrame *frame)
{
	return frame->width >= 16 && frame->height >= 16 && frame->pts != AV_NOPTS_VALUE;
}

/* What is damaged is counted, and left out. */
static int decode(struct film *film, const AVPacket *packet)
{
	int err = avcodec_send_packet(film->codec, packet), taken;

	film->n++;
	film->n_bad += err < 0;
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	while ((err = avcodec_receive_frame(film->codec, film->fresh)) >= 0) {
		taken = is_picture(film->fresh) ? take(film) : 0;
		av_frame_unref(film->fresh);
		if (taken)
			return taken;
	}
	if (err == AVERROR(ENOMEM))
		return -ENOMEM;
	return film->n_bad > BAD_MOST + film->n / 10 ? -EBADMSG : 0;
}

static int drain(struct film *film)
{
	int err = film->running ? decode(film, NULL) : 0;

	film->running = false;
	avcodec_flush_buffers(film->codec);
	return err ? err : show_before(film);
}

static void let_go(struct film *film)
{
	for (int i = 0; i < film->n_held; i++)
		av_packet_unref(film->held[i]);
	film->n_held = 0;
	film->held_bytes = 0;
}

/* The decoder comes to where the file is. The first one was shown when it was read. */
static int decode_held(struct film *film)
{
	int err = 0;

	avcodec_flush_buffers(film->codec);
	for (int i = 0; !err && i < film->n_held; i++)
		err = decode(film, film->held[i]);
	let_go(film);
	film->running = true;
	return err;
}

static void hold(struct film *film)
{
	AVPacket *to = film->held[film->n_held++];

	if (film->n_held == 1)
		film->held_us = source_us(film->source->video, film->packet->pts);
	film->held_bytes += film->packet->size;
	av_packet_move_ref(to, film->packet);
}

/* ---- packets -------------------------------------------------------------------- */

/* A key frame alone, as `fresh`. */
static bool decode_key(struct film *film)
{
	int err;

	avcodec_flush_buffers(film->codec);
	err = avcodec_send_packet(film->codec, film->packet);
	if (!err)
		err = avcodec_send_packet(film->codec, NULL); /* it is the only one */
	if (!err)
		err = avcodec_receive_frame(film->codec, film->fresh);
	avcodec_flush_buffers(film->codec);
	return !err && is_picture(film->fresh);
}

static int on_key(struct film *film)
{
	int64_t at_us = source_us(film->source->video, film->packet->pts);
	int err = drain(film);

	film->n++;
	if (err || !decode_key(film)) {
		film->n_bad++;
		let_go(film); /* what follows hangs on it */
		return err;
	}
	/* when did it come? */
	if (film->n_held > 1 && film->sink->other(film->sink->ctx, film->fresh)) {
		AVFrame *key = av_frame_clone(film->fresh);

		av_frame_unref(film->fresh);
		err = key ? decode_held(film) : -ENOMEM;
		if (!err)
			err = drain(film);
		if (key)
			av_frame_move_ref(film->fresh, key);
		av_frame_free(&key);
	}
	let_go(film);
	if (!err)
		err = show(film, film->fresh, at_us);
	av_frame_unref(film->fresh);
	hold(film);
	return err;
}

static int on_other(struct film *film)
{
	int64_t at_us = source_us(film->source->video, film->packet->pts);
	int err;

	if (film->running)
		return decode(film, film->packet);
	if (!film->n_held)
		return 0; /* no key frame came */
	if (film->n_held < HELD && at_us - film->held_us <= HELD_US &&
	    film->held_bytes + film->packet->size <= HELD_BYTES) {
		hold(film);
		return 0;
	}
	err = decode_held(film);
	return err ? err : decode(film, film->packet);
}

static int read_all(struct film *film)
{
	int err;

	while (!(err = source_read(film->source, film->packet))) {
		err = film->packet->flags & AV_PKT_FLAG_KEY ? on_key(film)
							    : on_other(film);
		if (err || film->n_bad > BAD_MOST + film->n / 10)
			return err ? err : -EBADMSG;
	}
	if (err != -ENODATA)
		return err;
	err = film->n_held > 1 ? decode_held(film) : 0;
	if (!err)
		err = drain(film);
	return err || film->shown_us >= 0 ? err : -EBADMSG;
}

/* ---- life ----------------------------------------------------------------------- */

static int open_decoder(struct film *film)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
	const AVStream *st = film->source->video;

	if (!codec || !st)
		return -ENOTSUP;
	film->codec = avcodec_alloc_context3(codec);
	if (!film->codec || avcodec_parameters_to_context(film->codec, st->codecpar) < 0)
		return -ENOMEM;
	film->codec->thread_count = 1;
	film->codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
	film->codec->pkt_timebase = st->time_base;
	/* whatever the header said */
	film->codec->max_pixels = (int64_t)LIMIT_DERIVE_SIDE * LIMIT_DERIVE_SIDE;
	return fault_errno(avcodec_open2(film->codec, codec, NULL));
}

int film_read(struct source *source, const struct film_sink *sink)
{
	struct film film = {
		.source = source, .sink = sink, .before_us = -1, .shown_us = -1};
	int err;

	source_only(source, source->video, NULL, NULL);
	film.packet = av_packet_alloc();
	film.fresh = av_frame_alloc();
	film.before = av_frame_alloc();
	err = film.packet && film.fresh && film.before ? 0 : -ENOMEM;
	for (int i = 0; i < HELD; i++) {
		film.held[i] = av_packet_alloc();
		err = film.held[i] ? err : -ENOMEM;
	}
	if (!err)
		err = open_decoder(&film);
	if (!err)
		err = read_all(&film);
	for (int i = 0; i < HELD; i++)
		av_packet_free(&film.held[i]);
	avcodec_free_context(&film.codec);
	av_frame_free(&film.before);
	av_frame_free(&film.fresh);
	av_packet_free(&film.packet);
	return err;
}
