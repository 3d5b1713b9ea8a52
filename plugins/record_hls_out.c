#include "plugins/record_hls.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* A media segment that any player of them takes (ISO/IEC 14496-12, 8.16.2). */
static const uint8_t styp[24] = {0, 0, 0, 24, 's', 't', 'y', 'p', 'm', 's', 'd', 'h',
				 0, 0, 0, 0,  'm', 's', 'd', 'h', 'm', 's', 'i', 'x'};

static int create(struct hls_out *out, const char *name)
{
	char tmp[HLS_NAME_MAX + 4];
	int fd;

	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	fd = openat(out->dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	out->io.fd = fd;
	out->io.pos = 0;
	return 0;
}

/* `keep` false: removes it. */
static int settle(struct hls_out *out, const char *name, bool keep)
{
	char tmp[HLS_NAME_MAX + 4];
	int err;

	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	if (keep)
		err = renameat(out->dir, tmp, out->dir, name);
	else
		err = unlinkat(out->dir, tmp, 0);
	err = err < 0 ? -errno : 0;
	close(out->io.fd);
	out->io.fd = -1;
	return err;
}

static void close_map(struct hls_out *out)
{
	avformat_free_context(out->ctx);
	out->ctx = NULL;
	mp4_io_close(&out->io);
}

static int write_head(struct hls_out *out)
{
	AVDictionary *opts = NULL;
	int err;

	/* see record_mp4_write.c: a track that starts late says so in its fragment */
	err = av_dict_set(&opts, "movflags",
			  "+empty_moov+default_base_moof+frag_custom+frag_discont"
			  "+skip_trailer",
			  0);
	if (err >= 0)
		err = av_dict_set(&opts, "use_editlist", "0", 0);
	if (err >= 0)
		err = avformat_write_header(out->ctx, &opts);
	av_dict_free(&opts);
	avio_flush(out->io.pb);
	if (out->io.err)
		return out->io.err;
	return err < 0 ? mp4_errno(err) : 0;
}

static int add_streams(struct hls_out *out, const AVCodecParameters *video,
		       const AVCodecParameters *sound)
{
	out->video = out->sound = NULL;
	if (video)
		out->video = record_track_stream(out->ctx, video, (AVRational){1, 90000});
	if (sound)
		out->sound = record_track_stream(out->ctx, sound,
						 (AVRational){1, MP4_SOUND_HZ});
	return (video && !out->video) || (sound && !out->sound) ? -ENOMEM : 0;
}

int hls_out_map(struct hls_out *out, const AVCodecParameters *video,
		const AVCodecParameters *sound)
{
	char name[HLS_NAME_MAX];
	int err;

	close_map(out);
	err = mp4_io_open(&out->io, -1, MP4_STREAM);
	if (err)
		return err;
	snprintf(name, sizeof(name), "init%" PRIu32 ".mp4", out->n_maps);
	if (avformat_alloc_output_context2(&out->ctx, NULL, "mp4", NULL) < 0)
		return -ENOMEM;
	out->ctx->pb = out->io.pb;
	out->ctx->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	err = add_streams(out, video, sound);
	if (!err)
		err = create(out, name);
	if (err)
		return err;
	err = write_head(out);
	if (err) {
		settle(out, name, false);
		return err;
	}
	err = settle(out, name, true);
	if (!err)
		out->n_maps++;
	return err;
}

static void segment_name(const struct hls_out *out, char name[HLS_NAME_MAX])
{
	snprintf(name, HLS_NAME_MAX, "%" PRIu32 ".m4s", out->number);
}

int hls_out_begin(struct hls_out *out, uint32_t number)
{
	char name[HLS_NAME_MAX];
	int err;

	out->number = number;
	segment_name(out, name);
	err = create(out, name);
	if (err)
		return err;
	out->growing = true;
	out->filled = false;
	avio_write(out->io.pb, styp, sizeof(styp));
	return 0;
}

int hls_out_put(struct hls_out *out, AVPacket *packet, AVStream *st, AVRational base)
{
	int err;

	av_packet_rescale_ts(packet, base, st->time_base);
	packet->stream_index = st->index;
	packet->pos = -1;
	out->filled = true;
	err = av_write_frame(out->ctx, packet);
	if (out->io.err)
		return out->io.err;
	return err < 0 ? mp4_errno(err) : 0;
}

int hls_out_flush(struct hls_out *out)
{
	int err = av_write_frame(out->ctx, NULL);

	avio_flush(out->io.pb);
	if (out->io.err)
		return out->io.err;
	return err < 0 ? mp4_errno(err) : 0;
}

int hls_out_end(struct hls_out *out)
{
	char name[HLS_NAME_MAX];
	int err = hls_out_flush(out);

	if (err)
		return err;
	segment_name(out, name);
	out->growing = false;
	return settle(out, name, out->filled);
}

void hls_out_fini(struct hls_out *out)
{
	close_map(out);
	if (out->io.fd >= 0)
		close(out->io.fd);
	out->io.fd = -1;
}
