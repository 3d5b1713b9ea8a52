#include "tests/form_rig.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "recorder/annexb.h"
#include "tests/test.h"

#define FPS 15

static void vp8_open(struct form_media *m)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libvpx");

	CHECK(codec);
	m->vp8 = avcodec_alloc_context3(codec);
	m->frame = av_frame_alloc();
	m->packet = av_packet_alloc();
	CHECK(m->vp8 && m->frame && m->packet);
	m->vp8->width = MP4_W;
	m->vp8->height = MP4_H;
	m->vp8->pix_fmt = AV_PIX_FMT_YUV420P;
	m->vp8->time_base = (AVRational){1, FPS};
	m->vp8->bit_rate = 300000;
	m->vp8->gop_size = 100000;
	m->vp8->thread_count = 1;
	{
		AVDictionary *opts = NULL;

		av_dict_set(&opts, "deadline", "realtime", 0);
		av_dict_set(&opts, "cpu-used", "8", 0);
		av_dict_set(&opts, "lag-in-frames", "0", 0);
		CHECK(avcodec_open2(m->vp8, codec, &opts) == 0);
		av_dict_free(&opts);
	}
	m->frame->format = AV_PIX_FMT_YUV420P;
	m->frame->width = MP4_W;
	m->frame->height = MP4_H;
	CHECK(av_frame_get_buffer(m->frame, 0) == 0);
}

/* The same pictures by the baseline profile: other parameter sets. */
static void base_open(struct form_media *m)
{
	x264_t *high = m->mp4.x264;
	x264_param_t param;

	x264_encoder_parameters(high, &param);
	param.rc.f_rf_constant += 4;
	param.i_bframe = 0;
	CHECK(x264_param_apply_profile(&param, "baseline") == 0);
	m->mp4.x264 = x264_encoder_open(&param);
	CHECK(m->mp4.x264);
	x264_encoder_close(high); /* the other one has copied its parameters by now */
}

void form_media_open(struct form_media *m, const char *codec)
{
	*m = (struct form_media){.vp8 = NULL};
	mp4_media_open(&m->mp4);
	if (strcmp(codec, "vp8") == 0)
		vp8_open(m);
	else if (strcmp(codec, "base") == 0)
		base_open(m);
}

void form_media_close(struct form_media *m)
{
	mp4_media_close(&m->mp4);
	avcodec_free_context(&m->vp8);
	av_frame_free(&m->frame);
	av_packet_free(&m->packet);
}

static struct au *vp8_picture(struct form_media *m)
{
	struct au *au;
	int n = m->mp4.n_pictures++;

	CHECK(av_frame_make_writable(m->frame) == 0);
	for (int y = 0; y < MP4_H; y++)
		for (int x = 0; x < MP4_W; x++)
			m->frame->data[0][y * m->frame->linesize[0] + x] =
				(uint8_t)(x + y * 2 + n * 5);
	for (int p = 1; p < 3; p++)
		memset(m->frame->data[p], 90 + n % 60,
		       (size_t)m->frame->linesize[p] * MP4_H / 2);
	m->frame->pts++;
	m->frame->pict_type = n == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
	CHECK(avcodec_send_frame(m->vp8, m->frame) == 0);
	CHECK(avcodec_receive_packet(m->vp8, m->packet) == 0);
	CHECK(au_create(&au, m->packet->data, (size_t)m->packet->size) == 0);
	au->flags = m->packet->flags & AV_PKT_FLAG_KEY ? AU_KEY : 0;
	av_packet_unref(m->packet);
	return au;
}

struct au *form_picture(struct form_media *m, int64_t t_us, uint32_t duration_us)
{
	struct au *au;

	if (!m->vp8)
		return mp4_picture(&m->mp4, t_us, duration_us);
	au = vp8_picture(m);
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = duration_us;
	return au;
}

/* ---- a recording ------------------------------------------------------------------ */

static const uint8_t opus_head[19] = "OpusHead\1\1\0\0\x80\xbb";

static int write_au(struct form *f, struct au *au, uint32_t track, int64_t at_us)
{
	const struct aula_packet p = {
		.size = sizeof(p),
		.track = track,
		.flags = au->flags & AU_KEY || au->codec == CODEC_OPUS ? AULA_PACKET_KEY
								       : 0,
		.pts_us = at_us,
		.duration_us = au->duration_us,
		.data = au->data,
		.len = au->len};

	return f->ops->write(f->self, &p);
}

static struct au *next_picture(struct form *f)
{
	if (f->key_us && f->next_us >= f->last_key_us + f->key_us)
		f->media.mp4.n_pictures = 0;
	else if (f->media.mp4.n_pictures % 90 == 0 && f->media.mp4.n_pictures)
		f->media.mp4.n_pictures++; /* of these key frames we want none */
	if (f->media.mp4.n_pictures == 0)
		f->last_key_us = f->next_us;
	return form_picture(&f->media, f->next_us, (uint32_t)f->frame_us);
}

static void video_track(const struct form *f, struct aula_track *out,
			const struct au *key, uint8_t sets[ANNEXB_SETS_MAX])
{
	*out = (struct aula_track){.size = sizeof(*out),
				   .kind = AULA_TRACK_VIDEO,
				   .w_px = MP4_W,
				   .h_px = MP4_H};
	strcpy(out->codec, f->media.vp8 ? "vp8" : "h264");
	if (!f->media.vp8) {
		int len = annexb_sets(key->data, key->len, sets);

		CHECK(len > 0);
		out->config = sets;
		out->config_len = (uint32_t)len;
	}
}

static int open_plugin(struct form *f, const struct au *key, const char *path,
		       const char *target)
{
	static const struct aula_track sound = {.size = sizeof(sound),
						.kind = AULA_TRACK_AUDIO,
						.codec = "opus",
						.rate_hz = 48000,
						.n_channels = 1,
						.config = opus_head,
						.config_len = sizeof(opus_head)};
	uint8_t sets[ANNEXB_SETS_MAX];
	struct aula_track video;
	const struct aula_track *tracks[2];
	struct aula_start start = {.size = sizeof(start), .path = path, .target = target};

	if (f->what & FORM_PICTURES) {
		video_track(f, &video, key, sets);
		tracks[start.n_tracks++] = &video;
	}
	if (f->what & FORM_SOUND)
		tracks[start.n_tracks++] = &sound;
	start.tracks = tracks;
	if (f->ops->start)
		return f->ops->start(&f->self, &start);
	return f->ops->open(&f->self, path, tracks, start.n_tracks);
}

int form_begin(struct form *f, const struct aula_recorder_ops *ops, const char *codec,
	       int what, const char *path, const char *target)
{
	struct au *key;
	int err;

	*f = (struct form){.ops = ops, .what = what, .frame_us = MP4_FRAME_US};
	form_media_open(&f->media, codec);
	key = next_picture(f);
	err = open_plugin(f, key, path, target);
	if (!err && what & FORM_PICTURES) {
		err = write_au(f, key, 0, 0);
		if (err)
			ops->close(f->self);
	}
	f->next_us = f->frame_us;
	au_put(key);
	if (err)
		form_media_close(&f->media);
	return err;
}

int form_run(struct form *f, int64_t until_us)
{
	struct au *au;
	int err = 0;

	for (; !err && f->at_us < until_us; f->at_us += MP4_SOUND_US) {
		if (f->what & FORM_SOUND) {
			au = mp4_sound(&f->media.mp4, f->at_us);
			err = write_au(f, au, (f->what & FORM_PICTURES) != 0, f->at_us);
			au_put(au);
		}
		if (err || !(f->what & FORM_PICTURES) || f->at_us < f->next_us)
			continue;
		au = next_picture(f);
		err = write_au(f, au, 0, f->next_us);
		au_put(au);
		f->next_us += f->frame_us;
	}
	return err;
}

int form_change(struct form *f, const char *codec)
{
	uint8_t sets[ANNEXB_SETS_MAX];
	struct aula_track track;
	struct au *au;
	int err;

	form_media_close(&f->media);
	form_media_open(&f->media, codec);
	au = next_picture(f);
	video_track(f, &track, au, sets);
	err = f->ops->change(f->self, 0, &track);
	if (!err)
		err = write_au(f, au, 0, f->next_us);
	f->next_us += f->frame_us;
	au_put(au);
	return err;
}

int form_end(struct form *f)
{
	form_media_close(&f->media);
	return f->ops->close(f->self);
}

/* ---- judges ----------------------------------------------------------------------- */

void form_has_streams(const char *path, const char *want)
{
	char cmd[700], out[300];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s' 2>&1",
		 path);
	mp4_run(cmd, out, sizeof(out));
	if (strcmp(out, want) != 0)
		fprintf(stderr, "%s has %s", path, out);
	CHECK(strcmp(out, want) == 0);
}

void form_lasts(const char *path, double want, double slack)
{
	double length = mp4_probe(path, "", "format=duration");

	if (fabs(length - want) > slack)
		fprintf(stderr, "%s: %.3f s, not %.3f\n", path, length, want);
	CHECK(fabs(length - want) <= slack);
}
