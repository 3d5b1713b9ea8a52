#include "derive/sound.h"

#include "base/limits.h"
#include "derive/chain.h"
#include "derive/fault.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <string.h>

#define SLACK    240 /* samples, 5 ms, that a time may be wrong */
#define BAD_MOST 20  /* packets that cannot be decoded, and one of a hundred */
#define MOST     (LIMIT_DERIVE_MS * (SOUND_HZ / 1000))

struct sound {
	struct source *source;
	const struct sound_sink *sink;
	AVCodecContext *codec;
	AVPacket *packet;
	AVFrame *frame, *out;
	struct chain chain; /* for frames as these: */
	int format, rate_hz, channels;
	int64_t at; /* samples that were told */
	int64_t n_packets, n_bad;
};

/* ---- the line of time ----------------------------------------------------------- */

static int tell(struct sound *sound, const float *pcm, int64_t n)
{
	int err = 0;

	while (!err && n > 0) {
		int block = n > SOUND_BLOCK ? SOUND_BLOCK : (int)n;

		err = sound->sink->samples(sound->sink->ctx, sound->at, pcm, block);
		sound->at += block;
		pcm += block;
		n -= block;
	}
	return err;
}

static int tell_silence(struct sound *sound, int64_t n)
{
	static const float zeros[SOUND_BLOCK];
	int err = 0;

	if (n > MOST - sound->at)
		return -EOVERFLOW;
	for (; !err && n > SOUND_BLOCK; n -= SOUND_BLOCK)
		err = tell(sound, zeros, SOUND_BLOCK);
	return err ? err : tell(sound, zeros, n);
}

/* What a number that is none would do to all that comes after it is not asked. */
static void tidy(float *pcm, int n)
{
	for (int i = 0; i < n; i++)
		if (!(fabsf(pcm[i]) <= 8.0f))
			pcm[i] = 0;
}

static int place(struct sound *sound, AVFrame *frame, int64_t at)
{
	float *pcm = (float *)(void *)frame->data[0];
	int64_t n = frame->nb_samples, early = sound->at - at;
	int err = 0;

	tidy(pcm, frame->nb_samples);
	if (-early > SLACK)
		err = tell_silence(sound, -early);
	if (early <= SLACK)
		early = 0;
	if (early >= n || err)
		return err;
	return tell(sound, pcm + early, n - early);
}

/* ---- decoding ------------------------------------------------------------------- */

static int drain(struct sound *sound)
{
	for (;;) {
		int err = chain_take(&sound->chain, sound->out);

		if (err)
			return err == -EAGAIN || err == -ENODATA ? 0 : err;
		err = place(sound, sound->out,
			    sound->out->pts == AV_NOPTS_VALUE ? sound->at
							      : sound->out->pts);
		av_frame_unref(sound->out);
		if (err)
			return err;
	}
}

static int finish_chain(struct sound *sound)
{
	int err;

	if (!sound->chain.graph)
		return 0;
	err = chain_give(&sound->chain, NULL);
	if (!err)
		err = drain(sound);
	chain_close(&sound->chain);
	return err;
}

/* A stream may change what its samples are like. */
static int fit_chain(struct sound *sound)
{
	const AVFrame *frame = sound->frame;
	int err;

	if (sound->chain.graph && sound->format == frame->format &&
	    sound->rate_hz == frame->sample_rate &&
	    sound->channels == frame->ch_layout.nb_channels)
		return 0;
	if (frame->sample_rate < 8000 || frame->sample_rate > 96000 ||
	    frame->ch_layout.nb_channels < 1 || frame->ch_layout.nb_channels > 8)
		return -EBADMSG;
	err = finish_chain(sound);
	if (err)
		return err;
	sound->format = frame->format;
	sound->rate_hz = frame->sample_rate;
	sound->channels = frame->ch_layout.nb_channels;
	return chain_open(&sound->chain, frame, SOUND_HZ, "anull", 0);
}

static int take_frames(struct sound *sound)
{
	const AVRational hz = {1, SOUND_HZ};

	for (;;) {
		int err = avcodec_receive_frame(sound->codec, sound->frame);

		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err < 0) {
			sound->n_bad++;
			return err == AVERROR(ENOMEM) ? -ENOMEM : 0;
		}
		if (sound->frame->pts != AV_NOPTS_VALUE)
			sound->frame->pts = av_rescale_q(
				sound->frame->pts, sound->source->sound->time_base, hz);
		err = fit_chain(sound);
		if (!err)
			err = chain_give(&sound->chain, sound->frame);
		if (!err)
			err = drain(sound);
		if (err)
			return err;
	}
}

static int decode(struct sound *sound)
{
	int err;

	while (!(err = source_read(sound->source, sound->packet))) {
		sound->n_packets++;
		if (avcodec_send_packet(sound->codec, sound->packet) < 0)
			sound->n_bad++;
		err = take_frames(sound);
		if (err || sound->n_bad > BAD_MOST + sound->n_packets / 100)
			return err ? err : -EBADMSG;
	}
	if (err != -ENODATA)
		return err;
	avcodec_send_packet(sound->codec, NULL);
	err = take_frames(sound);
	if (!err)
		err = finish_chain(sound);
	return err || sound->at ? err : -EBADMSG;
}

static int decoder_open(struct sound *sound)
{
	const AVStream *st = sound->source->sound;
	const AVCodec *codec = avcodec_find_decoder(st->codecpar->codec_id);

	if (!codec)
		return -ENOTSUP;
	sound->codec = avcodec_alloc_context3(codec);
	if (!sound->codec ||
	    avcodec_parameters_to_context(sound->codec, st->codecpar) < 0)
		return -ENOMEM;
	sound->codec->thread_count = 1;
	sound->codec->pkt_timebase = st->time_base;
	return fault_errno(avcodec_open2(sound->codec, codec, NULL));
}

int sound_read(struct source *source, const struct sound_sink *sink)
{
	struct sound sound = {.source = source, .sink = sink};
	int err = -ENOMEM;

	source_only(source, source->sound, NULL, NULL);
	sound.packet = av_packet_alloc();
	sound.frame = av_frame_alloc();
	sound.out = av_frame_alloc();
	if (sound.packet && sound.frame && sound.out)
		err = decoder_open(&sound);
	if (!err)
		err = decode(&sound);
	chain_close(&sound.chain);
	avcodec_free_context(&sound.codec);
	av_packet_free(&sound.packet);
	av_frame_free(&sound.frame);
	av_frame_free(&sound.out);
	return err;
}
