#include "plugins/record_mp4.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPUS_HEAD_BYTES 19 /* RFC 7845, 5.1; with less the sound is lost anyway */
#define END_MAX_US      INT64_C(172800000000) /* two days: beyond it the file is damaged */
/* Of each track in one place: with one chunk for each packet the index, which comes
 * before all else, is twice as large. What is longer has to come before anything can be
 * played. */
#define CHUNK_US 500000

static const AVRational us = {1, 1000000};
static const AVRational sound_base = {1, MP4_SOUND_HZ};

struct finish {
	bool sound_only;
	AVFormatContext *in, *out;
	struct mp4_io in_io, out_io, again_io;
	int in_fd, out_fd;
	AVStream *video_in, *sound_in, *video, *aac_st, *opus; /* sound may be missing */
	struct mp4_aac *aac;
	AVPacket *packet;
	AVPacket *held;       /* the newest picture: its duration is known by the next */
	int64_t video_end_us; /* of what was written */
	int64_t sound_end_us;
	uint64_t n_pictures;
};

/* ---- the part, as a crash may have left it ----------------------------------- */

static bool has_enough(const struct finish *f)
{
	if (f->sound_only)
		return f->sound_in != NULL;
	return f->video_in && f->video_in->codecpar->extradata_size > 0;
}

static int open_part(struct finish *f, const char *part)
{
	AVFormatContext *in;
	int err;

	f->in_fd = open(part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (f->in_fd < 0)
		return -errno;
	err = mp4_io_open(&f->in_io, f->in_fd, MP4_READ);
	if (err)
		return err;
	in = avformat_alloc_context();
	if (!in)
		return -ENOMEM;
	in->pb = f->in_io.pb;
	/* the index says all; what a parser guesses of a cut packet is wrong */
	in->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
	err = avformat_open_input(&in, NULL, av_find_input_format("mp4"), NULL);
	if (err < 0) /* `in` was freed */
		return f->in_io.err ? f->in_io.err : mp4_errno(err);
	f->in = in;
	for (unsigned i = 0; i < in->nb_streams; i++) {
		AVStream *st = in->streams[i];

		if (st->codecpar->codec_id == AV_CODEC_ID_H264 && !f->video_in)
			f->video_in = st;
		else if (st->codecpar->codec_id == AV_CODEC_ID_OPUS && !f->sound_in &&
			 st->codecpar->extradata_size >= OPUS_HEAD_BYTES)
			f->sound_in = st;
		else
			st->discard = AVDISCARD_ALL;
	}
	return has_enough(f) ? 0 : -EBADMSG;
}

/* ---- the finished file -------------------------------------------------------- */

/* libavformat reads the file again to move the media behind its index. */
static int open_again(AVFormatContext *ctx, AVIOContext **pb, const char *url, int flags,
		      AVDictionary **options)
{
	struct finish *f = ctx->opaque;
	int err;

	(void)url;
	(void)options;
	if (flags & AVIO_FLAG_WRITE || f->again_io.pb)
		return -EPERM;
	err = mp4_io_open(&f->again_io, f->out_fd, MP4_READ);
	if (!err)
		*pb = f->again_io.pb;
	return err;
}

static int close_again(AVFormatContext *ctx, AVIOContext *pb)
{
	struct finish *f = ctx->opaque;

	return pb ? mp4_io_close(&f->again_io) : 0;
}

static AVStream *copy_stream(struct finish *f, const AVStream *from)
{
	AVStream *st = avformat_new_stream(f->out, NULL);

	if (!st || avcodec_parameters_copy(st->codecpar, from->codecpar) < 0)
		return NULL;
	st->codecpar->codec_tag = 0;
	st->time_base = from->time_base;
	return st;
}

static int write_aac(void *ctx, AVPacket *packet)
{
	struct finish *f = ctx;

	av_packet_rescale_ts(packet, sound_base, f->aac_st->time_base);
	packet->stream_index = f->aac_st->index;
	return mp4_errno(av_interleaved_write_frame(f->out, packet));
}

static int add_sound(struct finish *f)
{
	int err;

	err = mp4_aac_create(&f->aac, f->sound_in->codecpar,
			     (struct mp4_sink){f, write_aac});
	if (err)
		return err;
	f->aac_st = avformat_new_stream(f->out, NULL);
	if (!f->aac_st)
		return -ENOMEM;
	f->aac_st->time_base = sound_base;
	if (!f->sound_only) {
		f->opus = copy_stream(f, f->sound_in);
		if (!f->opus)
			return -ENOMEM;
		f->opus->codecpar->frame_size = MP4_SOUND_HZ / 50;
		/* the muxer switches the other sound tracks off */
		f->opus->disposition = 0;
	}
	f->aac_st->disposition = AV_DISPOSITION_DEFAULT;
	return mp4_aac_parameters(f->aac, f->aac_st->codecpar);
}

static int add_streams(struct finish *f)
{
	if (!f->sound_only) {
		f->video = copy_stream(f, f->video_in);
		if (!f->video)
			return -ENOMEM;
	}
	return f->sound_in ? add_sound(f) : 0;
}

static int open_out(struct finish *f, const char *tmp)
{
	AVDictionary *opts = NULL;
	int err;

	if (unlink(tmp) < 0 && errno != ENOENT)
		return -errno;
	f->out_fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f->out_fd < 0)
		return -errno;
	err = mp4_io_open(&f->out_io, f->out_fd, MP4_WRITE);
	if (err)
		return err;
	/* the muxer warns when the name does not end like that */
	if (avformat_alloc_output_context2(&f->out, NULL, f->sound_only ? "ipod" : "mp4",
					   f->sound_only ? "sound.m4a" : NULL) < 0)
		return -ENOMEM;
	f->out->pb = f->out_io.pb;
	f->out->opaque = f;
	f->out->io_open = open_again;
	f->out->io_close2 = close_again;
	f->out->max_chunk_duration = CHUNK_US;
	err = add_streams(f);
	if (!err)
		err = av_dict_set(&opts, "movflags", "+faststart", 0);
	if (err >= 0)
		err = avformat_write_header(f->out, &opts);
	av_dict_free(&opts);
	return err < 0 ? mp4_errno(err) : 0;
}

/* ---- from one to the other ---------------------------------------------------- */

/* Writes the picture that is held; it lasts until `end`, in its own time base. */
static int write_held(struct finish *f, int64_t end)
{
	AVPacket *p = f->held;
	int64_t end_us;

	if (!p->data)
		return 0;
	if (end <= p->dts) /* two at one time: the part is not quite ours */
		end = p->dts + 1;
	p->duration = end - p->dts;
	end_us = av_rescale_q(end, f->video_in->time_base, us);
	if (end_us > f->video_end_us)
		f->video_end_us = end_us;
	f->n_pictures++;
	av_packet_rescale_ts(p, f->video_in->time_base, f->video->time_base);
	p->stream_index = f->video->index;
	p->pos = -1;
	return mp4_errno(av_interleaved_write_frame(f->out, p)); /* empties `held` */
}

static int take_video(struct finish *f, AVPacket *p)
{
	int err;

	if (!f->held->data && !(p->flags & AV_PKT_FLAG_KEY) && !f->n_pictures)
		return 0; /* cannot be shown */
	if (f->held->data && p->dts <= f->held->dts)
		return 0;
	err = write_held(f, p->dts);
	av_packet_move_ref(f->held, p);
	return err;
}

static int take_sound(struct finish *f, AVPacket *p)
{
	int64_t pts = av_rescale_q(p->pts, f->sound_in->time_base, sound_base);
	int err = mp4_aac_push(f->aac, p, pts);

	if (err)
		return err;
	f->sound_end_us = av_rescale_q(p->pts + p->duration, f->sound_in->time_base, us);
	if (!f->opus)
		return 0;
	av_packet_rescale_ts(p, f->sound_in->time_base, f->opus->time_base);
	p->stream_index = f->opus->index;
	p->pos = -1;
	return mp4_errno(av_interleaved_write_frame(f->out, p));
}

/* 1: the part ends here, by a crash or as it should. */
static int copy_one(struct finish *f)
{
	AVPacket *p = f->packet;
	AVStream *st;
	int64_t at_us;
	int err = 0;

	if (av_read_frame(f->in, p) < 0)
		return f->in_io.err ? f->in_io.err : 1;
	st = f->in->streams[p->stream_index];
	at_us = p->dts == AV_NOPTS_VALUE ? -1 : av_rescale_q(p->dts, st->time_base, us);
	if (p->pts == AV_NOPTS_VALUE)
		p->pts = p->dts;
	if (p->flags & AV_PKT_FLAG_CORRUPT || p->size <= 0)
		; /* cut off */
	else if (at_us < 0 || at_us > END_MAX_US)
		err = 1;
	else if (st == f->video_in)
		err = take_video(f, p);
	else if (st == f->sound_in)
		err = take_sound(f, p);
	av_packet_unref(p);
	return err == -EBADMSG ? 1 : err;
}

/* Nothing moved at the end: the last picture stays as long as the sound. It ends with
 * it, too, so that all editions of a recording are of one length. */
static int end_video(struct finish *f)
{
	int64_t end;

	if (!f->held->data)
		return -EBADMSG;
	end = av_rescale_q(f->sound_end_us, us, f->video_in->time_base);
	if (end <= f->held->dts)
		end = f->held->dts + f->held->duration;
	return write_held(f, end);
}

static int copy_all(struct finish *f)
{
	int err;

	do
		err = copy_one(f);
	while (!err);
	if (err < 0)
		return err;
	if (f->sound_only)
		err = f->sound_end_us ? 0 : -EBADMSG;
	else
		err = end_video(f);
	if (!err && f->aac)
		err = mp4_aac_flush(f->aac);
	return err ? err : mp4_errno(av_write_trailer(f->out));
}

static void finish_free(struct finish *f)
{
	avformat_free_context(f->out);
	avformat_close_input(&f->in);
	mp4_aac_destroy(f->aac);
	mp4_io_close(&f->again_io);
	mp4_io_close(&f->out_io);
	mp4_io_close(&f->in_io);
	av_packet_free(&f->packet);
	av_packet_free(&f->held);
	if (f->in_fd >= 0)
		close(f->in_fd);
	if (f->out_fd >= 0)
		close(f->out_fd);
}

static int make_file(struct finish *f, const char *part, const char *tmp)
{
	int err;

	f->packet = av_packet_alloc();
	f->held = av_packet_alloc();
	if (!f->packet || !f->held)
		return -ENOMEM;
	err = open_part(f, part);
	if (!err)
		err = open_out(f, tmp);
	if (!err)
		err = copy_all(f);
	if (f->out_io.pb)
		avio_flush(f->out_io.pb);
	/* what the disk said is the truth; libavformat only repeats it */
	if (f->out_io.err)
		return f->out_io.err;
	if (!err && fsync(f->out_fd) < 0)
		err = -errno;
	return err;
}

static int finish(const char *part, const char *path, struct aula_finished *info,
		  bool sound_only)
{
	struct finish f = {.sound_only = sound_only, .in_fd = -1, .out_fd = -1};
	struct stat st;
	char *tmp;
	int err;

	tmp = malloc(strlen(path) + sizeof(".tmp"));
	if (!tmp)
		return -ENOMEM;
	strcpy(tmp, path);
	strcat(tmp, ".tmp");

	err = make_file(&f, part, tmp);
	if (!err && (fstat(f.out_fd, &st) < 0 || rename(tmp, path) < 0))
		err = -errno;
	if (err && f.out_fd >= 0)
		unlink(tmp);
	if (!err) {
		info->bytes = (uint64_t)st.st_size;
		info->duration_us = FFMAX(f.video_end_us, f.sound_end_us);
	}
	finish_free(&f);
	free(tmp);
	return err;
}

int mp4_finish(const char *part, const char *path, struct aula_finished *info)
{
	return finish(part, path, info, false);
}

int mp4_finish_sound(const char *part, const char *path, struct aula_finished *info)
{
	return finish(part, path, info, true);
}
