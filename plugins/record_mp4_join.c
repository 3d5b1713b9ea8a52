/* record_mp4_join.c - one file of several finished pieces. Nothing is encoded again, and
 * each packet stands where its piece says: what one piece is too long or too short by
 * does not add up.
 */
#include "plugins/record_mp4.h"

#include "plugins/record_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define AAC_FRAME 1024             /* samples */
#define SHORT_US  INT64_C(2000000) /* by more than that a whole is no whole */

static const AVRational us = {1, 1000000};

enum { PICTURES, AAC, OPUS, TRACKS };

/* One that is read. */
struct piece {
	int fd;
	struct mp4_io io;
	AVFormatContext *ctx;
	AVStream *tracks[TRACKS]; /* NULL: it has none */
};

struct join {
	struct record_file out;
	bool sound_only;
	AVCodecParameters *par[TRACKS]; /* of the first piece that has it */
	AVStream *to[TRACKS];
	bool changes;             /* pictures are not the same all through */
	int64_t next_dts[TRACKS]; /* of `to`, in its times */
	int64_t end_us;
	AVPacket *packet;
};

/* ---- a piece -------------------------------------------------------------------- */

static void piece_close(struct piece *piece)
{
	avformat_close_input(&piece->ctx);
	mp4_io_close(&piece->io);
	if (piece->fd >= 0)
		close(piece->fd);
}

static int track_of(const AVStream *st, bool sound_only)
{
	switch (st->codecpar->codec_id) {
	case AV_CODEC_ID_H264:
		return sound_only || !st->codecpar->extradata_size ? TRACKS : PICTURES;
	case AV_CODEC_ID_AAC:
		return AAC;
	case AV_CODEC_ID_OPUS:
		return OPUS;
	default:
		return TRACKS;
	}
}

static int find_tracks(struct piece *piece, bool sound_only)
{
	for (unsigned i = 0; i < piece->ctx->nb_streams; i++) {
		AVStream *st = piece->ctx->streams[i];
		int track = track_of(st, sound_only);

		if (track == TRACKS || piece->tracks[track])
			st->discard = AVDISCARD_ALL;
		else
			piece->tracks[track] = st;
	}
	/* one that could not be finished: its sound would be lost in the whole */
	if (piece->tracks[OPUS] && !piece->tracks[AAC])
		return -EBADMSG;
	if (sound_only && piece->tracks[OPUS]) {
		piece->tracks[OPUS]->discard = AVDISCARD_ALL;
		piece->tracks[OPUS] = NULL;
	}
	return piece->tracks[sound_only ? AAC : PICTURES] ? 0 : -EBADMSG;
}

static int open_input(struct piece *piece, const char *path)
{
	AVFormatContext *in;
	int err;

	piece->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (piece->fd < 0)
		return -errno;
	err = mp4_io_open(&piece->io, piece->fd, MP4_READ);
	if (err)
		return err;
	in = avformat_alloc_context();
	if (!in)
		return -ENOMEM;
	in->pb = piece->io.pb;
	in->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
	err = avformat_open_input(&in, NULL, av_find_input_format("mp4"), NULL);
	if (err < 0) /* `in` was freed */
		return piece->io.err ? piece->io.err : mp4_errno(err);
	piece->ctx = in;
	return 0;
}

/* Call piece_close() whatever it returns. */
static int piece_open(struct piece *piece, const char *path, bool sound_only)
{
	int err;

	*piece = (struct piece){.fd = -1};
	err = open_input(piece, path);
	return err ? err : find_tracks(piece, sound_only);
}

/* ---- do they fit ------------------------------------------------------------------ */

static bool same(const AVCodecParameters *a, const AVCodecParameters *b)
{
	return a->extradata_size == b->extradata_size && a->width == b->width &&
	       a->height == b->height && a->sample_rate == b->sample_rate &&
	       a->ch_layout.nb_channels == b->ch_layout.nb_channels &&
	       memcmp(a->extradata, b->extradata, (size_t)a->extradata_size) == 0;
}

/* Pictures may become others: each of our key frames has its parameter sets with it. */
static int fit(struct join *j, const struct piece *piece)
{
	for (int i = 0; i < TRACKS; i++) {
		if (!piece->tracks[i])
			continue;
		if (!j->par[i]) {
			j->par[i] = avcodec_parameters_alloc();
			if (!j->par[i] ||
			    avcodec_parameters_copy(j->par[i],
						    piece->tracks[i]->codecpar) < 0)
				return -ENOMEM;
		} else if (!same(j->par[i], piece->tracks[i]->codecpar)) {
			if (i != PICTURES)
				return -EMEDIUMTYPE;
			j->changes = true;
		}
	}
	return 0;
}

static int fit_all(struct join *j, const struct aula_piece *const *pieces, uint32_t n)
{
	int err = n ? 0 : -EBADMSG;

	for (uint32_t i = 0; !err && i < n; i++) {
		struct piece piece;

		err = piece_open(&piece, pieces[i]->path, j->sound_only);
		if (!err)
			err = fit(j, &piece);
		piece_close(&piece);
	}
	return err;
}

/* ---- the finished file --------------------------------------------------------------
 */

static int add_track(struct join *j, int i)
{
	static const int frames[] = {[AAC] = AAC_FRAME, [OPUS] = MP4_SOUND_HZ / 50};
	AVStream *st = avformat_new_stream(j->out.ctx, NULL);

	if (!st || avcodec_parameters_copy(st->codecpar, j->par[i]) < 0)
		return -ENOMEM;
	/* avc3: the sets of the first description are not those of all pictures */
	st->codecpar->codec_tag = i == PICTURES && j->changes ? MKTAG('a', 'v', 'c', '3')
							      : 0;
	st->codecpar->frame_size = frames[i];
	st->time_base = (AVRational){1, i == PICTURES ? 90000 : MP4_SOUND_HZ};
	/* the muxer switches the other sound track off */
	st->disposition = i == OPUS ? 0 : AV_DISPOSITION_DEFAULT;
	j->to[i] = st;
	j->next_dts[i] = INT64_MIN / 2;
	return 0;
}

static int begin(struct join *j, const char *path)
{
	AVDictionary *opts = NULL;
	int err = record_file_open(&j->out, path, j->sound_only ? "ipod" : "mp4");

	for (int i = 0; !err && i < TRACKS; i++)
		if (j->par[i])
			err = add_track(j, i);
	if (err)
		return err;
	if (j->sound_only) { /* the muxer warns when the name does not end like that */
		av_freep(&j->out.ctx->url);
		j->out.ctx->url = av_strdup("sound.m4a");
	}
	j->out.ctx->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	err = av_dict_set(&opts, "movflags", "+faststart", 0);
	if (err >= 0)
		err = avformat_write_header(j->out.ctx, &opts);
	av_dict_free(&opts);
	return err < 0 ? mp4_errno(err) : 0;
}

/* ---- from one to the other ------------------------------------------------------------
 */

/* Frames of AAC follow each other without a gap, as decoders count them: at a seam one
 * is left out, or all behind it move, by half a frame at most. False: it is left out. */
static bool place_aac(struct join *j, AVPacket *p)
{
	int64_t next = j->next_dts[AAC];

	if (p->pts < next - AAC_FRAME / 2)
		return false;
	if (p->pts <= next + AAC_FRAME / 2)
		p->pts = next;
	p->dts = p->pts;
	j->next_dts[AAC] = p->pts + AAC_FRAME;
	return true;
}

static void place(struct join *j, AVPacket *p, int i)
{
	if (p->dts < j->next_dts[i])
		p->dts = j->next_dts[i];
	p->pts = p->dts; /* no picture is shown before one that follows it */
	j->next_dts[i] = p->dts + 1;
}

static int pass(struct join *j, AVPacket *p, const AVStream *from, int i, int64_t at_us)
{
	const AVStream *to = j->to[i];
	int64_t end_us;

	av_packet_rescale_ts(p, from->time_base, to->time_base);
	p->dts += av_rescale_q(at_us, us, to->time_base);
	p->pts = p->dts;
	if (i != AAC)
		place(j, p, i);
	else if (!place_aac(j, p))
		return 0;
	end_us = av_rescale_q(p->dts + p->duration, to->time_base, us);
	if (end_us > j->end_us)
		j->end_us = end_us;
	p->stream_index = to->index;
	p->pos = -1;
	p->flags &= AV_PKT_FLAG_KEY;
	av_packet_free_side_data(p); /* of the edit list of its piece */
	return mp4_errno(av_interleaved_write_frame(j->out.ctx, p));
}

static int copy_one(struct join *j, const struct piece *piece, int64_t at_us)
{
	AVPacket *p = j->packet;
	int err = 0;

	for (int i = 0; i < TRACKS; i++) {
		const AVStream *st = piece->tracks[i];

		if (!st || st->index != p->stream_index)
			continue;
		if (p->size > 0 && p->dts != AV_NOPTS_VALUE &&
		    !(p->flags & AV_PKT_FLAG_CORRUPT))
			err = pass(j, p, st, i, at_us);
		break;
	}
	av_packet_unref(p);
	return err;
}

/* How long it says that it is, of the tracks that are read. */
static int64_t said_us(const struct piece *piece)
{
	int64_t said = 0;

	for (int i = 0; i < TRACKS; i++) {
		const AVStream *st = piece->tracks[i];

		if (st && st->duration > 0)
			said = FFMAX(said, av_rescale_q(st->duration, st->time_base, us));
	}
	return said;
}

static int copy_piece(struct join *j, const struct aula_piece *from)
{
	struct piece piece;
	int err = piece_open(&piece, from->path, j->sound_only), got = 0;

	while (!err && (got = av_read_frame(piece.ctx, j->packet)) >= 0)
		err = copy_one(j, &piece, from->at_us);
	if (!err)
		err = piece.io.err;
	if (!err && got != AVERROR_EOF)
		err = got == AVERROR(ENOMEM) ? -ENOMEM : -EBADMSG;
	if (!err && j->end_us < from->at_us + said_us(&piece) - SHORT_US)
		err = -EBADMSG; /* it says that there is more in it */
	piece_close(&piece);
	return err;
}

static int copy_all(struct join *j, const struct aula_piece *const *pieces, uint32_t n)
{
	int err = 0;

	j->packet = av_packet_alloc();
	if (!j->packet)
		return -ENOMEM;
	for (uint32_t i = 0; !err && i < n; i++)
		err = copy_piece(j, pieces[i]);
	return err ? err : mp4_errno(av_write_trailer(j->out.ctx));
}

static int join(const struct aula_piece *const *pieces, uint32_t n, const char *path,
		struct aula_finished *info, bool sound_only)
{
	struct join j = {.sound_only = sound_only, .out = {.fd = -1}};
	int err = fit_all(&j, pieces, n);

	if (!err) {
		err = begin(&j, path);
		if (!err)
			err = copy_all(&j, pieces, n);
		err = record_file_error(&j.out, err);
		if (!err)
			err = record_file_keep(&j.out, path, &info->bytes);
		if (!err)
			info->duration_us = j.end_us;
		record_file_close(&j.out);
	}
	for (int i = 0; i < TRACKS; i++)
		avcodec_parameters_free(&j.par[i]);
	av_packet_free(&j.packet);
	return err;
}

int mp4_join(const struct aula_piece *const *pieces, uint32_t n_pieces, const char *path,
	     struct aula_finished *info)
{
	return join(pieces, n_pieces, path, info, false);
}

int mp4_join_sound(const struct aula_piece *const *pieces, uint32_t n_pieces,
		   const char *path, struct aula_finished *info)
{
	return join(pieces, n_pieces, path, info, true);
}
