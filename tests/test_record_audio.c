/* Real H.264 and Opus through the recorder in three editions at once: ffprobe and ffmpeg
 * judge the files; one of them is of a killed writer. Needs both programs, else it is
 * skipped.
 */
#include "tests/mp4_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FULL, LIGHT, SOUND, N };

static const struct aula_recorder_ops *audio_ops;

static struct aula_recorder_ops followed; /* which tell what was written */
static _Atomic(const uint8_t *) awaited;  /* the data of a picture that is not yet */
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

static int followed_write(void *self, const struct aula_packet *p)
{
	int err = mp4_ops->write(self, p);

	if (atomic_load(&awaited) == p->data)
		atomic_store(&awaited, NULL);
	return err;
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {.dir = mp4_dir,
					   .editions = {{"full", &followed},
							{"light", &followed},
							{"sound", audio_ops}}};
	const struct recorder_events events = {NULL, started, done, NULL, NULL};
	struct recorder *r;

	followed = *mp4_ops;
	followed.write = followed_write;
	memset(results, 0, sizeof(results));
	n_done = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void begin(struct recorder *r, const char *name)
{
	struct recording_conf conf = {.id = 1,
				      .n_editions = N,
				      .editions = {{FULL, 11, MP4_W, MP4_H, "", false},
						   {LIGHT, 12, MP4_W, MP4_H, "", false},
						   {SOUND, 0, 0, 0, "", false}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	CHECK(recorder_start(r, &conf) == 0);
}

/* Two encoders, the second one at a third of the rate, and one sound. */
struct sender {
	struct mp4_media full, light;
	int64_t next_full, next_light;
	bool paused; /* nothing is written */
};

static void sender_open(struct sender *s)
{
	memset(s, 0, sizeof(*s));
	mp4_media_open(&s->full);
	mp4_media_open(&s->light);
	s->next_light = 30000; /* begins a little later */
}

static void sender_close(struct sender *s)
{
	mp4_media_close(&s->full);
	mp4_media_close(&s->light);
}

/* Waits for a while until it is written: the media is made faster than life, and the
 * queue must not be full however slow the disk is. */
static void push_picture(const struct sender *s, struct recorder *r, uint32_t video,
			 struct au *au)
{
	au_get(au); /* so that no other one has its address */
	atomic_store(&awaited, au->data);
	CHECK(recorder_push(r, 1, video, au) == 0);
	for (int i = 0; i < 20000 && !s->paused && atomic_load(&awaited); i++)
		usleep(100);
	au_put(au);
}

/* One step of 20 ms. */
static void send_step(struct sender *s, struct recorder *r, int64_t t)
{
	if (t >= s->next_full) {
		push_picture(s, r, 11, mp4_picture(&s->full, s->next_full, MP4_FRAME_US));
		s->next_full += MP4_FRAME_US;
	}
	if (t >= s->next_light) {
		push_picture(s, r, 12,
			     mp4_picture(&s->light, s->next_light, 3 * MP4_FRAME_US));
		s->next_light += 3 * MP4_FRAME_US;
	}
	CHECK(recorder_push(r, 1, 0, mp4_sound(&s->full, t)) == 0);
}

static void has_streams(uint32_t edition, const char *want)
{
	char cmd[700], out[300];

	snprintf(cmd, sizeof(cmd),
		 "ffprobe -v error -show_entries stream=codec_name -of csv=p=0 '%s' 2>&1",
		 results[edition].path);
	mp4_run(cmd, out, sizeof(out));
	if (strcmp(out, want) != 0)
		fprintf(stderr, "%s has %s", results[edition].path, out);
	CHECK(strcmp(out, want) == 0);
}

/* All play, and are of one length. */
static void all_play(double want, double slack)
{
	double whole;

	CHECK(n_done == N);
	whole = mp4_probe(results[FULL].path, "", "format=duration");
	has_streams(FULL, "h264\naac\nopus\n");
	has_streams(LIGHT, "h264\naac\nopus\n");
	has_streams(SOUND, "aac\n");
	for (int i = 0; i < N; i++) {
		double length = mp4_probe(results[i].path, "", "format=duration");

		CHECK(results[i].err == 0 && results[i].bytes > 1000);
		mp4_decodes(results[i].path);
		mp4_is_fast_start(results[i].path);
		if (fabs(length - want) > slack || fabs(length - whole) > 0.1)
			fprintf(stderr, "%s: %.3f s, the full one %.3f, not %.3f\n",
				results[i].path, length, whole, want);
		CHECK(fabs(length - want) <= slack && fabs(length - whole) <= 0.1);
		CHECK(fabs((double)results[i].duration_ms / 1000 - length) <= 0.1);
		unlink(results[i].path);
	}
}

static void three_editions(void)
{
	struct recorder *r = make();
	struct sender s;

	sender_open(&s);
	begin(r, "three");
	for (int64_t t = 0; t < 3000000; t += MP4_SOUND_US)
		send_step(&s, r, t);
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	sender_close(&s);
	all_play(3.0, 0.1);
}

/* Two seconds, a pause of one, and one more: three in the file. */
static void with_a_pause(void)
{
	struct recorder *r = make();
	struct sender s;

	sender_open(&s);
	begin(r, "paused");
	for (int64_t t = 0; t < 4000000; t += MP4_SOUND_US) {
		if (t == 2000000) {
			CHECK(recorder_pause(r, 1) == 0);
			s.paused = true;
		}
		if (t == 3000000) {
			CHECK(recorder_resume(r, 1) == 0);
			s.paused = false;
			/* as a tap does: a key frame now */
			s.full.n_pictures = s.light.n_pictures = 0;
		}
		send_step(&s, r, t);
	}
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	sender_close(&s);
	all_play(3.0, 0.15);
}

static void record_for_ever(int out)
{
	struct recorder *r = make();
	struct sender s;

	sender_open(&s);
	begin(r, "killed");
	for (int64_t t = 0;; t += MP4_SOUND_US) {
		send_step(&s, r, t);
		CHECK(write(out, &t, sizeof(t)) == sizeof(t));
	}
}

static void killed(void)
{
	int64_t t = mp4_killed_at(record_for_ever, 3700000);
	struct recorder *r;

	r = make();
	CHECK(recorder_recover(r) == 0);
	recorder_destroy(r);
	CHECK(n_done == N);
	for (int i = 0; i < N; i++) {
		double length = mp4_probe(results[i].path, "", "format=duration");

		CHECK(results[i].interrupted && results[i].err == 0);
		CHECK(fabs(length - ((double)t / 1e6 - 0.5)) <= 0.6);
		mp4_decodes(results[i].path);
		unlink(results[i].path);
	}
}

static void refusals(void)
{
	struct aula_track v = {
		.size = sizeof(v), .kind = AULA_TRACK_VIDEO, .codec = "h264"};
	const struct aula_track *tracks[] = {&v, &v};
	struct aula_finished info = {.size = sizeof(info)};
	char path[600], to[600];
	void *self;
	FILE *f;

	snprintf(path, sizeof(path), "%s/x.part.m4a", mp4_dir);
	snprintf(to, sizeof(to), "%s/x.m4a", mp4_dir);
	CHECK(audio_ops->open(&self, path, tracks, 1) == -ENOTSUP);
	CHECK(audio_ops->open(&self, path, tracks, 2) == -ENOTSUP);
	CHECK(audio_ops->open(&self, path, tracks, 0) == -ENOTSUP);
	CHECK(audio_ops->finish(path, to, &info) == -ENOENT);
	f = fopen(path, "w");
	CHECK(f && fputs("no sound at all, but some letters", f) >= 0 && fclose(f) == 0);
	CHECK(audio_ops->finish(path, to, &info) == -EBADMSG && access(to, F_OK) < 0);
	unlink(path);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	audio_ops = mp4_load("record_audio", "audio");
	CHECK(strcmp(audio_ops->extension, "m4a") == 0);
	killed(); /* forks: first */
	three_editions();
	with_a_pause();
	refusals();
	mp4_teardown();
	return 0;
}
