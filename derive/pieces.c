#include "derive/pieces.h"

#include "derive/fault.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

/* flags of a sample: a key frame, or not */
#define ALONE     0x02000000
#define NOT_ALONE 0x01010000
#define MS        1000

/* ISO/IEC 14496-12, 8.8.7 and 8.8.8 */
#define BASE_IS_MOOF  0x020000
#define SAME_DURATION 0x000008
#define SAME_FLAGS    0x000020
#define HAS_OFFSET    0x000001
#define FIRST_FLAGS   0x000004
#define HAS_DURATIONS 0x000100
#define HAS_SIZES     0x000200
#define HAS_SHIFTS    0x000800

struct piece {
	int64_t pos;     /* bytes; before anything is moved */
	int64_t from_us; /* of its key frame */
};

/* What of a run is of one track. */
struct part {
	const AVStream *from, *to; /* of the file, of the map */
	AVPacket *const *list;
	int n;
	int64_t skipped, bytes; /* that lie before it in the run; its own */
	int64_t next;           /* the time of what follows it; as `to` has it */
	int64_t same;           /* the duration of all; 0: they differ */
	bool has_shifts;        /* shown at another time than decoded */
};

static bool is_video(const AVStream *st)
{
	return st->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

/* ---- the map -------------------------------------------------------------------- */

static int add_tracks(struct pieces *pieces, const AVFormatContext *media)
{
	for (unsigned i = 0; i < media->nb_streams; i++) {
		const AVStream *from = media->streams[i];
		AVStream *st = avformat_new_stream(pieces->map, NULL);

		if (!st || avcodec_parameters_copy(st->codecpar, from->codecpar) < 0)
			return -ENOMEM;
		st->time_base = from->time_base;
		st->disposition = from->disposition;
		pieces->has_pictures = pieces->has_pictures || is_video(from);
	}
	return 0;
}

/* libavformat writes it all with the header. */
static int write_map(struct pieces *pieces)
{
	AVDictionary *options = NULL;
	int err = avio_open_dyn_buf(&pieces->map->pb);

	if (err < 0)
		return fault_errno(err);
	pieces->map->flags |= AVFMT_FLAG_BITEXACT;
	av_dict_set(&options, "movflags", "+empty_moov+default_base_moof", 0);
	err = avformat_write_header(pieces->map, &options);
	av_dict_free(&options);
	pieces->map_len = avio_close_dyn_buf(pieces->map->pb, &pieces->map_data);
	pieces->map->pb = NULL;
	if (err < 0)
		return fault_errno(err);
	return pieces->map_data && pieces->map_len > 0 ? 0 : -ENOMEM;
}

int pieces_open(struct pieces *pieces, const AVFormatContext *media)
{
	int err;

	memset(pieces, 0, sizeof(*pieces));
	if (media->nb_streams < 1 || media->nb_streams > PIECES_TRACKS)
		return -ENOTSUP;
	if (avformat_alloc_output_context2(&pieces->map, NULL, "mp4", NULL) < 0)
		return -ENOMEM;
	err = add_tracks(pieces, media);
	return err ? err : write_map(pieces);
}

void pieces_close(struct pieces *pieces)
{
	avformat_free_context(pieces->map);
	av_freep(&pieces->map_data);
	free(pieces->list);
	memset(pieces, 0, sizeof(*pieces));
}

/* ---- one run -------------------------------------------------------------------- */

static int64_t stamp(const struct part *part, int64_t at)
{
	return av_rescale_q(at, part->from->time_base, part->to->time_base);
}

static int64_t dts_of(const struct part *part, int i)
{
	return stamp(part, part->list[i]->dts);
}

/* Up to what follows: gaps would be holes to who plays it. */
static int64_t duration_of(const struct part *part, int i)
{
	int64_t next = i + 1 < part->n ? dts_of(part, i + 1) : part->next;

	return next - dts_of(part, i);
}

static int64_t end_of(const struct part *part, int64_t next_us)
{
	const AVPacket *last = part->list[part->n - 1];
	int64_t at = stamp(part, last->dts);

	if (is_video(part->from) && next_us != INT64_MAX)
		at = av_rescale_q(next_us, AV_TIME_BASE_Q, part->to->time_base);
	else if (last->duration > 0)
		at = stamp(part, last->dts + last->duration);
	else if (part->n > 1)
		at += at - dts_of(part, part->n - 2);
	return at > dts_of(part, part->n - 1) ? at : dts_of(part, part->n - 1) + 1;
}

/* An encoder's run-up lies before the beginning, where no time of a fragment can be: it
 * is left out. Pictures there are would be needed. */
static int leave_out(struct part *part)
{
	while (part->n > 0 && part->list[0]->dts < 0) {
		if (is_video(part->from))
			return -ENOTSUP;
		part->skipped += part->list[0]->size;
		part->list++;
		part->n--;
	}
	return 0;
}

static int measure(struct part *part, int64_t next_us)
{
	int err = leave_out(part);

	if (err || part->n == 0)
		return err;
	part->next = end_of(part, next_us);
	part->same = duration_of(part, 0);
	part->bytes = 0;
	for (int i = 0; i < part->n; i++) {
		const AVPacket *packet = part->list[i];
		int64_t length = duration_of(part, i);

		if (length <= 0 || length > INT32_MAX || packet->pts < packet->dts ||
		    packet->pts - packet->dts > INT32_MAX)
			return -ENOTSUP;
		if (length != part->same)
			part->same = 0;
		part->has_shifts = part->has_shifts || packet->pts != packet->dts;
		part->bytes += packet->size;
	}
	return 0;
}

/* Its tracks; how many, or a negative errno. */
static int take_apart(const struct pieces *pieces, const AVFormatContext *media,
		      struct AVPacket *const *run, int n, int64_t next_us,
		      struct part parts[PIECES_TRACKS])
{
	int64_t before = 0;
	int n_parts = 0;

	for (int i = 0, first = 0; i < n; first = i) {
		int track = run[i]->stream_index, err;
		struct part *part = &parts[n_parts];

		while (i < n && run[i]->stream_index == track)
			i++;
		*part = (struct part){.from = media->streams[track],
				      .to = pieces->map->streams[track],
				      .list = run + first,
				      .n = i - first,
				      .skipped = before};
		err = n_parts < PIECES_TRACKS ? measure(part, next_us) : -ENOTSUP;
		if (err)
			return err;
		before = part->skipped + part->bytes;
		n_parts += part->n > 0;
	}
	return n_parts;
}

/* ---- boxes ---------------------------------------------------------------------- */

static int64_t begin_box(AVIOContext *out, const char *kind)
{
	int64_t at = avio_tell(out);

	avio_wb32(out, 0);
	avio_write(out, (const unsigned char *)kind, 4);
	return at;
}

static void end_box(AVIOContext *out, int64_t at)
{
	int64_t end = avio_tell(out);

	avio_seek(out, at, SEEK_SET);
	avio_wb32(out, (uint32_t)(end - at));
	avio_seek(out, end, SEEK_SET);
}

static void put_head(AVIOContext *out, const struct part *part)
{
	int64_t at = begin_box(out, "tfhd");

	avio_wb32(out, BASE_IS_MOOF | SAME_FLAGS | (part->same ? SAME_DURATION : 0));
	avio_wb32(out, (uint32_t)part->to->index + 1);
	if (part->same)
		avio_wb32(out, (uint32_t)part->same);
	avio_wb32(out, is_video(part->from) ? NOT_ALONE : ALONE);
	end_box(out, at);
	at = begin_box(out, "tfdt");
	avio_wb32(out, 1 << 24);
	avio_wb64(out, (uint64_t)dts_of(part, 0));
	end_box(out, at);
}

/* `offset`: from the `moof` to the first sample. */
static void put_samples(AVIOContext *out, const struct part *part, int64_t offset)
{
	int64_t at = begin_box(out, "trun");
	bool key = is_video(part->from) && part->list[0]->flags & AV_PKT_FLAG_KEY;

	avio_wb32(out, HAS_OFFSET | HAS_SIZES | (key ? FIRST_FLAGS : 0) |
			       (part->same ? 0 : HAS_DURATIONS) |
			       (part->has_shifts ? HAS_SHIFTS : 0));
	avio_wb32(out, (uint32_t)part->n);
	avio_wb32(out, (uint32_t)offset);
	if (key)
		avio_wb32(out, ALONE);
	for (int i = 0; i < part->n; i++) {
		const AVPacket *packet = part->list[i];

		if (!part->same)
			avio_wb32(out, (uint32_t)duration_of(part, i));
		avio_wb32(out, (uint32_t)packet->size);
		if (part->has_shifts)
			avio_wb32(out, (uint32_t)(stamp(part, packet->pts) -
						  stamp(part, packet->dts)));
	}
	end_box(out, at);
}

/* `moof` and the head of `mdat`, `len` bytes in all: known the second time. */
static int put_moof(AVIOContext *out, uint32_t sequence, const struct part *parts,
		    int n_parts, int64_t len)
{
	int64_t moof = begin_box(out, "moof"), at = begin_box(out, "mfhd");

	avio_wb32(out, 0);
	avio_wb32(out, sequence);
	end_box(out, at);
	for (int i = 0; i < n_parts; i++) {
		at = begin_box(out, "traf");
		put_head(out, &parts[i]);
		put_samples(out, &parts[i], len + parts[i].skipped);
		end_box(out, at);
	}
	end_box(out, moof);
	return (int)(avio_tell(out) - moof) + 8;
}

static int write_moof(struct pieces *pieces, AVIOContext *to, const struct part *parts,
		      int n_parts, int64_t data)
{
	AVIOContext *out;
	uint8_t *text = NULL;
	int len, err;

	if (avio_open_dyn_buf(&out) < 0)
		return -ENOMEM;
	len = put_moof(out, pieces->sequence, parts, n_parts, 0);
	avio_seek(out, 0, SEEK_SET);
	put_moof(out, pieces->sequence, parts, n_parts, len);
	avio_wb32(out, (uint32_t)(8 + data));
	avio_write(out, (const unsigned char *)"mdat", 4);
	err = avio_close_dyn_buf(out, &text) == len && text ? 0 : -ENOMEM;
	if (!err)
		avio_write(to, text, len);
	av_free(text);
	return err;
}

/* ---- all of them ---------------------------------------------------------------- */

static int64_t from_us(const struct part *part)
{
	return av_rescale_q(part->list[0]->pts, part->from->time_base, AV_TIME_BASE_Q);
}

/* Where a piece may begin with this run; false: it goes on. */
static bool begins(const struct pieces *pieces, const struct part *parts, int n_parts,
		   int64_t *at_us)
{
	int64_t least = pieces->has_pictures ? PIECES_LEAST_US : PIECES_SOUND_US;
	const struct part *part = NULL;

	for (int i = 0; i < n_parts; i++)
		if (is_video(parts[i].from) == pieces->has_pictures)
			part = &parts[i];
	*at_us = 0;
	if (pieces->n == 0)
		return true;
	if (!part || !(part->list[0]->flags & AV_PKT_FLAG_KEY))
		return false;
	*at_us = from_us(part);
	return *at_us - pieces->list[pieces->n - 1].from_us >= least;
}

static int add_piece(struct pieces *pieces, int64_t pos, int64_t at_us)
{
	if (pieces->n == pieces->room) {
		uint32_t room = pieces->room ? 2 * pieces->room : 256;
		struct piece *list = realloc(pieces->list, room * sizeof(*list));

		if (!list)
			return -ENOMEM;
		pieces->list = list;
		pieces->room = room;
	}
	pieces->list[pieces->n++] = (struct piece){pos, at_us};
	return 0;
}

int pieces_lay(struct pieces *pieces, const AVFormatContext *media,
	       struct AVPacket *const *run, int n, int64_t next_us)
{
	struct part parts[PIECES_TRACKS + 1];
	int64_t at_us, data = 0;
	int n_parts = take_apart(pieces, media, run, n, next_us, parts), err = 0;

	if (n_parts <= 0)
		return n_parts;
	if (begins(pieces, parts, n_parts, &at_us))
		err = add_piece(pieces, avio_tell(media->pb), at_us);
	for (int i = 0; i < n; i++)
		data += run[i]->size;
	pieces->sequence++;
	if (!err)
		err = write_moof(pieces, media->pb, parts, n_parts, data);
	for (int i = 0; i < n_parts; i++) {
		int64_t end_us = av_rescale_q(parts[i].next, parts[i].to->time_base,
					      AV_TIME_BASE_Q);

		if (end_us > pieces->end_us)
			pieces->end_us = end_us;
	}
	return err;
}

/* ---- the table ------------------------------------------------------------------ */

static void put_number(AVIOContext *out, int64_t v)
{
	for (; v >= 0x80; v >>= 7)
		avio_w8(out, (int)(v & 0x7f) | 0x80);
	avio_w8(out, (int)v);
}

static void put_list(AVIOContext *out, const struct pieces *pieces, int64_t end)
{
	for (uint32_t i = 0; i < pieces->n; i++) {
		const struct piece *own = &pieces->list[i];
		bool last = i + 1 == pieces->n;
		int64_t next_us = last ? pieces->end_us : own[1].from_us;

		put_number(out, next_us / MS - own->from_us / MS);
		put_number(out, (last ? end : own[1].pos) - own->pos);
	}
}

int pieces_write(const struct pieces *pieces, const struct folder *folder,
		 const char *name, int64_t end, int64_t shift)
{
	AVIOContext *out;
	uint8_t *text = NULL;
	int len, err;

	if (pieces->n == 0 || avio_open_dyn_buf(&out) < 0)
		return pieces->n ? -ENOMEM : 0;
	avio_write(out, (const unsigned char *)"AIX1", 4);
	put_number(out, pieces->map_len);
	put_number(out, pieces->list[0].pos + shift);
	put_number(out, pieces->n);
	avio_write(out, pieces->map_data, pieces->map_len);
	put_list(out, pieces, end);
	len = avio_close_dyn_buf(out, &text);
	err = len > 0 && text ? folder_write(folder, name, text, (size_t)len) : -ENOMEM;
	av_free(text);
	return err;
}
