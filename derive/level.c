#include "derive/level.h"

#include "derive/fault.h"
#include "derive/limiter.h"
#include "derive/mux.h"
#include "derive/sound.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BIT_RATE   64000
#define CLOSE      0.3 /* LU that it may miss the target by */
#define TRIES      4
#define REHEARSALS 3
#define SAFETY     0.3  /* dB that peaks are held down more than they were too high */
#define FRAME      1024 /* samples of AAC-LC */

struct level {
	struct mux mux;
	AVStream *stream;
	AVCodecContext *codec, *judge; /* the judge decodes what was encoded */
	struct chain chain;
	struct loudness_meter meter;
	AVFrame *frame, *heard;
	AVPacket *packet;
	struct progress *progress;
	int64_t at, all; /* samples */
	/* what is done with them */
	float gain;
	bool limits;
	struct limiter limiter;
	int lead;      /* samples of the limiter's that are none of the sound's */
	int64_t given; /* to the chain */
};

/* ---- the encoder ---------------------------------------------------------------- */

/* An encoder moves peaks: what counts is what is heard. */
static int hear(struct level *level)
{
	int err = avcodec_send_packet(level->judge, level->packet);

	while (err >= 0) {
		err = avcodec_receive_frame(level->judge, level->heard);
		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err >= 0)
			err = loudness_meter_push(
				&level->meter,
				(const float *)(const void *)level->heard->data[0],
				level->heard->nb_samples);
	}
	return fault_errno(err);
}

static int encode(struct level *level, const AVFrame *frame)
{
	AVStream base = {.time_base = {1, SOUND_HZ}};
	int err = avcodec_send_frame(level->codec, frame);

	while (err >= 0) {
		err = avcodec_receive_packet(level->codec, level->packet);
		if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
			return 0;
		if (err >= 0) {
			int e = hear(level);

			if (!e)
				e = mux_write(&level->mux, level->packet, &base,
					      level->stream);
			if (e)
				return e;
		}
	}
	return fault_errno(err);
}

static int take(struct level *level)
{
	for (;;) {
		int err = chain_take(&level->chain, level->frame);

		if (err)
			return err == -EAGAIN || err == -ENODATA ? 0 : err;
		/* mono has one plane, however it is called */
		level->frame->format = AV_SAMPLE_FMT_FLTP;
		level->frame->pts = level->at;
		level->at += level->frame->nb_samples;
		err = encode(level, level->frame);
		av_frame_unref(level->frame);
		if (err)
			return err;
	}
}

/* Some more, without what the limiter was filled with at the beginning. */
static int give(struct level *level, const float *pcm, int n)
{
	int drop = level->lead < n ? level->lead : n, err;

	level->lead -= drop;
	if (drop == n)
		return 0;
	err = chain_frame(level->frame, n - drop);
	if (err)
		return err;
	memcpy(level->frame->data[0], pcm + drop, (size_t)(n - drop) * sizeof(*pcm));
	level->frame->pts = level->given;
	level->given += n - drop;
	err = chain_give(&level->chain, level->frame);
	return err ? err : take(level);
}

static int on_samples(void *ctx, int64_t at, const float *pcm, int n)
{
	struct level *level = ctx;
	float out[SOUND_BLOCK];

	progress_at(level->progress, at, level->all);
	for (int i = 0; i < n; i++)
		out[i] = pcm[i] * level->gain;
	if (level->limits)
		limiter_run(&level->limiter, out, n);
	return give(level, out, n);
}

/* What the limiter still has. */
static int finish(struct level *level)
{
	float rest[LIMITER_DELAY] = {0};

	if (!level->limits)
		return 0;
	limiter_run(&level->limiter, rest, LIMITER_DELAY);
	return give(level, rest, LIMITER_DELAY);
}

/* ---- one try -------------------------------------------------------------------- */

static int codec_open(struct level *level)
{
	const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);

	if (!codec)
		return -ENOTSUP;
	level->codec = avcodec_alloc_context3(codec);
	if (!level->codec)
		return -ENOMEM;
	level->codec->bit_rate = BIT_RATE;
	level->codec->sample_rate = SOUND_HZ;
	level->codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
	level->codec->time_base = (AVRational){1, SOUND_HZ};
	level->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
	level->codec->thread_count = 1;
	av_channel_layout_default(&level->codec->ch_layout, 1);
	return fault_errno(avcodec_open2(level->codec, codec, NULL));
}

static int judge_open(struct level *level)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_AAC);

	level->judge = codec ? avcodec_alloc_context3(codec) : NULL;
	if (!level->judge ||
	    avcodec_parameters_to_context(level->judge, level->stream->codecpar) < 0)
		return codec ? -ENOMEM : -ENOTSUP;
	level->judge->thread_count = 1;
	return fault_errno(avcodec_open2(level->judge, codec, NULL));
}

static float gain_of(double db)
{
	return (float)pow(10, db / 20);
}

/* The chain cuts it into what the encoder takes. */
static int chain_make(struct level *level, const struct loudness_plan *plan)
{
	int err = chain_frame(level->frame, 1);

	level->gain = gain_of(plan->gain_db);
	level->limits = !plan->linear;
	level->lead = level->limits ? LIMITER_DELAY : 0;
	limiter_init(&level->limiter, gain_of(plan->ceiling_dbtp));
	return err ? err
		   : chain_open(&level->chain, level->frame, CHAIN_HZ, "anull", FRAME);
}

static int level_init(struct level *level, const struct loudness_plan *plan)
{
	int err = codec_open(level);

	level->packet = av_packet_alloc();
	level->frame = av_frame_alloc();
	level->heard = av_frame_alloc();
	if (!err && (!level->packet || !level->frame || !level->heard))
		err = -ENOMEM;
	if (!err)
		err = chain_make(level, plan);
	if (!err)
		err = loudness_meter_init(&level->meter, true);
	if (err)
		return err;
	level->stream = avformat_new_stream(level->mux.format, NULL);
	if (!level->stream ||
	    avcodec_parameters_from_context(level->stream->codecpar, level->codec) < 0)
		return -ENOMEM;
	level->stream->time_base = level->codec->time_base;
	err = judge_open(level);
	return err ? err : mux_start(&level->mux);
}

static int level_run(struct level *level, struct source *source,
		     struct loudness_plan *plan)
{
	const struct sound_sink sink = {level, on_samples};
	int err = level_init(level, plan);

	if (!err)
		err = sound_read(source, &sink);
	if (!err)
		err = finish(level);
	if (!err)
		err = chain_give(&level->chain, NULL);
	if (!err)
		err = take(level);
	if (!err)
		err = encode(level, NULL);
	if (!err)
		err = loudness_meter_end(&level->meter, &plan->made);
	loudness_meter_fini(&level->meter);
	chain_close(&level->chain);
	avcodec_free_context(&level->codec);
	avcodec_free_context(&level->judge);
	av_frame_free(&level->heard);
	av_frame_free(&level->frame);
	av_packet_free(&level->packet);
	return err;
}

/* ---- without encoding ------------------------------------------------------------ */

/* What is limited is quieter than the gain says: how much is heard before anything is
 * encoded, which costs several times as much. */
struct rehearsal {
	float gain;
	struct limiter limiter;
	struct loudness_meter meter;
};

static int on_rehearsed(void *ctx, int64_t at, const float *pcm, int n)
{
	struct rehearsal *rehearsal = ctx;
	float out[SOUND_BLOCK];

	(void)at;
	for (int i = 0; i < n; i++)
		out[i] = pcm[i] * rehearsal->gain;
	limiter_run(&rehearsal->limiter, out, n);
	return loudness_meter_push(&rehearsal->meter, out, n);
}

static int rehearse_once(int recording, const struct loudness_plan *plan,
			 struct loudness *out)
{
	struct rehearsal rehearsal = {.gain = gain_of(plan->gain_db)};
	const struct sound_sink sink = {&rehearsal, on_rehearsed};
	struct source source;
	int err = source_open(&source, recording);

	if (err)
		return err;
	limiter_init(&rehearsal.limiter, gain_of(plan->ceiling_dbtp));
	err = loudness_meter_init(&rehearsal.meter, false);
	if (!err)
		err = sound_read(&source, &sink);
	if (!err)
		err = loudness_meter_end(&rehearsal.meter, out);
	loudness_meter_fini(&rehearsal.meter);
	source_close(&source);
	return err;
}

static int rehearse(int recording, struct loudness_plan *plan)
{
	for (int tries = 0; !plan->linear && tries < REHEARSALS; tries++) {
		struct loudness heard;
		int err = rehearse_once(recording, plan, &heard);
		double miss = fmin(LOUDNESS_TARGET - heard.lufs,
				   LOUDNESS_GAIN - plan->gain_db);

		if (err)
			return err;
		if (heard.lufs <= LOUDNESS_SILENCE || fabs(miss) <= CLOSE / 2)
			return 0;
		plan->gain_db += miss;
		if (fabs(miss) <= 2 * CLOSE)
			return 0; /* near enough for the next one to be close */
	}
	return 0;
}

/* ---- all of it ------------------------------------------------------------------ */

/* False: it was corrected, and is worth another try. */
static bool good_enough(struct loudness_plan *plan, int tries)
{
	double miss = LOUDNESS_TARGET - plan->made.lufs;
	double excess = plan->made.peak_dbtp - LOUDNESS_PEAK;

	if (tries + 1 >= TRIES || plan->made.lufs <= LOUDNESS_SILENCE)
		return true;
	miss = fmin(miss, LOUDNESS_GAIN - plan->gain_db);
	if (fabs(miss) <= CLOSE && excess <= 0)
		return true;
	plan->gain_db += miss;
	if (excess > 0) {
		/* an encoder does not follow it all the way */
		plan->ceiling_dbtp -= 2 * excess + SAFETY;
		plan->linear = false;
	}
	return false;
}

int level_make(const struct folder *folder, const char *name, const char *table,
	       int recording, struct loudness_plan *plan, struct progress *progress)
{
	int failed = rehearse(recording, plan);

	if (failed)
		return failed;
	for (int tries = 0;; tries++) {
		struct level level = {.progress = progress};
		struct source source;
		bool done = false;
		int err = source_open(&source, recording);

		if (err)
			return err;
		level.all = source.length_us * (SOUND_HZ / 1000) / 1000;
		err = mux_open(&level.mux, folder, name, "ipod");
		if (!err) {
			mux_pieces(&level.mux, table);
			err = level_run(&level, &source, plan);
			done = !err && good_enough(plan, tries);
			if (done)
				err = mux_commit(&level.mux);
			else
				mux_drop(&level.mux);
		}
		source_close(&source);
		if (err || done) {
			plan->is_made = !err;
			return err;
		}
	}
}
