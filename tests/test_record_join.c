/* Pieces of real H.264 and Opus, joined by the recorders "mp4" and "audio": what is
 * decoded of the whole stands where it stood, at the end of ten pieces as in the first.
 * Needs ffprobe and ffmpeg, else it is skipped.
 */
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAME_US 40000

enum { FULL, SOUND, N };

static const struct aula_recorder_ops *audio_ops;
static struct recording_result results[N];
static atomic_int n_done;

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	(void)id;
	(void)at_ms;
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(n_done < N && !results[result->edition].name[0]);
	results[result->edition] = *result;
	n_done++;
}

static struct aula_recorder_ops followed; /* tells how far it is */
static atomic_int n_written;

static int followed_write(void *self, const struct aula_packet *p)
{
	int err = mp4_ops->write(self, p);

	atomic_fetch_add(&n_written, 1);
	return err;
}

static struct recorder *make(int64_t part_us)
{
	const struct recorder_conf conf = {
		.dir = mp4_dir,
		.part_us = part_us,
		.editions = {{"full", &followed}, {"sound", audio_ops}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recorder *r;

	followed = *mp4_ops;
	followed.write = followed_write;
	memset(results, 0, sizeof(results));
	n_done = 0;
	n_written = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

/* A second of black and silence, then 100 ms of white and of a tone, and so on. */
struct sender {
	x264_t *x264;
	x264_picture_t pic;
	OpusEncoder *opus;
	int w, h;
	int n_samples;
	int n_sent; /* to the full edition */
};

static void encoder_open(struct sender *s, int w, int h)
{
	x264_param_t param;

	CHECK(x264_param_default_preset(&param, "ultrafast", "zerolatency") == 0);
	param.i_width = s->w = w;
	param.i_height = s->h = h;
	param.i_fps_num = 25;
	param.i_fps_den = 1;
	param.i_keyint_max = 1000000;
	param.i_threads = 1;
	param.b_repeat_headers = 1;
	param.b_annexb = 1;
	param.i_log_level = X264_LOG_ERROR;
	CHECK(x264_param_apply_profile(&param, "baseline") == 0);
	s->x264 = x264_encoder_open(&param);
	CHECK(s->x264 && x264_picture_alloc(&s->pic, X264_CSP_I420, w, h) == 0);
}

static void encoder_close(struct sender *s)
{
	x264_picture_clean(&s->pic);
	x264_encoder_close(s->x264);
}

static bool loud(int64_t t_us)
{
	return t_us % 1000000 >= 500000 && t_us % 1000000 < 600000;
}

static struct au *picture(struct sender *s, int64_t t_us, bool key)
{
	x264_picture_t out;
	x264_nal_t *nals;
	struct au *au;
	int n_nals, len;

	memset(s->pic.img.plane[0], loud(t_us) ? 235 : 16,
	       (size_t)s->pic.img.i_stride[0] * (size_t)s->h);
	for (int p = 1; p < 3; p++)
		memset(s->pic.img.plane[p], 128,
		       (size_t)s->pic.img.i_stride[p] * (size_t)s->h / 2);
	s->pic.i_pts++;
	s->pic.i_type = key ? X264_TYPE_IDR : X264_TYPE_AUTO;
	len = x264_encoder_encode(s->x264, &nals, &n_nals, &s->pic, &out);
	CHECK(len > 0 && au_create(&au, nals[0].p_payload, (size_t)len) == 0);
	au->codec = CODEC_H264;
	au->flags = out.b_keyframe ? AU_KEY : 0;
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = FRAME_US;
	au->w_px = (uint16_t)s->w;
	au->h_px = (uint16_t)s->h;
	return au;
}

static struct au *sound(struct sender *s, int64_t t_us)
{
	int16_t pcm[960];
	uint8_t data[400];
	struct au *au;
	int len;

	for (int i = 0; i < 960; i++, s->n_samples++)
		pcm[i] = loud((int64_t)s->n_samples * 1000 / 48 + 6500)
				 ? (int16_t)(12000 *
					     sin(s->n_samples * 1000 * 6.28318 / 48000))
				 : 0;
	len = opus_encode(s->opus, pcm, 960, data, sizeof(data));
	CHECK(len > 0 && au_create(&au, data, (size_t)len) == 0);
	au->codec = CODEC_OPUS;
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = MP4_SOUND_US;
	return au;
}

static void push(struct recorder *r, struct sender *s, uint32_t video, struct au *au)
{
	bool wait = au->codec == CODEC_H264; /* it is faster than life */

	CHECK(recorder_push(r, 1, video, au) == 0);
	s->n_sent++;
	for (int i = 0; i < 100000 && wait && n_written < s->n_sent; i++)
		usleep(100);
	CHECK(!wait || n_written >= s->n_sent);
}

/* `key_us`: how often there is a key frame; `turn_us`: when the size changes. */
static void record(int64_t part_us, int64_t length_us, int64_t key_us, int64_t turn_us)
{
	struct recorder *r = make(part_us);
	const struct recording_conf conf = {.id = 1,
					    .name = "x",
					    .n_editions = N,
					    .editions = {{FULL, 11, 320, 180, "", false},
							 {SOUND, 0, 0, 0, "", false}}};
	struct sender s = {0};
	int64_t v = 0;
	int err;

	encoder_open(&s, 320, 180);
	s.opus = opus_encoder_create(48000, 1, OPUS_APPLICATION_AUDIO, &err);
	CHECK(s.opus);
	CHECK(recorder_start(r, &conf) == 0);
	for (int64_t t = 0; t < length_us; t += MP4_SOUND_US) {
		push(r, &s, 0, sound(&s, t));
		/* encoded a little later than the sound of its time */
		if (t < v + 20000)
			continue;
		if (v == turn_us) {
			encoder_close(&s);
			encoder_open(&s, 192, 108);
		}
		push(r, &s, 11, picture(&s, v, v % key_us == 0));
		v += FRAME_US;
	}
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	encoder_close(&s);
	opus_encoder_destroy(s.opus);
	CHECK(n_done == N && results[FULL].err == 0 && results[SOUND].err == 0);
}

/* The last times that what is decoded turns from dark or silent to the other. */
static double last_of(const char *path, const char *filter, const char *key)
{
	char cmd[1200], out[8000];
	const char *at = out, *last = NULL;

	snprintf(
		cmd, sizeof(cmd),
		"ffmpeg -nostdin -v info -i '%s' %s -f null - 2>&1 | grep -o '%s[0-9.]*'",
		path, filter, key);
	mp4_run(cmd, out, sizeof(out));
	while ((at = strstr(at, key)))
		last = at += strlen(key);
	CHECK(last);
	return atof(last);
}

#define PICTURES "-map 0:v -vf blackdetect=d=0.1:pic_th=0.9 -fps_mode passthrough"
#define SILENCE  "silencedetect=n=-30dB:d=0.3"

/* Where the whole says it is, and also for who only counts what it decodes. */
static void in_step(const char *path, const char *map, double want)
{
	char filter[200];
	double by_time, counted;

	snprintf(filter, sizeof(filter), "-map %s -af " SILENCE, map);
	by_time = last_of(path, filter, "silence_start: ") - 0.1;
	snprintf(filter, sizeof(filter), "-map %s -af asetpts=N/SR/TB," SILENCE, map);
	counted = last_of(path, filter, "silence_start: ") - 0.1;
	if (fabs(by_time - want) > 0.04 || fabs(counted - want) > 0.04)
		fprintf(stderr, "%s %s: sound at %.3f, counted %.3f, not %.3f\n", path,
			map, by_time, counted, want);
	CHECK(fabs(by_time - want) <= 0.04 && fabs(counted - want) <= 0.04);
}

static void plays(double length, double last)
{
	const char *full = results[FULL].path, *alone = results[SOUND].path;
	double light;

	CHECK(fabs((double)results[FULL].duration_ms / 1000 - length) < 0.1);
	CHECK(fabs((double)results[SOUND].duration_ms / 1000 - length) < 0.1);
	CHECK(fabs(mp4_probe(full, "", "format=duration") - length) < 0.1);
	CHECK(fabs(mp4_probe(alone, "", "format=duration") - length) < 0.1);
	mp4_decodes(full);
	mp4_decodes(alone);
	mp4_is_fast_start(full);
	mp4_is_fast_start(alone);
	light = last_of(full, PICTURES, "black_start:") - 0.1;
	if (fabs(light - last) > 0.041)
		fprintf(stderr, "%s: light at %.3f, not %.3f\n", full, light, last);
	CHECK(fabs(light - last) <= 0.041);
	in_step(full, "0:a:0", last);
	in_step(full, "0:a:1", last);
	in_step(alone, "0:a:0", last);
}

static void is_gone(const char *name)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", mp4_dir, name);
	CHECK(access(path, F_OK) < 0 && errno == ENOENT);
}

static void ten_pieces(void)
{
	char out[300], cmd[700];

	record(2000000, 20480000, 720000, -1);
	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name:stream_disposition="
		 "default -of csv=p=0 '%s'",
		 results[FULL].path);
	mp4_run(cmd, out, sizeof(out));
	CHECK(strcmp(out, "h264,1\naac,1\nopus,0\n") == 0);
	/* not a frame is missing, nor one twice */
	CHECK((int)mp4_probe(results[FULL].path, "v:0", "stream=nb_frames") == 512);
	CHECK((int)mp4_probe(results[FULL].path, "a:1", "stream=nb_frames") == 1024);
	plays(20.48, 19.5);
	is_gone("x.at0.mp4");
	is_gone("x.part.mp4");
	if (!getenv("KEEP")) {
		unlink(results[FULL].path);
		unlink(results[SOUND].path);
	}
}

static void size_changes(void)
{
	char cmd[900], out[2000];

	record(0, 6000000, 1000000, 3000000);
	plays(6.0, 5.5);
	CHECK((int)mp4_probe(results[FULL].path, "v:0", "stream=nb_frames") == 150);
	/* both sizes come out of the decoder */
	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -select_streams v:0 -show_entries frame=width -of "
		 "csv=p=0 "
		 "'%s' | grep -o '[0-9]*' | sort | uniq -c | tr -s ' ' | tr '\\n' ';'",
		 results[FULL].path);
	mp4_run(cmd, out, sizeof(out));
	if (strcmp(out, " 75 192; 75 320;") != 0)
		fprintf(stderr, "%s\n", out);
	CHECK(strcmp(out, " 75 192; 75 320;") == 0);
	/* so they do from the middle on */
	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -ss 4.2 -i '%s' -frames:v 5 -f null - "
		 "2>&1",
		 results[FULL].path);
	mp4_run(cmd, out, sizeof(out));
	CHECK(!*out);
	if (!getenv("KEEP")) {
		unlink(results[FULL].path);
		unlink(results[SOUND].path);
	}
}

static void refusals(void)
{
	struct aula_finished info = {.size = sizeof(info)};
	struct aula_piece piece = {.size = sizeof(piece), .path = "/nonexistent/x"};
	const struct aula_piece *pieces[] = {&piece, &piece};
	char path[600], to[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/x.at0.mp4", mp4_dir);
	snprintf(to, sizeof(to), "%s/x.mp4", mp4_dir);
	CHECK(mp4_ops->join(pieces, 0, to, &info) == -EBADMSG);
	CHECK(mp4_ops->join(pieces, 2, to, &info) == -ENOENT);
	CHECK(audio_ops->join(pieces, 2, to, &info) == -ENOENT);
	f = fopen(path, "w");
	CHECK(f && fputs("no film at all, but a few letters", f) >= 0 && fclose(f) == 0);
	piece.path = path;
	CHECK(mp4_ops->join(pieces, 2, to, &info) == -EBADMSG);
	CHECK(audio_ops->join(pieces, 1, to, &info) == -EBADMSG);
	is_gone("x.mp4");
	is_gone("x.mp4.tmp");
	unlink(path);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	audio_ops = mp4_load("record_audio", "audio");
	ten_pieces();
	size_changes();
	refusals();
	mp4_teardown();
	return 0;
}
