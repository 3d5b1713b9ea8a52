#include "tests/mp4_rig.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "plugins/host.h"
#include "tests/test.h"

char mp4_dir[] = "/tmp/test_record_mp4.XXXXXX";
const struct aula_recorder_ops *mp4_ops;
static struct aula_recorder_ops followed; /* the same, and says what it wrote */
static _Atomic(const uint8_t *) awaited;  /* the data of a packet not written yet */

void mp4_media_open(struct mp4_media *m)
{
	x264_param_t param;
	int err;

	*m = (struct mp4_media){0};
	CHECK(x264_param_default_preset(&param, "superfast", "zerolatency") == 0);
	param.i_width = MP4_W;
	param.i_height = MP4_H;
	param.i_fps_num = 15;
	param.i_fps_den = 1;
	param.i_keyint_max = 1000000;
	param.i_threads = 1;
	param.b_repeat_headers = 1;
	param.b_annexb = 1;
	param.i_log_level = X264_LOG_ERROR;
	CHECK(x264_param_apply_profile(&param, "high") == 0);
	m->x264 = x264_encoder_open(&param);
	CHECK(m->x264 && x264_picture_alloc(&m->pic, X264_CSP_I420, MP4_W, MP4_H) == 0);
	m->opus = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &err);
	CHECK(m->opus && opus_encoder_ctl(m->opus, OPUS_SET_BITRATE(24000)) == OPUS_OK);
}

void mp4_media_close(struct mp4_media *m)
{
	x264_picture_clean(&m->pic);
	x264_encoder_close(m->x264);
	opus_encoder_destroy(m->opus);
}

struct au *mp4_picture(struct mp4_media *m, int64_t t_us, uint32_t duration_us)
{
	x264_picture_t out;
	x264_nal_t *nals;
	struct au *au;
	int n_nals, len, n = m->n_pictures++;

	for (int y = 0; y < MP4_H; y++)
		for (int x = 0; x < MP4_W; x++)
			m->pic.img.plane[0][y * m->pic.img.i_stride[0] + x] =
				(uint8_t)(x + y * 2 + n * 5 + (x * y >> 6));
	for (int p = 1; p < 3; p++)
		memset(m->pic.img.plane[p], 90 + n % 60,
		       (size_t)m->pic.img.i_stride[p] * MP4_H / 2);
	m->pic.i_pts = n;
	m->pic.i_type = n % 90 == 0 ? X264_TYPE_IDR : X264_TYPE_AUTO;
	len = x264_encoder_encode(m->x264, &nals, &n_nals, &m->pic, &out);
	CHECK(len > 0 && au_create(&au, nals[0].p_payload, (size_t)len) == 0);
	au->codec = CODEC_H264;
	au->flags = out.b_keyframe ? AU_KEY : 0;
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = duration_us;
	return au;
}

struct au *mp4_sound(struct mp4_media *m, int64_t t_us)
{
	int16_t pcm[960];
	uint8_t data[400];
	struct au *au;
	int len;

	for (int i = 0; i < 960; i++)
		pcm[i] = (int16_t)(8000 * sin((m->n_sounds * 960 + i) % 48000 * 440 *
					      6.2832 / 48000));
	m->n_sounds++;
	len = opus_encode(m->opus, pcm, 960, data, sizeof(data));
	CHECK(len > 0 && au_create(&au, data, (size_t)len) == 0);
	au->codec = CODEC_OPUS;
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = MP4_SOUND_US;
	return au;
}

struct recording_result mp4_results[MP4_RESULTS];
atomic_int mp4_n_done;

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	(void)id;
	(void)at_ms;
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(mp4_n_done < MP4_RESULTS);
	mp4_results[mp4_n_done] = *result;
	mp4_n_done++;
}

struct recorder *mp4_make(const char *where)
{
	const struct recorder_conf conf = {.dir = where,
					   .editions = {{"full", &followed}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recorder *r;

	mp4_n_done = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

void mp4_begin(struct recorder *r, const char *name)
{
	struct recording_conf conf = {
		.id = 1, .n_editions = 1, .editions = {{0, 1, MP4_W, MP4_H, "", false}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	CHECK(recorder_start(r, &conf) == 0);
}

static int followed_write(void *self, const struct aula_packet *p)
{
	int err = mp4_ops->write(self, p);

	if (atomic_load(&awaited) == p->data)
		atomic_store(&awaited, NULL);
	return err;
}

int mp4_give(struct recorder *r, struct au *au)
{
	bool wait = au->codec == CODEC_H264; /* sound may be left out, pictures not */
	int err;

	au_get(au); /* so that no other one has its address */
	atomic_store(&awaited, au->data);
	err = recorder_push(r, 1, 1, au);
	for (int i = 0;
	     !err && wait && i < 600000 && mp4_n_done == 0 && atomic_load(&awaited); i++)
		usleep(100);
	au_put(au);
	return err;
}

void mp4_push(struct recorder *r, struct au *au)
{
	CHECK(mp4_give(r, au) == 0);
}

void mp4_wait_done(int n)
{
	for (int i = 0; i < 60000 && mp4_n_done < n; i++)
		usleep(1000);
	CHECK(mp4_n_done >= n);
}

void mp4_run(const char *cmd, char *out, size_t size)
{
	FILE *f = popen(cmd, "r");
	size_t n;

	CHECK(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	CHECK(pclose(f) == 0);
}

double mp4_probe(const char *path, const char *stream, const char *entry)
{
	char cmd[900], out[200];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error %s%s -show_entries %s -of csv=p=0 '%s' 2>&1",
		 *stream ? "-select_streams " : "", stream, entry, path);
	mp4_run(cmd, out, sizeof(out));
	return atof(out);
}

void mp4_decodes(const char *path)
{
	char cmd[700], out[2000];

	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -i '%s' -map 0 -fps_mode passthrough "
		 "-enc_time_base -1 -f null - 2>&1",
		 path);
	mp4_run(cmd, out, sizeof(out));
	if (*out)
		fprintf(stderr, "%s: %s\n", path, out);
	CHECK(!*out);
}

void mp4_is_fast_start(const char *path)
{
	uint8_t head[64];
	int fd = open(path, O_RDONLY);

	/* ftyp, then moov at once */
	CHECK(fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head));
	CHECK(memcmp(head + 4, "ftyp", 4) == 0 && head[3] < 56);
	CHECK(memcmp(head + head[3] + 4, "moov", 4) == 0);
	close(fd);
}

static void has_three_tracks(const char *path)
{
	char cmd[700], out[600];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name,channels:"
		 "stream_disposition=default -of csv=p=0 '%s' 2>&1",
		 path);
	mp4_run(cmd, out, sizeof(out));
	if (strcmp(out, "h264,1\naac,1,1\nopus,1,0\n") != 0)
		fprintf(stderr, "%s", out);
	CHECK(strcmp(out, "h264,1\naac,1,1\nopus,1,0\n") == 0);
}

void mp4_plays(const struct recording_result *result, double want, double slack)
{
	double video = mp4_probe(result->path, "v:0", "stream=duration");
	double aac = mp4_probe(result->path, "a:0", "stream=duration");
	struct stat st;

	CHECK(stat(result->path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK((uint64_t)st.st_size == result->bytes);
	mp4_is_fast_start(result->path);
	has_three_tracks(result->path);
	mp4_decodes(result->path);
	if (fabs(video - want) > slack || fabs(aac - want) > slack ||
	    fabs((double)result->duration_ms / 1000 - want) > slack)
		fprintf(stderr,
			"%s: video %.3f s, sound %.3f s, said %.3f s, not %.3f s\n",
			result->path, video, aac, (double)result->duration_ms / 1000,
			want);
	CHECK(fabs(video - want) <= slack && fabs(aac - want) <= slack);
	CHECK(fabs((double)result->duration_ms / 1000 - want) <= slack);
}

static const uint8_t opus_head[19] = "OpusHead\1\1\0\0\x80\xbb";

void mp4_plugin_open(void **self, const char *path, struct au *key)
{
	struct aula_track v = {.size = sizeof(v),
			       .kind = AULA_TRACK_VIDEO,
			       .codec = "h264",
			       .w_px = MP4_W,
			       .h_px = MP4_H,
			       .config = key->data,
			       .config_len = (uint32_t)key->len};
	struct aula_track a = {.size = sizeof(a),
			       .kind = AULA_TRACK_AUDIO,
			       .codec = "opus",
			       .rate_hz = 48000,
			       .n_channels = 1,
			       .config = opus_head,
			       .config_len = sizeof(opus_head)};
	const struct aula_track *tracks[] = {&v, &a};

	CHECK(mp4_ops->open(self, path, tracks, 2) == 0);
}

int mp4_plugin_write(void *self, struct au *au)
{
	struct aula_packet p = {sizeof(p),       au->codec == CODEC_OPUS,
				AULA_PACKET_KEY, au->pts_us - MP4_START_US,
				au->duration_us, au->data,
				au->len};

	p.flags = au->flags & AU_KEY || p.track ? AULA_PACKET_KEY : 0;
	return mp4_ops->write(self, &p);
}

int64_t mp4_killed_at(void (*write_for_ever)(int out), int64_t us)
{
	int pipe_fds[2];
	int64_t t = 0;
	pid_t pid;

	CHECK(pipe(pipe_fds) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		write_for_ever(pipe_fds[1]);
	while (t < us)
		CHECK(read(pipe_fds[0], &t, sizeof(t)) == sizeof(t));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	close(pipe_fds[1]);
	while (read(pipe_fds[0], &t, sizeof(t)) == sizeof(t))
		;
	close(pipe_fds[0]);
	return t;
}

const struct aula_recorder_ops *mp4_load(const char *file, const char *name)
{
	const char *plugins = getenv("PLUGIN_DIR") ? getenv("PLUGIN_DIR")
						   : "plugins/.libs";
	char path[600], why[200] = "";
	struct plugin *p;

	thread_claim(&on_ctl);
	snprintf(path, sizeof(path), "%s/%s.so", plugins, file);
	if (plugin_load(&p, path, why, sizeof(why)) < 0)
		fprintf(stderr, "%s %s\n", path, why);
	CHECK(!*why && strcmp(plugin_name(p), name) == 0 && plugin_recorder(p));
	return plugin_recorder(p);
}

bool mp4_setup(void)
{
	if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null "
		   "2>&1") != 0)
		return false;
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(mp4_dir));
	thread_enter(&on_ctl);
	mp4_ops = mp4_load("record_mp4", "mp4");
	followed = *mp4_ops;
	followed.write = followed_write;
	CHECK(strcmp(mp4_ops->extension, "mp4") == 0);
	return true;
}

void mp4_teardown(void)
{
	if (!getenv("KEEP"))
		CHECK(rmdir(mp4_dir) == 0);
}
