#include "plugins/record_mp4.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define FRAGMENT_US 500000 /* what a crash may cost */
#define TRACKS_MAX  2

static const AVRational us = {1, 1000000};

struct mp4 {
	AVFormatContext *ctx;
	AVPacket *packet; /* a wrapper to pass the caller's bytes in */
	struct mp4_io io;
	uint32_t n_tracks;
	int64_t next_dts[TRACKS_MAX]; /* in the track's time base */
	int64_t fragment_us;          /* where the one that grows starts */
	int64_t good_bytes;           /* where the last whole fragment ends */
	int err;                      /* the first failure: nothing is written after it */
};

/* ---- open ------------------------------------------------------------------- */

static int codec_config(AVCodecParameters *par, const struct aula_track *track)
{
	if (!track->config || track->config_len < 7 || track->config_len > 65536)
		return -EINVAL;
	par->extradata = av_mallocz(track->config_len + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!par->extradata)
		return -ENOMEM;
	memcpy(par->extradata, track->config, track->config_len);
	par->extradata_size = (int)track->config_len;
	return 0;
}

static int add_track(struct mp4 *mp4, const struct aula_track *track)
{
	AVStream *st = avformat_new_stream(mp4->ctx, NULL);
	AVCodecParameters *par;

	if (!st)
		return -ENOMEM;
	par = st->codecpar;
	if (track->kind == AULA_TRACK_VIDEO && strcmp(track->codec, "h264") == 0) {
		par->codec_type = AVMEDIA_TYPE_VIDEO;
		par->codec_id = AV_CODEC_ID_H264;
		par->width = track->w_px;
		par->height = track->h_px;
		st->time_base = (AVRational){1, 90000};
	} else if (track->kind == AULA_TRACK_AUDIO && strcmp(track->codec, "opus") == 0) {
		if (track->n_channels < 1 || track->n_channels > 2)
			return -ENOTSUP;
		par->codec_type = AVMEDIA_TYPE_AUDIO;
		par->codec_id = AV_CODEC_ID_OPUS;
		par->sample_rate = MP4_SOUND_HZ;
		par->frame_size = MP4_SOUND_HZ / 50;
		av_channel_layout_default(&par->ch_layout, (int)track->n_channels);
		st->time_base = (AVRational){1, MP4_SOUND_HZ};
	} else {
		return -ENOTSUP;
	}
	return codec_config(par, track);
}

static int write_head(struct mp4 *mp4)
{
	AVDictionary *opts = NULL;
	int err;

	/* frag_discont: a track that starts late says so in its first fragment;
	 * an edit list would have to be in the head, which is written by then */
	err = av_dict_set(&opts, "movflags",
			  "+empty_moov+default_base_moof+frag_custom+frag_discont"
			  "+skip_trailer",
			  0);
	if (err >= 0)
		err = av_dict_set(&opts, "use_editlist", "0", 0);
	if (err >= 0)
		err = avformat_write_header(mp4->ctx, &opts);
	av_dict_free(&opts);
	if (err < 0)
		return mp4_errno(err);
	avio_flush(mp4->io.pb);
	mp4->good_bytes = mp4->io.pos;
	return mp4->io.err;
}

static void mp4_free(struct mp4 *mp4)
{
	avformat_free_context(mp4->ctx);
	mp4_io_close(&mp4->io);
	av_packet_free(&mp4->packet);
	if (mp4->io.fd >= 0)
		close(mp4->io.fd);
	free(mp4);
}

static int mp4_init(struct mp4 *mp4, const char *path,
		    const struct aula_track *const *tracks, uint32_t n_tracks)
{
	int fd, err;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = mp4_io_open(&mp4->io, fd, MP4_STREAM);
	if (err)
		return err;
	mp4->packet = av_packet_alloc();
	if (!mp4->packet ||
	    avformat_alloc_output_context2(&mp4->ctx, NULL, "mp4", NULL) < 0)
		return -ENOMEM;
	mp4->ctx->pb = mp4->io.pb;
	mp4->ctx->avoid_negative_ts = 0; /* times are final: nothing may shift them */
	mp4->n_tracks = n_tracks;
	for (uint32_t i = 0; !err && i < n_tracks; i++)
		err = add_track(mp4, tracks[i]);
	return err ? err : write_head(mp4);
}

int mp4_open(void **self, const char *path, const struct aula_track *const *tracks,
	     uint32_t n_tracks)
{
	struct mp4 *mp4;
	int err;

	if (n_tracks < 1 || n_tracks > TRACKS_MAX)
		return -ENOTSUP;
	mp4 = calloc(1, sizeof(*mp4));
	if (!mp4)
		return -ENOMEM;
	mp4->io.fd = -1;
	err = mp4_init(mp4, path, tracks, n_tracks);
	if (err) {
		mp4_free(mp4);
		return err;
	}
	*self = mp4;
	return 0;
}

/* ---- write ------------------------------------------------------------------ */

/* After this the fragment is with the kernel: our own death does not hurt it. */
static int end_fragment(struct mp4 *mp4)
{
	int err = av_write_frame(mp4->ctx, NULL);

	avio_flush(mp4->io.pb);
	if (mp4->io.err)
		return mp4->io.err;
	if (err < 0)
		return mp4_errno(err);
	mp4->good_bytes = mp4->io.pos;
	return 0;
}

static int add_packet(struct mp4 *mp4, const struct aula_packet *p)
{
	AVRational base = mp4->ctx->streams[p->track]->time_base;
	int64_t dts = av_rescale_q(p->pts_us, us, base);
	AVPacket *packet = mp4->packet;
	int err;

	if (dts < mp4->next_dts[p->track])
		dts = mp4->next_dts[p->track];
	mp4->next_dts[p->track] = dts + 1;

	av_packet_unref(packet);
	packet->stream_index = (int)p->track;
	packet->pts = packet->dts = dts;
	packet->duration = av_rescale_q(p->duration_us, us, base);
	packet->flags = p->flags & AULA_PACKET_KEY ? AV_PKT_FLAG_KEY : 0;
	packet->data = (uint8_t *)p->data; /* without a buffer: copied, not kept */
	packet->size = (int)p->len;
	err = av_write_frame(mp4->ctx, packet);
	return err < 0 ? mp4_errno(err) : mp4->io.err;
}

int mp4_write(void *self, const struct aula_packet *p)
{
	struct mp4 *mp4 = self;

	if (p->track >= mp4->n_tracks || !p->len || p->len > INT32_MAX / 2 ||
	    p->pts_us < 0)
		return -EINVAL;
	if (!mp4->err && p->pts_us >= mp4->fragment_us + FRAGMENT_US) {
		mp4->err = end_fragment(mp4);
		mp4->fragment_us = p->pts_us;
	}
	if (!mp4->err)
		mp4->err = add_packet(mp4, p);
	return mp4->err;
}

/* ---- close ------------------------------------------------------------------ */

int mp4_close(void *self)
{
	struct mp4 *mp4 = self;
	int err = mp4->err;

	if (!err)
		err = end_fragment(mp4);
	/* half a fragment would only confuse players */
	if (err && ftruncate(mp4->io.fd, mp4->good_bytes) < 0)
		err = -errno;
	mp4_free(mp4);
	return err;
}
