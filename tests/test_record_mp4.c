/* Real H.264 and Opus through the recorder and its MP4 plugin; ffprobe and
 * ffmpeg judge the files. Needs both programs, else it is skipped.
 */
#include "base/clock.h"
#include "base/log.h"
#include "plugins/host.h"
#include "recorder/recorder.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <opus/opus.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x264.h>

#define W        320
#define H        180
#define START_US INT64_C(7000000000) /* of the media's clock: anything */
#define FRAME_US 66667
#define SOUND_US 20000

static char dir[] = "/tmp/test_record_mp4.XXXXXX";
static const struct aula_recorder_ops *ops; /* of the plugin */
static struct aula_recorder_ops followed;   /* the same, and says what it wrote */
static _Atomic(const uint8_t *) awaited;    /* the data of a packet not written yet */

/* ---- media --------------------------------------------------------------------------
 */

struct media {
	x264_t *x264;
	x264_picture_t pic;
	OpusEncoder *opus;
	int n_pictures, n_sounds;
};

static void media_open(struct media *m)
{
	x264_param_t param;
	int err;

	*m = (struct media){0};
	CHECK(x264_param_default_preset(&param, "superfast", "zerolatency") == 0);
	param.i_width = W;
	param.i_height = H;
	param.i_fps_num = 15;
	param.i_fps_den = 1;
	param.i_keyint_max = 1000000;
	param.i_threads = 1;
	param.b_repeat_headers = 1;
	param.b_annexb = 1;
	param.i_log_level = X264_LOG_ERROR;
	CHECK(x264_param_apply_profile(&param, "high") == 0);
	m->x264 = x264_encoder_open(&param);
	CHECK(m->x264 && x264_picture_alloc(&m->pic, X264_CSP_I420, W, H) == 0);
	m->opus = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &err);
	CHECK(m->opus && opus_encoder_ctl(m->opus, OPUS_SET_BITRATE(24000)) == OPUS_OK);
}

static void media_close(struct media *m)
{
	x264_picture_clean(&m->pic);
	x264_encoder_close(m->x264);
	opus_encoder_destroy(m->opus);
}

static struct au *picture(struct media *m, int64_t t_us, uint32_t duration_us)
{
	x264_picture_t out;
	x264_nal_t *nals;
	struct au *au;
	int n_nals, len, n = m->n_pictures++;

	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			m->pic.img.plane[0][y * m->pic.img.i_stride[0] + x] =
				(uint8_t)(x + y * 2 + n * 5 + (x * y >> 6));
	for (int p = 1; p < 3; p++)
		memset(m->pic.img.plane[p], 90 + n % 60,
		       (size_t)m->pic.img.i_stride[p] * H / 2);
	m->pic.i_pts = n;
	m->pic.i_type = n % 90 == 0 ? X264_TYPE_IDR : X264_TYPE_AUTO;
	len = x264_encoder_encode(m->x264, &nals, &n_nals, &m->pic, &out);
	CHECK(len > 0 && au_create(&au, nals[0].p_payload, (size_t)len) == 0);
	au->codec = CODEC_H264;
	au->flags = out.b_keyframe ? AU_KEY : 0;
	au->pts_us = START_US + t_us;
	au->duration_us = duration_us;
	return au;
}

static struct au *sound(struct media *m, int64_t t_us)
{
	int16_t pcm[960];
	uint8_t data[400];
	struct au *au;
	int len;

	for (int i = 0; i < 960; i++)
		pcm[i] = (int16_t)(8000 *
				   sin((m->n_sounds * 960 + i) * 440 * 6.2832 / 48000));
	m->n_sounds++;
	len = opus_encode(m->opus, pcm, 960, data, sizeof(data));
	CHECK(len > 0 && au_create(&au, data, (size_t)len) == 0);
	au->codec = CODEC_OPUS;
	au->pts_us = START_US + t_us;
	au->duration_us = SOUND_US;
	return au;
}

/* ---- recorder
 * -------------------------------------------------------------------------- */

static struct recording_result results[64];
static atomic_int n_done;

static void started(void *ctx, uint32_t id)
{
	(void)ctx;
	(void)id;
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(n_done < 64);
	results[n_done] = *result;
	n_done++;
}

static struct recorder *make(const char *where)
{
	const struct recorder_conf conf = {where, 0, &followed};
	const struct recorder_events events = {NULL, started, done};
	struct recorder *r;

	n_done = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void begin(struct recorder *r, const char *name)
{
	struct recording_conf conf = {.id = 1, .w_px = W, .h_px = H};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	CHECK(recorder_start(r, &conf) == 0);
}

static int followed_write(void *self, const struct aula_packet *p)
{
	int err = ops->write(self, p);

	if (atomic_load(&awaited) == p->data)
		atomic_store(&awaited, NULL);
	return err;
}

/* Waits until each picture is written, or the recording is over: a test makes
 * media faster than life, and the queue must not be full however slow the disk is. */
static int give(struct recorder *r, struct au *au)
{
	bool wait = au->codec == CODEC_H264; /* sound may be left out, pictures not */
	int err;

	au_get(au); /* so that no other one has its address */
	atomic_store(&awaited, au->data);
	err = recorder_push(r, 1, au);
	for (int i = 0;
	     !err && wait && i < 600000 && n_done == 0 && atomic_load(&awaited); i++)
		usleep(100);
	au_put(au);
	return err;
}

static void push(struct recorder *r, struct au *au)
{
	CHECK(give(r, au) == 0);
}

static void wait_done(int n)
{
	for (int i = 0; i < 60000 && n_done < n; i++)
		usleep(1000);
	CHECK(n_done >= n);
}

/* ---- judges
 * ---------------------------------------------------------------------------- */

static void run(const char *cmd, char *out, size_t size)
{
	FILE *f = popen(cmd, "r");
	size_t n;

	CHECK(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	CHECK(pclose(f) == 0);
}

/* One value of ffprobe, or what is written for it. */
static double probe(const char *path, const char *stream, const char *entry)
{
	char cmd[900], out[200];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error %s%s -show_entries %s -of csv=p=0 '%s' 2>&1",
		 *stream ? "-select_streams " : "", stream, entry, path);
	run(cmd, out, sizeof(out));
	return atof(out);
}

static void decodes(const char *path)
{
	char cmd[700], out[2000];

	snprintf(cmd, sizeof(cmd),
		 "ffmpeg -nostdin -v error -xerror -i '%s' -map 0 -f null - 2>&1", path);
	run(cmd, out, sizeof(out));
	if (*out)
		fprintf(stderr, "%s: %s\n", path, out);
	CHECK(!*out);
}

static void is_fast_start(const char *path)
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
	run(cmd, out, sizeof(out));
	if (strcmp(out, "h264,1\naac,1,1\nopus,1,0\n") != 0)
		fprintf(stderr, "%s", out);
	CHECK(strcmp(out, "h264,1\naac,1,1\nopus,1,0\n") == 0);
}

/* A file of `want` seconds, within `slack`, that plays. */
static void plays(const struct recording_result *result, double want, double slack)
{
	double video = probe(result->path, "v:0", "stream=duration");
	double aac = probe(result->path, "a:0", "stream=duration");
	struct stat st;

	CHECK(stat(result->path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK((uint64_t)st.st_size == result->bytes);
	is_fast_start(result->path);
	has_three_tracks(result->path);
	decodes(result->path);
	if (fabs(video - want) > slack || fabs(aac - want) > slack ||
	    fabs((double)result->duration_ms / 1000 - want) > slack)
		fprintf(stderr,
			"%s: video %.3f s, sound %.3f s, said %.3f s, not %.3f s\n",
			result->path, video, aac, (double)result->duration_ms / 1000,
			want);
	CHECK(fabs(video - want) <= slack && fabs(aac - want) <= slack);
	CHECK(fabs((double)result->duration_ms / 1000 - want) <= slack);
}

/* ---- tests
 * ------------------------------------------------------------------------------- */

/* Sound comes before its picture, as it does in life. */
static void five_seconds(void)
{
	struct recorder *r = make(dir);
	struct media m;
	int64_t t = 0, v = 0;

	media_open(&m);
	begin(r, "five");
	for (t = -300000; t < 5000000; t += SOUND_US) {
		push(r, sound(&m, t));
		if (t < v + 80000)
			continue;
		push(r, picture(&m, v, FRAME_US));
		v += FRAME_US;
	}
	recorder_stop(r, 1);
	wait_done(1);
	recorder_destroy(r);
	media_close(&m);
	CHECK(results[0].err == 0 && !results[0].interrupted);
	plays(&results[0], 5.0, 0.1);
	CHECK(fabs(probe(results[0].path, "a:1", "stream=duration") - 5.0) < 0.1);
	CHECK(fabs(probe(results[0].path, "v:0", "stream=start_time")) < 0.001);
	CHECK(fabs(probe(results[0].path, "a:0", "stream=start_time")) < 0.001);
	if (!getenv("KEEP"))
		unlink(results[0].path);
}

/* Nothing moves: a picture a second. It lasts until the sound ends. The sound
 * starts late and has a hole. */
static void still_picture(void)
{
	struct recorder *r = make(dir);
	struct media m;
	int64_t t, v = 0;

	media_open(&m);
	begin(r, "still");
	for (t = 0; t < 7900000; t += SOUND_US) {
		if (t >= v) {
			push(r, picture(&m, v, FRAME_US));
			v += v < 1000000 ? FRAME_US : 1000000;
		}
		if (t >= 200000 && (t < 3000000 || t >= 4500000))
			push(r, sound(&m, t));
	}
	recorder_stop(r, 1);
	wait_done(1);
	recorder_destroy(r);
	media_close(&m);
	CHECK(results[0].err == 0);
	plays(&results[0], 7.9, 0.1);
	CHECK(fabs(probe(results[0].path, "a:1", "stream=start_time") - 0.2) < 0.01);
	CHECK((int)probe(results[0].path, "v:0", "stream=nb_frames") == m.n_pictures);
	unlink(results[0].path);
}

static void without_sound(void)
{
	struct recorder *r = make(dir);
	char out[200], cmd[600];
	struct media m;

	media_open(&m);
	begin(r, "mute");
	for (int64_t t = 0; t < 2000000; t += FRAME_US)
		push(r, picture(&m, t, FRAME_US));
	recorder_destroy(r); /* as when the server is told to end */
	media_close(&m);
	CHECK(n_done == 1 && results[0].err == 0);
	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s'",
		 results[0].path);
	run(cmd, out, sizeof(out));
	CHECK(strcmp(out, "h264\n") == 0);
	decodes(results[0].path);
	CHECK(fabs(probe(results[0].path, "", "format=duration") - 2.0) < 0.1);
	unlink(results[0].path);
}

/* ---- crashes
 * ------------------------------------------------------------------------------ */

#define PART_US 4000000

static struct {
	off_t size;  /* of the part */
	int64_t pts; /* when this had been written */
} log_of_part[1000];
static int n_log;

static const uint8_t opus_head[19] = "OpusHead\1\1\0\0\x80\xbb";

static void plugin_open(void **self, const char *path, struct au *key)
{
	struct aula_track v = {sizeof(v), AULA_TRACK_VIDEO,  "h264", W, H, 0, 0,
			       key->data, (uint32_t)key->len};
	struct aula_track a = {sizeof(a), AULA_TRACK_AUDIO, "opus",           0, 0, 48000,
			       1,         opus_head,        sizeof(opus_head)};
	const struct aula_track *tracks[] = {&v, &a};

	CHECK(ops->open(self, path, tracks, 2) == 0);
}

static int plugin_write(void *self, struct au *au)
{
	struct aula_packet p = {sizeof(p),       au->codec == CODEC_OPUS,
				AULA_PACKET_KEY, au->pts_us - START_US,
				au->duration_us, au->data,
				au->len};

	p.flags = au->flags & AU_KEY || p.track ? AULA_PACKET_KEY : 0;
	return ops->write(self, &p);
}

/* A part, and how large it was when. */
static void write_part(const char *path)
{
	struct media m;
	struct stat st;
	int64_t v = 0;
	struct au *au;
	void *self;

	media_open(&m);
	au = picture(&m, 0, FRAME_US);
	plugin_open(&self, path, au);
	CHECK(plugin_write(self, au) == 0);
	au_put(au);
	for (int64_t t = 0; t < PART_US; t += SOUND_US) {
		au = sound(&m, t);
		CHECK(plugin_write(self, au) == 0);
		au_put(au);
		if (t >= v + FRAME_US) {
			v += FRAME_US;
			au = picture(&m, v, FRAME_US);
			CHECK(plugin_write(self, au) == 0);
			au_put(au);
		}
		CHECK(stat(path, &st) == 0 && n_log < 1000);
		log_of_part[n_log].size = st.st_size;
		log_of_part[n_log++].pts = t + SOUND_US;
	}
	CHECK(ops->close(self) == 0);
	media_close(&m);
}

static int64_t lived_until(off_t size)
{
	int64_t pts = 0;

	for (int i = 0; i < n_log && log_of_part[i].size <= size; i++)
		pts = log_of_part[i].pts;
	return pts;
}

static void recover_cut(const char *path, off_t size)
{
	int64_t until = lived_until(size);
	struct recorder *r;

	CHECK(truncate(path, size) == 0);
	r = make(dir);
	CHECK(recorder_recover(r) == 0);
	wait_done(1);
	recorder_destroy(r);
	CHECK(n_done == 1 && results[0].interrupted &&
	      strcmp(results[0].name, "cut") == 0);
	CHECK(access(path, F_OK) < 0);
	if (results[0].err || until - results[0].duration_ms * 1000 > 1000000)
		fprintf(stderr, "cut at %ld of %lld us: err %d, %lld ms\n", (long)size,
			(long long)until, results[0].err,
			(long long)results[0].duration_ms);
	if (until > 700000)
		CHECK(results[0].err == 0);
	CHECK(until - results[0].duration_ms * 1000 <= 1000000);
	if (results[0].err == 0) {
		decodes(results[0].path);
		is_fast_start(results[0].path);
		unlink(results[0].path);
	} else {
		char broken[600];

		CHECK(results[0].err == -EBADMSG);
		snprintf(broken, sizeof(broken), "%s/cut.broken.mp4", dir);
		CHECK(unlink(broken) == 0);
	}
}

static void cut_anywhere(void)
{
	char whole[600], path[600], cmd[1300], out[10];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s/whole", dir);
	snprintf(path, sizeof(path), "%s/cut.part.mp4", dir);
	write_part(whole);
	CHECK(stat(whole, &st) == 0);
	for (int i = 0; i <= 16; i++) {
		snprintf(cmd, sizeof(cmd), "cp '%s' '%s'", whole, path);
		run(cmd, out, sizeof(out));
		/* 0 bytes are of a young part: let them be */
		recover_cut(path, i == 0 ? 7 : st.st_size * i / 16 - (i % 3) * 11);
	}
	unlink(whole);
}

/* Records until it is killed, and says how far it got. */
static void record_for_ever(int out)
{
	struct recorder *r = make(dir);
	struct media m;
	int64_t v = 0;

	media_open(&m);
	begin(r, "killed");
	for (int64_t t = 0;; t += SOUND_US) {
		if (t >= v) {
			push(r, picture(&m, v, FRAME_US));
			v += FRAME_US;
		}
		push(r, sound(&m, t));
		CHECK(write(out, &t, sizeof(t)) == sizeof(t));
		usleep(4000);
	}
}

static void killed(void)
{
	struct recorder *r;
	int pipe_fds[2];
	int64_t t = 0;
	pid_t pid;

	CHECK(pipe(pipe_fds) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0)
		record_for_ever(pipe_fds[1]);
	while (t < 3700000)
		CHECK(read(pipe_fds[0], &t, sizeof(t)) == sizeof(t));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	close(pipe_fds[1]);
	while (read(pipe_fds[0], &t, sizeof(t)) == sizeof(t))
		;
	close(pipe_fds[0]);

	r = make(dir);
	CHECK(recorder_recover(r) == 0);
	recorder_destroy(r);
	CHECK(n_done == 1 && results[0].err == 0 && results[0].interrupted);
	plays(&results[0], (double)t / 1e6 - 0.5, 0.5);
	unlink(results[0].path);
}

/* ---- a full disk
 * ------------------------------------------------------------------------ */

static void disk_full(void)
{
	char small[600], cmd[700], out[10];
	struct recorder *r;
	struct media m;
	int64_t v;

	snprintf(small, sizeof(small), "%s/small", dir);
	CHECK(mkdir(small, 0700) == 0);
	if (mount("none", small, "tmpfs", 0, "size=300k,mode=700") < 0) {
		fprintf(stderr, "no tmpfs here: the full disk is not tried\n");
		rmdir(small);
		return;
	}
	r = make(small);
	media_open(&m);
	begin(r, "full");
	for (v = 0; v < 60000000 && n_done == 0; v += FRAME_US) {
		give(r, picture(&m, v, FRAME_US));
	}
	wait_done(1);
	recorder_destroy(r);
	media_close(&m);
	CHECK(results[0].err == -ENOSPC && results[0].bytes > 200000);
	decodes(results[0].path);
	CHECK(probe(results[0].path, "", "format=duration") > 1);
	snprintf(cmd, sizeof(cmd), "umount '%s'", small);
	run(cmd, out, sizeof(out));
	CHECK(rmdir(small) == 0);
}

/* ---- bad input
 * ---------------------------------------------------------------------------- */

static void refusals(void)
{
	struct aula_track v = {
		.size = sizeof(v), .kind = AULA_TRACK_VIDEO, .codec = "vp8"};
	const struct aula_track *tracks[] = {&v, &v, &v};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1};
	struct aula_finished info = {.size = sizeof(info)};
	char path[600], to[600];
	struct media m;
	struct au *au;
	void *self;
	int fd;

	snprintf(path, sizeof(path), "%s/x.part.mp4", dir);
	snprintf(to, sizeof(to), "%s/x.mp4", dir);
	CHECK(ops->open(&self, path, tracks, 1) == -ENOTSUP);
	CHECK(ops->open(&self, path, tracks, 0) == -ENOTSUP);
	CHECK(ops->open(&self, path, tracks, 3) == -ENOTSUP);
	memcpy(v.codec, "h264", 5);
	CHECK(ops->open(&self, path, tracks, 1) == -EINVAL); /* no parameter sets */
	CHECK(ops->open(&self, "/nonexistent/x", tracks, 1) == -ENOENT);

	media_open(&m);
	au = picture(&m, 0, FRAME_US);
	plugin_open(&self, path, au);
	p.track = 2;
	CHECK(ops->write(self, &p) == -EINVAL);
	p.track = 0;
	p.pts_us = -1;
	CHECK(ops->write(self, &p) == -EINVAL);
	p.pts_us = 0;
	p.len = 0;
	CHECK(ops->write(self, &p) == -EINVAL);
	CHECK(plugin_write(self, au) == 0);
	CHECK(plugin_write(self, au) == 0); /* the same time again: moved on by a tick */
	CHECK(ops->close(self) == 0);
	CHECK(ops->finish(path, to, &info) == 0 && info.bytes > 500);
	au_put(au);
	media_close(&m);
	unlink(to);

	CHECK(ops->finish("/nonexistent/x", to, &info) == -ENOENT);
	fd = open(path, O_WRONLY | O_TRUNC);
	CHECK(ops->finish(path, to, &info) == -EBADMSG);
	CHECK(fd >= 0 && write(fd, "no film at all, but a few letters", 33) == 33);
	CHECK(ops->finish(path, to, &info) == -EBADMSG);
	CHECK(access(to, F_OK) < 0);
	close(fd);
	unlink(path);
	snprintf(path, sizeof(path), "%s/x.mp4.tmp", dir);
	CHECK(access(path, F_OK) < 0);
}

static void load(void)
{
	const char *plugins = getenv("PLUGIN_DIR") ? getenv("PLUGIN_DIR")
						   : "plugins/.libs";
	char path[600], why[200] = "";
	struct plugin *p;

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	snprintf(path, sizeof(path), "%s/record_mp4.so", plugins);
	if (plugin_load(&p, path, why, sizeof(why)) < 0)
		fprintf(stderr, "%s %s\n", path, why);
	CHECK(!*why && strcmp(plugin_name(p), "mp4") == 0);
	ops = plugin_recorder(p);
	followed = *ops;
	followed.write = followed_write;
	CHECK(ops && strcmp(ops->extension, "mp4") == 0);
}

int main(void)
{
	if (system("ffprobe -version >/dev/null 2>&1 && ffmpeg -version >/dev/null "
		   "2>&1") != 0)
		return 77;
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(dir));
	load();
	killed(); /* forks: first */
	five_seconds();
	still_picture();
	without_sound();
	cut_anywhere();
	disk_full();
	refusals();
	if (!getenv("KEEP"))
		CHECK(rmdir(dir) == 0);
	return 0;
}
