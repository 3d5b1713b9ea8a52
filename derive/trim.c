#include "derive/trim.h"

#include "base/limits.h"
#include "derive/chapter_copy.h"
#include "derive/mux.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

#define BEHIND_US INT64_C(2000000) /* tracks lie no further from each other than that */

struct cut {
	struct mux mux;
	struct source *source;
	AVStream *to[SOURCE_STREAMS];
	AVPacket *packet;
	int64_t from_us, to_us, end_us; /* `end`: of what was written */
	struct progress *progress;
};

static const AVStream *leader(const struct source *source)
{
	return source->video ? source->video : source->sound;
}

/* Where the first key frame is that is come to from there. */
static int find_start(struct cut *cut, int64_t from_us)
{
	const AVStream *st = leader(cut->source);
	int err;

	source_only(cut->source, st, NULL, NULL);
	err = source_seek(cut->source, st, from_us);
	while (!err) {
		err = source_read(cut->source, cut->packet);
		if (!err && cut->packet->flags & AV_PKT_FLAG_KEY)
			break;
	}
	if (err)
		return err == -ENODATA ? -ERANGE : err;
	cut->from_us = source_us(st, cut->packet->pts);
	return cut->from_us < cut->to_us ? 0 : -ERANGE;
}

static int add_tracks(struct cut *cut)
{
	const struct source *source = cut->source;
	AVStream *const tracks[] = {source->video, source->aac, source->opus};

	for (int i = 0; i < 3; i++) {
		if (!tracks[i])
			continue;
		cut->to[tracks[i]->index] = mux_like(&cut->mux, tracks[i]);
		if (!cut->to[tracks[i]->index])
			return -ENOMEM;
	}
	return 0;
}

static int pass(struct cut *cut)
{
	AVPacket *packet = cut->packet;
	const AVStream *st = cut->source->format->streams[packet->stream_index];
	int64_t shift = av_rescale_q(cut->from_us, AV_TIME_BASE_Q, st->time_base);
	int64_t end_us = source_us(st, packet->pts + packet->duration);

	/* pictures are needed from the key frame on, whatever their order */
	if (source_us(st, packet->pts) < cut->from_us && st != cut->source->video)
		return 0;
	if (source_us(st, packet->dts) >= cut->to_us)
		return 0;
	if (end_us > cut->end_us)
		cut->end_us = end_us;
	progress_at(cut->progress, source_us(st, packet->dts) - cut->from_us,
		    cut->to_us - cut->from_us);
	packet->pts -= shift;
	packet->dts -= shift;
	return mux_write(&cut->mux, packet, st, cut->to[st->index]);
}

static int copy(struct cut *cut)
{
	const struct source *source = cut->source;
	const AVStream *st = leader(source);
	int err;

	source_only(cut->source, source->video, source->opus, source->aac);
	err = source_seek(cut->source, st, cut->from_us);
	while (!err) {
		err = source_read(cut->source, cut->packet);
		if (err)
			break;
		st = source->format->streams[cut->packet->stream_index];
		if (source_us(st, cut->packet->dts) > cut->to_us + BEHIND_US)
			return 0;
		err = pass(cut);
	}
	return err == -ENODATA ? 0 : err;
}

static int run(struct cut *cut, const struct trim *range)
{
	struct chapter_range chapters = {0};
	int err;

	cut->to_us = range->to_ms * 1000;
	if (cut->to_us > cut->source->length_us)
		cut->to_us = cut->source->length_us;
	if (range->from_ms < 0 || range->from_ms * 1000 >= cut->to_us)
		return -ERANGE;
	cut->packet = av_packet_alloc();
	if (!cut->packet)
		return -ENOMEM;
	err = find_start(cut, range->from_ms * 1000);
	chapters.from_ms = cut->from_us / 1000;
	chapters.to_ms = cut->to_us / 1000;
	if (!err)
		err = add_tracks(cut);
	if (!err)
		err = chapter_copy(&cut->mux, cut->source, &chapters);
	if (!err)
		err = mux_start(&cut->mux);
	return err ? err : copy(cut);
}

int trim(const struct folder *folder, const char *name, int recording, struct trim *range,
	 struct progress *progress)
{
	struct cut cut = {.progress = progress};
	struct source source;
	int err;

	if (range->to_ms < 0 || range->to_ms > LIMIT_DERIVE_MS)
		return -ERANGE;
	err = source_open(&source, recording);
	if (err)
		return err;
	cut.source = &source;
	err = mux_open(&cut.mux, folder, name, "mp4");
	if (!err) {
		err = run(&cut, range);
		if (err)
			mux_drop(&cut.mux);
		else
			err = mux_commit(&cut.mux);
	}
	av_packet_free(&cut.packet);
	source_close(&source);
	if (!err)
		*range = (struct trim){cut.from_us / 1000, cut.end_us / 1000};
	return err;
}
