/* bench_record - what recordings cost in processor time, by edition and twenty at once;
 * how soon one of 50 minutes is ready when it ends; and by how much a file is shorter
 * when the server is killed. Needs ffprobe and ffmpeg for the last one.
 */
#include <errno.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "bench/footage.h"
#include "recorder/recorder.h"
#include "tests/kill_rig.h"
#include "tests/mp4_rig.h"
#include "tests/test.h"

#define W_PX       960
#define H_PX       540
#define BPS        600000 /* of a talking lecturer at that size */
#define PICTURE    (INT64_C(1000000) / FOOTAGE_FPS)
#define VOICES     50 /* one second of 20 ms */
#define MANY       20
#define CLASS_US   (INT64_C(3000) * SEC_US)
#define PART_US    (INT64_C(600) * SEC_US) /* as configured usually */
#define CALM_SEC   6
#define SENDERS    5
#define KILLS      50
#define KILL_ROUND 10

enum { FULL, SOUND, MKV, LIVE, SECOND, KINDS };
static const struct {
	const char *name, *file, *plugin, *figure;
} kinds[KINDS] = {
	[FULL] = {"full", "record_mp4", "mp4", "full"},
	[SOUND] = {"sound", "record_audio", "audio", "sound"},
	[MKV] = {"mkv", "record_mkv", "mkv", "mkv"},
	[LIVE] = {"live", "record_hls", "hls", "live"},
	[SECOND] = {"light", "record_mp4", "mp4", NULL},
};

static struct au *pictures[FOOTAGE_FRAMES], *voices[VOICES];
static const struct aula_recorder_ops *ops[KINDS];
static atomic_int n_done;
static atomic_int first_err;
static atomic_llong all_ms; /* of what was finished */
/* packets that the editions of the long class have written */
static atomic_llong n_full, n_sound;
static struct aula_recorder_ops counted_full, counted_sound;

static void on_started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	(void)id;
	(void)at_ms;
}

static void on_done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	if (result->err)
		atomic_store(&first_err, result->err);
	all_ms += result->duration_ms;
	n_done++;
}

static int write_full(void *self, const struct aula_packet *packet)
{
	int err = ops[FULL]->write(self, packet);

	n_full++;
	return err;
}

static int write_sound(void *self, const struct aula_packet *packet)
{
	int err = ops[SOUND]->write(self, packet);

	n_sound++;
	return err;
}

static struct recorder *make(const char *dir, int64_t part_us)
{
	struct recorder_conf conf = {.dir = dir, .part_us = part_us};
	const struct recorder_events events = {NULL, on_started, on_done, NULL, NULL};
	struct recorder *r;

	for (int k = 0; k < KINDS; k++) {
		snprintf(conf.editions[k].name, sizeof(conf.editions[k].name), "%s",
			 kinds[k].name);
		conf.editions[k].ops = k == FULL    ? &counted_full
				       : k == SOUND ? &counted_sound
						    : ops[k];
	}
	n_done = 0;
	first_err = 0;
	all_ms = n_full = n_sound = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void start(struct recorder *r, uint32_t id, uint32_t bits)
{
	struct recording_conf conf = {.id = id};

	snprintf(conf.name, sizeof(conf.name), "r%u", id);
	for (uint32_t k = 0; k < KINDS; k++) {
		struct recording_edition *e = &conf.editions[conf.n_editions];

		if (!(bits & 1u << k))
			continue;
		e->edition = k;
		if (k != SOUND) {
			e->video = 1;
			e->w_px = W_PX;
			e->h_px = H_PX;
		}
		conf.n_editions++;
	}
	CHECK(recorder_start(r, &conf) == 0);
}

/* The same pictures and voices again and again, with their own times. */
static struct au *again(const struct au *from, int64_t t_us, uint32_t duration_us)
{
	struct au *au;

	CHECK(au_create(&au, from->data, from->len) == 0);
	au->codec = from->codec;
	au->flags = from->flags;
	au->w_px = from->w_px;
	au->h_px = from->h_px;
	au->pts_us = MP4_START_US + t_us;
	au->duration_us = duration_us;
	return au;
}

/* What `n` recordings get in the second `sec`; each unit is shared, as in the server. */
static void push_second(struct recorder *r, uint32_t n, int64_t sec, int64_t began_us)
{
	int next = 0;

	for (int v = 0; v < VOICES; v++) {
		int64_t t = sec * SEC_US + v * MP4_SOUND_US;
		struct au *voice = again(voices[v], t, MP4_SOUND_US), *picture = NULL;
		int64_t early_us = began_us ? began_us + t - clock_us() : 0;

		if (early_us > 0)
			usleep((useconds_t)early_us);
		if (v * MP4_SOUND_US >= next * PICTURE && next < FOOTAGE_FRAMES) {
			picture = again(pictures[next], sec * SEC_US + next * PICTURE,
					PICTURE);
			next++;
		}
		for (uint32_t id = 1; id <= n; id++) {
			if (picture)
				recorder_push(r, id, 1, au_get(picture));
			recorder_push(r, id, 0, au_get(voice));
		}
		au_put(picture);
		au_put(voice);
	}
}

static void wait_done(int n)
{
	for (int i = 0; i < 600000 && n_done < n; i++)
		usleep(1000);
	CHECK(n_done == n);
	CHECK(atomic_load(&first_err) == 0);
}

static int count_bits(uint32_t bits)
{
	int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* Percent of a core while `n` run at the pace of life, without what pushing costs. */
static double cpu_percent(uint32_t n, uint32_t bits)
{
	struct recorder *r = make(mp4_dir, PART_US);
	int64_t from_us, cpu_from, own_from, cpu, took_us;

	for (uint32_t id = 1; id <= n; id++)
		start(r, id, bits);
	from_us = clock_us();
	push_second(r, n, 0, from_us); /* the files are opened */
	cpu_from = cpu_all_ns();
	own_from = cpu_ns();
	for (int64_t sec = 1; sec <= CALM_SEC; sec++)
		push_second(r, n, sec, from_us);
	cpu = (cpu_all_ns() - cpu_from) - (cpu_ns() - own_from);
	took_us = clock_us() - from_us - SEC_US;
	for (uint32_t id = 1; id <= n; id++)
		recorder_stop(r, id);
	wait_done((int)n * count_bits(bits));
	/* all of it was recorded */
	CHECK(all_ms >= (int)n * count_bits(bits) * CALM_SEC * 1000);
	recorder_destroy(r);
	CHECK(system("rm -rf /tmp/test_record_mp4.*/r*") == 0);
	return (double)cpu / 1000 / (double)took_us * 100;
}

static void bench_cpu(void)
{
	uint32_t four = 0;

	for (uint32_t k = 0; k < KINDS; k++) {
		four |= ops[k] ? 1u << k : 0;
		if (ops[k] && kinds[k].figure)
			printf("recording_cpu_percent.%s %.2f\n", kinds[k].figure,
			       cpu_percent(1, 1u << k));
	}
	printf("recording_cpu_percent.all %.2f\n", cpu_percent(1, four));
	printf("recordings_20_cpu_percent %.1f\n",
	       cpu_percent(MANY, 1u << FULL | 1u << SOUND));
}

/* The cameras and voices of five, as they come; without what pushing costs. */
static void push_senders(struct recorder *r, int64_t sec, int64_t began_us)
{
	int next = 0;

	for (int v = 0; v < VOICES; v++) {
		int64_t t = sec * SEC_US + v * MP4_SOUND_US;
		int64_t early_us = began_us + t - clock_us();
		bool due = v * MP4_SOUND_US >= next * PICTURE && next < FOOTAGE_FRAMES;

		if (early_us > 0)
			usleep((useconds_t)early_us);
		for (uint32_t i = 0; i < SENDERS; i++) {
			struct au *voice = again(voices[v], t, 0);

			voice->arrival_us = voice->pts_us;
			recorder_push_sender(r, 1, 10 + 2 * i, voice);
			if (due) {
				struct au *picture = again(pictures[next], t, 0);

				picture->arrival_us = picture->pts_us;
				recorder_push_sender(r, 1, 11 + 2 * i, picture);
			}
		}
		next += due;
	}
}

static void bench_tracks(void)
{
	struct recorder_conf conf = {.dir = mp4_dir};
	const struct recorder_events events = {NULL, on_started, on_done, NULL, NULL};
	const struct recording_conf one = {
		.id = 1, .name = "r1", .n_editions = 1, .editions = {{.edition = 1}}};
	int64_t from_us, cpu_from, own_from, cpu, took_us;
	struct recorder *r;

	conf.editions[1] = (struct recorder_edition){"tracks",
						     mp4_load("record_tracks", "tracks")};
	n_done = 0;
	all_ms = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	CHECK(recorder_start(r, &one) == 0);
	for (uint32_t i = 0; i < 2 * SENDERS; i++) {
		const struct recording_sender who = {
			10 + i, i % 2 ? AULA_FROM_CAMERA : AULA_FROM_VOICE, "m1", "A"};

		CHECK(recorder_sender(r, 1, &who) == 0);
	}
	from_us = clock_us();
	push_senders(r, 0, from_us);
	cpu_from = cpu_all_ns();
	own_from = cpu_ns();
	for (int64_t sec = 1; sec <= CALM_SEC; sec++)
		push_senders(r, sec, from_us);
	cpu = (cpu_all_ns() - cpu_from) - (cpu_ns() - own_from);
	took_us = clock_us() - from_us - SEC_US;
	recorder_stop(r, 1);
	wait_done(1);
	CHECK(all_ms >= CALM_SEC * 1000);
	recorder_destroy(r);
	CHECK(system("rm -rf /tmp/test_record_mp4.*/r*") == 0);
	printf("recording_cpu_percent.tracks %.2f\n",
	       (double)cpu / 1000 / (double)took_us * 100);
}

/* A class is long enough ago that all parts but the last are finished when it ends: so
 * it is waited for before the last part begins. */
static void bench_ready(void)
{
	struct recorder *r = make(mp4_dir, PART_US);
	int64_t last_us = CLASS_US - CLASS_US % PART_US, ended_us;

	if (last_us == CLASS_US)
		last_us -= PART_US;
	start(r, 1, 1u << FULL | 1u << SOUND);
	for (int64_t sec = 0; sec < CLASS_US / SEC_US; sec++) {
		if (sec * SEC_US == last_us + 2 * SEC_US) {
			int64_t cpu;

			do {
				cpu = cpu_all_ns();
				usleep(500000);
			} while (cpu_all_ns() - cpu > 50000000);
		}
		push_second(r, 1, sec, 0);
		/* the queue is of two seconds */
		while (n_full < (sec + 1) * (VOICES + FOOTAGE_FRAMES) - VOICES ||
		       n_sound < sec * VOICES)
			usleep(500);
	}
	ended_us = clock_us();
	recorder_stop(r, 1);
	wait_done(2);
	printf("ready_after_stop_s %.2f\n", (double)(clock_us() - ended_us) / 1e6);
	recorder_destroy(r);
	CHECK(system("rm -rf /tmp/test_record_mp4.*/r*") == 0);
}

static void bench_kills(void)
{
	struct kill_result results[KILL_ROUND];
	double worst = 0, sum = 0;
	int64_t after_ms[KILL_ROUND];
	int n_plays = 0;

	srand(7);
	for (int k = 0; k < KILLS; k += KILL_ROUND) {
		for (int i = 0; i < KILL_ROUND; i++)
			after_ms[i] = 1500 + rand() % 6000;
		kill_some(KILL_ROUND, after_ms, k % 20 ? 1700000 : 0, results);
		for (int i = 0; i < KILL_ROUND; i++) {
			double lost = 0;
			bool plays = true;

			for (int e = 0; e < KILL_EDITIONS; e++) {
				lost = fmax(lost,
					    (double)(results[i].pushed_us -
						     results[i].editions[e].file_us) /
						    1e6);
				plays = plays && results[i].editions[e].plays;
			}
			n_plays += plays;
			sum += lost;
			worst = fmax(worst, lost);
		}
	}
	printf("kill_loss_s.max %.2f\n", worst);
	printf("kill_loss_s.mean %.2f\n", sum / KILLS);
	printf("kills_that_play %d\n", n_plays);
}

static void media_make(void)
{
	struct mp4_media m;

	footage_sized(pictures, 1, W_PX, H_PX, BPS);
	for (int i = 0; i < FOOTAGE_FRAMES; i++) {
		pictures[i]->w_px = W_PX;
		pictures[i]->h_px = H_PX;
	}
	mp4_media_open(&m);
	for (int i = 0; i < VOICES; i++)
		voices[i] = mp4_sound(&m, i * MP4_SOUND_US);
	mp4_media_close(&m);
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	for (int k = 0; k < KINDS; k++)
		ops[k] = mp4_load(kinds[k].file, kinds[k].plugin);
	counted_full = *ops[FULL];
	counted_full.write = write_full;
	counted_sound = *ops[SOUND];
	counted_sound.write = write_sound;
	media_make();
	bench_cpu();
	bench_tracks();
	bench_ready();
	bench_kills();
	for (int i = 0; i < FOOTAGE_FRAMES; i++)
		au_put(pictures[i]);
	for (int i = 0; i < VOICES; i++)
		au_put(voices[i]);
	mp4_teardown();
	return 0;
}
