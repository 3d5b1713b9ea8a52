#include "plugins/record_mkv.h"

#include "plugins/record_file.h"

#include <fcntl.h>
#include <libavcodec/bsf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define OPUS_HEAD_BYTES 19                 /* RFC 7845, 5.1 */
#define END_MAX_MS      INT64_C(172800000) /* two days: beyond it the file is damaged */
#define SHORT_MS        2000               /* by more than that a whole is no whole */
#define USUAL_MS        100                /* a picture of which nothing else is known */

static const AVRational ms = {1, 1000};

/* One piece while it is read. */
struct source {
	AVFormatContext *ctx;
	struct mp4_io io;
	int fd;
	bool cut; /* a part that a crash may have cut: it ends where it cannot be read */
	AVStream *video, *sound; /* either may be missing */
	AVBSFContext *filter;    /* of its pictures: see open_filter() */
	int64_t at_ms;
};

struct joiner {
	struct record_file file;
	AVStream *video, *sound;
	AVPacket *packet,
		*held;   /* held: the newest picture, the next tells how long it is */
	int64_t step_ms; /* between the last two pictures */
	int64_t video_ms, sound_ms; /* the ends of what was written */
	int64_t next_sound_ms;
	uint64_t n_packets;
};

/* Of a call that read or wrote: what the disk said is in `mp4_io`, all else is in the
 * file. */
static int of_media(int av_err)
{
	if (av_err >= 0)
		return 0;
	return av_err == AVERROR(ENOMEM) ? -ENOMEM : -EBADMSG;
}

/* ---- reading ------------------------------------------------------------------- */

static void source_close(struct source *s)
{
	av_bsf_free(&s->filter);
	avformat_close_input(&s->ctx);
	mp4_io_close(&s->io);
	if (s->fd >= 0)
		close(s->fd);
}

/* In front of each key frame its parameter sets: pieces may differ in them, and a file
 * has one set of them in its head. */
static int open_filter(struct source *s)
{
	const AVBitStreamFilter *bsf;
	int err;

	if (!s->video)
		return 0;
	bsf = av_bsf_get_by_name(s->video->codecpar->codec_id == AV_CODEC_ID_H264
					 ? "h264_mp4toannexb"
					 : "null");
	if (!bsf)
		return -ENOTSUP;
	err = av_bsf_alloc(bsf, &s->filter);
	if (err >= 0)
		err = avcodec_parameters_copy(s->filter->par_in, s->video->codecpar);
	if (err < 0)
		return of_media(err);
	s->filter->time_base_in = s->video->time_base;
	return of_media(av_bsf_init(s->filter));
}

static bool is_ours(const AVCodecParameters *par)
{
	return par->codec_id == AV_CODEC_ID_VP8 || par->codec_id == AV_CODEC_ID_VP9 ||
	       (par->codec_id == AV_CODEC_ID_H264 && par->extradata_size > 0);
}

static int source_open(struct source *s, const struct aula_piece *piece)
{
	AVFormatContext *in;
	int err;

	*s = (struct source){.at_ms = piece->at_us / 1000};
	s->fd = open(piece->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	err = mp4_io_open(&s->io, s->fd, MP4_READ);
	if (err)
		return err;
	in = avformat_alloc_context();
	if (!in)
		return -ENOMEM;
	in->pb = s->io.pb;
	/* what a parser guesses of a cut packet is wrong */
	in->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
	err = avformat_open_input(&in, NULL, av_find_input_format("matroska"), NULL);
	if (err < 0) /* `in` was freed */
		return s->io.err ? s->io.err : of_media(err);
	s->ctx = in;
	for (unsigned i = 0; i < in->nb_streams; i++) {
		AVStream *st = in->streams[i];

		if (is_ours(st->codecpar) && !s->video)
			s->video = st;
		else if (st->codecpar->codec_id == AV_CODEC_ID_OPUS && !s->sound &&
			 st->codecpar->extradata_size >= OPUS_HEAD_BYTES)
			s->sound = st;
		else
			st->discard = AVDISCARD_ALL;
	}
	if (!s->video && !s->sound)
		return -EBADMSG;
	return open_filter(s);
}

/* ---- writing ------------------------------------------------------------------- */

static int put(struct joiner *j, AVPacket *p, AVStream *st)
{
	p->stream_index = st->index;
	p->pos = -1;
	j->n_packets++;
	av_packet_rescale_ts(p, ms, st->time_base);
	return of_media(av_interleaved_write_frame(j->file.ctx, p)); /* empties it */
}

static int put_held(struct joiner *j, int64_t end_ms)
{
	if (!j->held->data)
		return 0;
	j->step_ms = end_ms - j->held->pts;
	j->held->duration = j->step_ms;
	j->video_ms = end_ms;
	return put(j, j->held, j->video);
}

static int take_video(struct joiner *j, AVPacket *p)
{
	int err;

	if (!j->video)
		return 0;
	if (!j->held->data && !j->n_packets && !(p->flags & AV_PKT_FLAG_KEY))
		return 0; /* cannot be shown */
	if (j->held->data && p->pts <= j->held->pts)
		return 0; /* the piece before was damaged */
	err = put_held(j, p->pts);
	av_packet_move_ref(j->held, p);
	return err;
}

static int take_sound(struct joiner *j, AVPacket *p)
{
	if (!j->sound || p->pts < j->next_sound_ms)
		return 0;
	if (p->duration <= 0)
		p->duration = 20;
	j->next_sound_ms = p->pts + 1;
	j->sound_ms = p->pts + p->duration;
	return put(j, p, j->sound);
}

/* Times of the recording, from those of the piece. False: they cannot be. */
static bool stamp(const struct source *s, AVPacket *p, AVRational base)
{
	int64_t at = p->pts == AV_NOPTS_VALUE ? p->dts : p->pts;

	if (at == AV_NOPTS_VALUE)
		return false;
	at = av_rescale_q(at, base, ms);
	if (at < 0 || at > END_MAX_MS)
		return false;
	p->pts = p->dts = at + s->at_ms;
	p->duration = av_rescale_q(p->duration, base, ms);
	return true;
}

static int filter_video(struct joiner *j, struct source *s)
{
	int err = av_bsf_send_packet(s->filter, j->packet);

	/* what no filter can read no decoder can: left out */
	while (err >= 0) {
		err = av_bsf_receive_packet(s->filter, j->packet);
		if (err < 0)
			break;
		err = take_video(j, j->packet);
		av_packet_unref(j->packet);
		if (err < 0)
			return err;
	}
	return err == AVERROR(ENOMEM) ? -ENOMEM : 0;
}

/* It cannot be read on: 1 where it ends, by a crash or as it should. */
static int read_end(const struct source *s, int av_err)
{
	if (s->io.err)
		return s->io.err;
	return av_err == AVERROR_EOF || s->cut ? 1 : of_media(av_err);
}

/* 1: the piece ends here. */
static int copy_one(struct joiner *j, struct source *s)
{
	AVPacket *p = j->packet;
	AVStream *st;
	int err = av_read_frame(s->ctx, p);

	if (err < 0)
		return read_end(s, err);
	err = 0;
	st = s->ctx->streams[p->stream_index];
	if (p->flags & AV_PKT_FLAG_CORRUPT || p->size <= 0)
		; /* cut off */
	else if (!stamp(s, p, st->time_base))
		err = s->cut ? 1 : -EBADMSG;
	else if (st == s->video)
		err = filter_video(j, s);
	else if (st == s->sound)
		err = take_sound(j, p);
	av_packet_unref(p);
	return err;
}

static int copy_piece(struct joiner *j, struct source *s)
{
	int err;

	do
		err = copy_one(j, s);
	while (!err);
	return err < 0 ? err : 0;
}

static int add_stream(struct joiner *j, AVStream **out, const AVCodecParameters *par)
{
	*out = record_track_stream(j->file.ctx, par, ms);
	return *out ? 0 : -ENOMEM;
}

static int write_head(struct joiner *j, const struct source *s)
{
	AVDictionary *opts = NULL;
	int err = 0;

	if (s->video)
		err = add_stream(j, &j->video, s->filter->par_out);
	if (!err && s->sound)
		err = add_stream(j, &j->sound, s->sound->codecpar);
	if (!err)
		err = av_dict_set(&opts, "cues_to_front", "1", 0);
	j->file.ctx->avoid_negative_ts = 0;
	if (err >= 0)
		err = avformat_write_header(j->file.ctx, &opts);
	av_dict_free(&opts);
	return of_media(err);
}

/* The last picture stays as long as the sound, so that all editions are of one length. */
static int end_all(struct joiner *j)
{
	int64_t end = j->sound_ms;
	int err;

	if (j->held->data && end <= j->held->pts)
		end = j->held->pts +
		      (j->step_ms > 0 ? FFMIN(j->step_ms, USUAL_MS) : USUAL_MS);
	err = put_held(j, end);
	if (!err && !j->n_packets)
		err = -EBADMSG;
	return err ? err : of_media(av_write_trailer(j->file.ctx));
}

/* When the file says how long it is, and it is not. */
static bool too_short(const struct joiner *j, const struct source *s)
{
	int64_t end_ms = FFMAX(j->video_ms, j->sound_ms);

	if (j->held->data)
		end_ms = FFMAX(end_ms, j->held->pts + j->held->duration);
	return s->ctx->duration > 0 &&
	       end_ms + SHORT_MS < s->at_ms + s->ctx->duration / 1000;
}

static int take_piece(struct joiner *j, const struct aula_piece *piece, bool cut)
{
	struct source s = {.fd = -1};
	int err = source_open(&s, piece);

	s.cut = cut;
	if (!err && !j->video && !j->sound)
		err = write_head(j, &s);
	if (!err)
		err = copy_piece(j, &s);
	if (!err && !cut && too_short(j, &s))
		err = -EBADMSG;
	source_close(&s);
	return err;
}

static int make_file(struct joiner *j, const struct aula_piece *const *pieces, uint32_t n,
		     const char *path, const char *format, bool cut)
{
	int err;

	j->packet = av_packet_alloc();
	j->held = av_packet_alloc();
	if (!j->packet || !j->held)
		return -ENOMEM;
	err = record_file_open(&j->file, path, format);
	for (uint32_t i = 0; !err && i < n; i++)
		err = take_piece(j, pieces[i], cut);
	if (!err && !j->video && !j->sound)
		err = -EBADMSG;
	return err ? err : end_all(j);
}

static int make(const struct aula_piece *const *pieces, uint32_t n_pieces,
		const char *path, struct aula_finished *info, const char *format,
		bool cut)
{
	struct joiner j = {.file = {.fd = -1}};
	uint64_t bytes;
	int err = make_file(&j, pieces, n_pieces, path, format, cut);

	err = record_file_error(&j.file, err);
	if (!err)
		err = record_file_keep(&j.file, path, &bytes);
	if (!err) {
		info->bytes = bytes;
		info->duration_us = FFMAX(j.video_ms, j.sound_ms) * 1000;
	}
	record_file_close(&j.file);
	av_packet_free(&j.packet);
	av_packet_free(&j.held);
	return err;
}

int mkv_join(const struct aula_piece *const *pieces, uint32_t n_pieces, const char *path,
	     struct aula_finished *info, const char *format)
{
	return make(pieces, n_pieces, path, info, format, false);
}

int mkv_finish(const char *part, const char *path, struct aula_finished *info,
	       const char *format)
{
	const struct aula_piece piece = {.size = sizeof(piece), .path = part};
	const struct aula_piece *const pieces[] = {&piece};

	return make(pieces, 1, path, info, format, true);
}
