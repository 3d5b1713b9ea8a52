#include "plugins/record_track.h"

#define CONFIG_MIN 7 /* bytes of one SPS; OpusHead has more */
#define CONFIG_MAX 65536
#define SPAN_MAX   INT64_C(172800000000) /* us: two days, no recording is longer */

int record_tracks_sort(struct record_tracks *out, const struct aula_track *const *tracks,
		       uint32_t n_tracks, const char *video)
{
	struct record_tracks sorted = {.video = NULL};

	for (uint32_t i = 0; i < n_tracks; i++) {
		const struct aula_track *t = tracks[i];

		if (t->kind == AULA_TRACK_VIDEO && !sorted.video &&
		    strcmp(t->codec, video) == 0) {
			sorted.video = t;
			sorted.video_index = i;
		} else if (t->kind == AULA_TRACK_AUDIO && !sorted.sound &&
			   strcmp(t->codec, "opus") == 0) {
			sorted.sound = t;
			sorted.sound_index = i;
		} else {
			return -ENOTSUP;
		}
	}
	if (!sorted.video && !sorted.sound)
		return -ENOTSUP;
	*out = sorted;
	return 0;
}

static int copy_config(AVCodecParameters *par, const struct aula_track *track)
{
	if (!track->config || track->config_len < CONFIG_MIN ||
	    track->config_len > CONFIG_MAX)
		return -EINVAL;
	par->extradata = av_mallocz(track->config_len + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!par->extradata)
		return -ENOMEM;
	memcpy(par->extradata, track->config, track->config_len);
	par->extradata_size = (int)track->config_len;
	return 0;
}

int record_track_parameters(AVCodecParameters *par, const struct aula_track *track)
{
	if (track->kind == AULA_TRACK_AUDIO) {
		if (track->n_channels < 1 || track->n_channels > 2)
			return -ENOTSUP;
		par->codec_type = AVMEDIA_TYPE_AUDIO;
		par->codec_id = AV_CODEC_ID_OPUS;
		par->sample_rate = MP4_SOUND_HZ;
		par->frame_size = MP4_SOUND_HZ / 50;
		av_channel_layout_default(&par->ch_layout, (int)track->n_channels);
		return copy_config(par, track);
	}
	if (!track->w_px || !track->h_px)
		return -EINVAL;
	par->codec_type = AVMEDIA_TYPE_VIDEO;
	par->width = track->w_px;
	par->height = track->h_px;
	if (strcmp(track->codec, "vp8") == 0) {
		par->codec_id = AV_CODEC_ID_VP8; /* its frames say all */
		return 0;
	}
	if (strcmp(track->codec, "vp9") == 0) {
		par->codec_id = AV_CODEC_ID_VP9; /* the same */
		return 0;
	}
	par->codec_id = AV_CODEC_ID_H264;
	return copy_config(par, track);
}

AVStream *record_track_stream(AVFormatContext *ctx, const AVCodecParameters *par,
			      AVRational base)
{
	AVStream *st = avformat_new_stream(ctx, NULL);

	if (!st || avcodec_parameters_copy(st->codecpar, par) < 0)
		return NULL;
	st->codecpar->codec_tag = 0;
	st->time_base = base;
	return st;
}

int record_packet_ok(const struct aula_packet *p, uint32_t n_tracks)
{
	return p->track < n_tracks && p->len && p->len <= INT32_MAX / 2 &&
	       p->pts_us >= 0 && p->pts_us <= SPAN_MAX && p->duration_us >= 0 &&
	       p->duration_us <= SPAN_MAX;
}

void record_packet_wrap(AVPacket *out, const struct aula_packet *p, AVRational base)
{
	const AVRational us = {1, 1000000};

	av_packet_unref(out);
	out->pts = out->dts = av_rescale_q(p->pts_us, us, base);
	out->duration = av_rescale_q(p->duration_us, us, base);
	out->flags = p->flags & AULA_PACKET_KEY ? AV_PKT_FLAG_KEY : 0;
	out->data = (uint8_t *)p->data; /* without a buffer: copied, not kept */
	out->size = (int)p->len;
}
