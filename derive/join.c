#include "derive/join.h"

#include "base/limits.h"
#include "derive/avcc.h"
#include "derive/chapter_copy.h"
#include "derive/mux.h"
#include "derive/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <string.h>

#define TRACKS 3 /* pictures, AAC, Opus */

struct join {
	struct mux mux;
	struct source first;
	AVStream *to[TRACKS];
	int64_t next_dts[TRACKS]; /* of `to`, in its times */
	AVPacket *packet, *with_sets;
	bool changes; /* pictures are not the same all through */
	int64_t from_us[LIMIT_DERIVE_PARTS], all_us;
	struct progress *progress;
};

static AVStream *track_of(const struct source *source, int i)
{
	return i == 0 ? source->video : i == 1 ? source->aac : source->opus;
}

/* ---- do they fit ---------------------------------------------------------------- */

static bool same_config(const AVCodecParameters *a, const AVCodecParameters *b)
{
	return a->extradata_size == b->extradata_size &&
	       memcmp(a->extradata, b->extradata, (size_t)a->extradata_size) == 0;
}

static int check_pictures(struct join *join, const AVCodecParameters *a,
			  const AVCodecParameters *b)
{
	struct avcc x, y;
	int err;

	if (same_config(a, b))
		return 0;
	join->changes = true;
	err = avcc_read(&x, a->extradata, (size_t)a->extradata_size);
	if (err)
		return err;
	err = avcc_read(&y, b->extradata, (size_t)b->extradata_size);
	if (!err) {
		/* the first description says it for all */
		err = x.length_bytes == y.length_bytes ? 0 : -EMEDIUMTYPE;
		avcc_fini(&y);
	}
	avcc_fini(&x);
	return err;
}

static int check_track(struct join *join, const struct source *part, int i)
{
	const AVStream *a = track_of(&join->first, i), *b = track_of(part, i);

	if (!a || !b)
		return a || b ? -EMEDIUMTYPE : 0;
	if (i == 0)
		return check_pictures(join, a->codecpar, b->codecpar);
	return a->codecpar->sample_rate == b->codecpar->sample_rate &&
			       a->codecpar->ch_layout.nb_channels ==
				       b->codecpar->ch_layout.nb_channels &&
			       same_config(a->codecpar, b->codecpar)
		       ? 0
		       : -EMEDIUMTYPE;
}

static int check_part(struct join *join, int fd, int n)
{
	struct source part;
	int err = source_open(&part, fd);

	if (err)
		return err;
	for (int i = 0; !err && i < TRACKS; i++)
		err = check_track(join, &part, i);
	join->from_us[n] = join->all_us;
	join->all_us += part.length_us;
	if (!err && join->all_us > LIMIT_DERIVE_MS * 1000)
		err = -EOVERFLOW;
	if (!err && join->mux.format)
		err = chapter_copy(&join->mux, &part,
				   &(struct chapter_range){0, part.length_us / 1000,
							   join->from_us[n] / 1000});
	source_close(&part);
	return err;
}

/* ---- one after the other -------------------------------------------------------- */

static int put_sets(struct join *join, const struct avcc *avcc)
{
	AVPacket *from = join->packet, *to = join->with_sets;
	int err = av_new_packet(to, (int)avcc->len + from->size);

	if (err < 0)
		return -ENOMEM;
	memcpy(to->data, avcc->sets, avcc->len);
	memcpy(to->data + avcc->len, from->data, (size_t)from->size);
	if (av_packet_copy_props(to, from) < 0)
		return -ENOMEM;
	to->stream_index = from->stream_index;
	av_packet_unref(from);
	av_packet_move_ref(from, to);
	return 0;
}

static int pass(struct join *join, const struct source *part, int64_t from_us, int i)
{
	const AVStream *st = track_of(part, i);
	AVPacket *packet = join->packet;
	int64_t shift;

	/* what leads in to a decoder has no place within */
	if (from_us && packet->pts + packet->duration <= 0)
		return 0;
	shift = av_rescale_q(from_us, AV_TIME_BASE_Q, join->to[i]->time_base);
	av_packet_rescale_ts(packet, st->time_base, join->to[i]->time_base);
	packet->pts += shift;
	packet->dts += shift;
	if (packet->dts < join->next_dts[i]) {
		packet->dts = join->next_dts[i];
		if (packet->pts < packet->dts)
			packet->pts = packet->dts;
	}
	join->next_dts[i] = packet->dts + 1;
	progress_at(join->progress, source_us(join->to[i], packet->dts), join->all_us);
	return mux_write(&join->mux, packet, join->to[i], join->to[i]);
}

static int copy_packets(struct join *join, struct source *part, int64_t from_us,
			const struct avcc *avcc)
{
	int err = 0;

	source_only(part, part->video, part->aac, part->opus);
	while (!err) {
		err = source_read(part, join->packet);
		if (!err && join->changes && part->video &&
		    join->packet->stream_index == part->video->index &&
		    join->packet->flags & AV_PKT_FLAG_KEY)
			err = put_sets(join, avcc);
		for (int i = 0; !err && i < TRACKS; i++)
			if (track_of(part, i) &&
			    track_of(part, i)->index == join->packet->stream_index) {
				err = pass(join, part, from_us, i);
				break; /* the packet is gone */
			}
	}
	return err == -ENODATA ? 0 : err;
}

static int copy_part(struct join *join, int fd, int n)
{
	struct avcc avcc = {0};
	struct source part;
	int err = source_open(&part, fd);

	if (err)
		return err;
	if (join->changes)
		err = avcc_read(&avcc, part.video->codecpar->extradata,
				(size_t)part.video->codecpar->extradata_size);
	if (!err)
		err = copy_packets(join, &part, join->from_us[n], &avcc);
	avcc_fini(&avcc);
	source_close(&part);
	return err;
}

static int begin(struct join *join)
{
	for (int i = 0; i < TRACKS; i++) {
		join->next_dts[i] = INT64_MIN;
		if (!track_of(&join->first, i))
			continue;
		join->to[i] = mux_like(&join->mux, track_of(&join->first, i));
		if (!join->to[i])
			return -ENOMEM;
		if (i == 0 && join->changes)
			join->to[i]->codecpar->codec_tag = MKTAG('a', 'v', 'c', '3');
	}
	return mux_start(&join->mux);
}

static int check_all(struct join *join, const int *parts, int n_parts)
{
	int err = 0;

	for (int n = 0; !err && n < n_parts; n++)
		err = check_part(join, parts[n], n);
	return err;
}

static int run(struct join *join, const int *parts, int n_parts)
{
	int err;

	join->packet = av_packet_alloc();
	join->with_sets = av_packet_alloc();
	if (!join->packet || !join->with_sets)
		return -ENOMEM;
	err = check_all(join, parts, n_parts);
	if (!err)
		err = begin(join);
	for (int n = 0; !err && n < n_parts; n++)
		err = copy_part(join, parts[n], n);
	return err;
}

static void tell(const struct join *join, int n_parts, struct joined *joined)
{
	joined->length_ms = join->all_us / 1000;
	for (int n = 0; n < n_parts; n++)
		joined->from_ms[n] = join->from_us[n] / 1000;
}

int join_fits(const int *parts, int n_parts, struct joined *joined)
{
	struct join join = {0};
	int err;

	if (n_parts < 1 || n_parts > LIMIT_DERIVE_PARTS)
		return -EINVAL;
	err = source_open(&join.first, parts[0]);
	if (err)
		return err;
	err = check_all(&join, parts, n_parts);
	source_close(&join.first);
	if (!err)
		tell(&join, n_parts, joined);
	return err;
}

int join(const struct folder *folder, const char *name, const int *parts, int n_parts,
	 struct joined *joined, struct progress *progress)
{
	struct join join = {.progress = progress};
	int err;

	if (n_parts < 1 || n_parts > LIMIT_DERIVE_PARTS)
		return -EINVAL;
	err = source_open(&join.first, parts[0]);
	if (err)
		return err;
	err = mux_open(&join.mux, folder, name, "mp4");
	if (!err) {
		err = run(&join, parts, n_parts);
		if (err)
			mux_drop(&join.mux);
		else
			err = mux_commit(&join.mux);
	}
	av_packet_free(&join.packet);
	av_packet_free(&join.with_sets);
	source_close(&join.first);
	if (!err)
		tell(&join, n_parts, joined);
	return err;
}
