#include "derive/remux.h"

#include "derive/mux.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

struct side { /* where packets come from; two of them are read in step */
	struct source *source;
	AVPacket *packet; /* the next one of it */
	bool over;
};

struct remux {
	struct mux mux;
	struct side sides[2];
	const AVStream *from[2]; /* pictures, AAC; or NULL */
	AVStream *to[2];
};

static int add_tracks(struct remux *r, const struct source *source,
		      const struct source *sound)
{
	r->from[0] = source->video;
	r->from[1] = sound ? sound->aac : NULL;
	for (int i = 0; i < 2; i++) {
		if (!r->from[i])
			continue;
		r->to[i] = mux_like(&r->mux, r->from[i]);
		if (!r->to[i])
			return -ENOMEM;
		r->to[i]->disposition = AV_DISPOSITION_DEFAULT;
	}
	return 0;
}

static int add_chapters(struct remux *r, const struct chapters *chapters,
			int64_t length_ms)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < chapters->n; i++)
		err = mux_chapter(&r->mux, chapters->list[i].ms,
				  chapters_end_ms(chapters, i, length_ms),
				  chapters->list[i].title);
	return err;
}

static int next(struct side *side)
{
	int err = source_read(side->source, side->packet);

	side->over = err == -ENODATA;
	return side->over ? 0 : err;
}

static int64_t due_us(const struct side *side)
{
	if (!side->source || side->over)
		return INT64_MAX;
	return source_us(side->source->format->streams[side->packet->stream_index],
			 side->packet->dts);
}

static int pass(struct remux *r, struct side *side)
{
	const AVStream *st = side->source->format->streams[side->packet->stream_index];
	int err = 0;

	for (int i = 0; i < 2; i++)
		if (r->from[i] == st)
			err = mux_write(&r->mux, side->packet, st, r->to[i]);
	return err ? err : next(side);
}

static int run(struct remux *r, struct progress *progress)
{
	int64_t all_us = r->sides[0].source->length_us;
	int err = 0;

	for (int i = 0; !err && i < 2; i++)
		if (r->sides[i].source)
			err = next(&r->sides[i]);
	while (!err) {
		int64_t a = due_us(&r->sides[0]), b = due_us(&r->sides[1]);

		if (a == INT64_MAX && b == INT64_MAX)
			break;
		progress_at(progress, a < b ? a : b, all_us);
		err = pass(r, &r->sides[a <= b ? 0 : 1]);
	}
	return err;
}

static int prepare(struct remux *r, struct source *source, struct source *sound,
		   const struct chapters *chapters)
{
	int err;

	r->sides[0].source = source;
	r->sides[1].source = sound;
	for (int i = 0; i < 2; i++) {
		r->sides[i].packet = av_packet_alloc();
		if (!r->sides[i].packet)
			return -ENOMEM;
	}
	err = add_tracks(r, source, sound);
	if (!err)
		err = add_chapters(r, chapters, source->length_us / 1000);
	if (err)
		return err;
	source_only(source, source->video, NULL, NULL);
	if (sound)
		source_only(sound, sound->aac, NULL, NULL);
	return mux_start(&r->mux);
}

static int with_sound(const struct folder *folder, const char *name, const char *table,
		      struct source *source, struct source *sound,
		      const struct chapters *chapters, struct progress *progress)
{
	struct remux r = {.from = {NULL}};
	int err = mux_open(&r.mux, folder, name, "mp4");

	if (err)
		return err;
	mux_pieces(&r.mux, table);
	err = prepare(&r, source, sound, chapters);
	if (!err)
		err = run(&r, progress);
	if (err)
		mux_drop(&r.mux);
	else
		err = mux_commit(&r.mux);
	for (int i = 0; i < 2; i++)
		av_packet_free(&r.sides[i].packet);
	return err;
}

int remux(const struct folder *folder, const char *name, const char *table,
	  struct source *source, int sound, const struct chapters *chapters,
	  struct progress *progress)
{
	struct source other;
	int err;

	if (sound < 0)
		return with_sound(folder, name, table, source, NULL, chapters, progress);
	err = source_open(&other, sound);
	if (err)
		return err;
	err = other.aac ? with_sound(folder, name, table, source, &other, chapters,
				     progress)
			: -EBADMSG;
	source_close(&other);
	return err;
}
