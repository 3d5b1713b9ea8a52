/* A recording in several editions at once: one clock, pauses, one that fails or is slow,
 * parts of a dead server, deletion. The plugins write what they are given as text.
 */
#include "recorder/recorder.h"

#include "base/count.h"
#include "base/log.h"
#include "tests/recorder_rig.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FULL, LIGHT, SOUND, N };
enum { MAIN = 11, LOW = 12 }; /* the encoders */

static atomic_bool light_blocked, light_inside;
static atomic_int light_fails, light_refuses;

static int text_open(void **self, const char *path,
		     const struct aula_track *const *tracks, uint32_t n_tracks)
{
	FILE *f = fopen(path, "w");

	CHECK(f && setvbuf(f, NULL, _IONBF, 0) == 0);
	CHECK(tracks[n_tracks - 1]->kind == AULA_TRACK_AUDIO);
	fprintf(f, "%u:", n_tracks);
	*self = f;
	return 0;
}

static int text_write(void *self, const struct aula_packet *p)
{
	bool sound = p->len == 5 && p->flags & AULA_PACKET_KEY;

	fprintf(self, " %s%lld",
		sound                        ? "s"
		: p->flags & AULA_PACKET_KEY ? "K"
					     : "v",
		(long long)p->pts_us / 1000);
	return 0;
}

static int light_open(void **self, const char *path,
		      const struct aula_track *const *tracks, uint32_t n_tracks)
{
	return light_refuses ? light_refuses : text_open(self, path, tracks, n_tracks);
}

static int light_write(void *self, const struct aula_packet *p)
{
	atomic_store(&light_inside, true);
	while (atomic_load(&light_blocked))
		usleep(1000);
	return light_fails ? light_fails : text_write(self, p);
}

static int text_close(void *self)
{
	return fclose(self) ? -errno : 0;
}

static const struct aula_recorder_ops text_ops = {
	.size = sizeof(text_ops),
	.extension = "txt",
	.open = text_open,
	.write = text_write,
	.close = text_close,
};
static const struct aula_recorder_ops light_ops = {
	.size = sizeof(light_ops),
	.extension = "txt",
	.open = light_open,
	.write = light_write,
	.close = text_close,
};
static const struct aula_recorder_ops sound_ops = {
	.size = sizeof(sound_ops),
	.extension = "snd",
	.open = text_open,
	.write = text_write,
	.close = text_close,
};

static atomic_int n_ended, ended_early;

/* Of the light one, and it is told before it is done. */
static void ended(void *ctx, const struct recording_result *result)
{
	CHECK(ctx == rec_results && result->edition == LIGHT && result->err);
	CHECK(result->id == 1 && strcmp(result->name, "x") == 0);
	ended_early += rec_n_done == 0;
	n_ended++;
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {.dir = rec_dir,
					   .editions = {{"full", &text_ops},
							{"light", &light_ops},
							{"sound", &sound_ops}}};
	const struct recorder_events events = {rec_results, rec_started, rec_done, ended,
					       NULL};
	struct recorder *r;

	rec_n_done = rec_n_started = 0;
	n_ended = ended_early = 0;
	light_fails = light_refuses = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static const struct recording_conf all = {.id = 1,
					  .name = "x",
					  .n_editions = N,
					  .editions = {{FULL, MAIN, 64, 36, "", false},
						       {LIGHT, LOW, 32, 18, "", false},
						       {SOUND, 0, 0, 0, "", false}}};

/* Letters with times, to the encoder; a sound to all. */
static void push(struct recorder *r, uint32_t video, const char *letters)
{
	char *copy = strdup(letters), *save, *word;

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		CHECK(recorder_push(r, 1, video, rec_unit(word[0], atoll(word + 1))) ==
		      0);
	free(copy);
}

static const struct recording_result *told(uint32_t edition)
{
	const struct recording_result *found = NULL;

	for (int i = 0; i < rec_n_done; i++) {
		if (rec_results[i].edition != edition)
			continue;
		CHECK(!found);
		found = &rec_results[i];
	}
	CHECK(found);
	return found;
}

static void files_are(const char *full, const char *light, const char *sound)
{
	rec_file_is("x.txt", full);
	rec_file_is("x.light.txt", light);
	rec_file_is("x.sound.snd", sound);
}

/* The zero is that of the first key frame; the first picture of the other one stands
 * from there, and all have the same sound. */
static void one_clock(void)
{
	struct recorder *r = make();

	CHECK(recorder_start(r, &all) == 0);
	push(r, LOW, "v990");
	push(r, 0, "s980 s1000");
	push(r, MAIN, "K1000");
	push(r, 0, "s1020");
	push(r, LOW, "v1030 K1100 v1200");
	push(r, MAIN, "v1066");
	push(r, 0, "s1040");
	push(r, 99, "K1100"); /* nobody's */
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_started == 1 && rec_n_done == N);
	for (uint32_t i = 0; i < N; i++)
		CHECK(told(i)->err == 0 && told(i)->bytes > 0 && told(i)->id == 1);
	files_are("2: K0 s0 s20 v66 s40", "2: K0 s0 s20 v200 s40", "1: s0 s20 s40");
}

/* A key frame of the moment before the first one is as good. */
static void the_other_is_earlier(void)
{
	struct recorder *r = make();

	CHECK(recorder_start(r, &all) == 0);
	push(r, MAIN, "K1000");
	push(r, LOW, "K960 v1060");
	push(r, 0, "s980 s1000");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	files_are("2: K0 s0", "2: K0 v60 s0", "1: s0");
}

static void only_sound(void)
{
	struct recording_conf conf = {.id = 1,
				      .name = "x",
				      .n_editions = 1,
				      .editions = {{SOUND, 0, 0, 0, "", false}}};
	struct recorder *r = make();

	CHECK(recorder_start(r, &conf) == 0);
	push(r, MAIN, "K900");
	push(r, 0, "s1000 s1020");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_started == 1 && rec_n_done == 1 && told(SOUND)->duration_ms == 40);
	files_are(NULL, NULL, "1: s0 s20");
}

/* Nothing of the pause is there, nor a gap; the sound of what goes on waits for its
 * picture, which counts from the end of what was. */
static void pause_and_resume(void)
{
	struct recorder *r = make();

	CHECK(recorder_pause(r, 1) == -ENOENT && recorder_resume(r, 1) == -ENOENT);
	CHECK(recorder_start(r, &all) == 0);
	CHECK(recorder_resume(r, 1) == 0); /* nothing to it */
	push(r, MAIN, "K1000");
	push(r, LOW, "K1000");
	push(r, 0, "s1000 s1020");
	CHECK(recorder_pause(r, 1) == 0);
	push(r, 0, "s1040");
	push(r, MAIN, "v1066 K1500");
	CHECK(recorder_resume(r, 1) == 0);
	push(r, 0, "s2480 s2500");
	push(r, MAIN, "v2490 K2500");
	push(r, LOW, "v2510");
	push(r, 0, "s2520");
	push(r, LOW, "K2530");
	push(r, MAIN, "v2566");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_started == 2 && rec_n_done == N);
	CHECK(told(SOUND)->duration_ms == 80);
	files_are("2: K0 s0 s20 K40 s40 s60 v106", "2: K0 s0 s20 s40 s60 K70",
		  "1: s0 s20 s40 s60");
}

/* It was stopped while it paused. */
static void ends_in_a_pause(void)
{
	struct recorder *r = make();

	CHECK(recorder_start(r, &all) == 0);
	push(r, MAIN, "K1000");
	push(r, LOW, "K1000");
	push(r, 0, "s1000");
	CHECK(recorder_pause(r, 1) == 0);
	push(r, MAIN, "K2000");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	files_are("2: K0 s0", "2: K0 s0", "1: s0");
}

static void one_fails(void)
{
	struct recorder *r = make();

	light_fails = -EIO;
	CHECK(recorder_start(r, &all) == 0);
	push(r, MAIN, "K0");
	push(r, LOW, "K0");
	rec_wait_done(1);
	CHECK(told(LIGHT)->err == -EIO && rec_n_done == 1);
	push(r, LOW, "v50");
	push(r, MAIN, "v60");
	push(r, 0, "s60");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == N && told(FULL)->err == 0 && told(SOUND)->err == 0);
	files_are("2: K0 v60 s60", "2:", "1: s60");
}

/* What it would have begun with could not be opened: it begins with what can. */
static void the_first_fails(void)
{
	struct recorder *r = make();

	light_refuses = -EIO;
	CHECK(recorder_start(r, &all) == 0);
	push(r, LOW, "K0");
	rec_wait_done(1);
	CHECK(told(LIGHT)->err == -EIO && rec_n_started == 0);
	push(r, MAIN, "K50 v100");
	push(r, 0, "s60");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == N && rec_n_started == 1);
	files_are("2: K0 v100 s60", NULL, "1: s60");
}

/* Until this part is so long: what is pushed here is faster than life. */
static void wait_for(const char *name, off_t bytes)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", rec_dir, name);
	while (stat(path, &st) < 0 || st.st_size < bytes)
		usleep(1000);
}

/* The others do not notice. */
static void one_is_slow(void)
{
	struct recorder *r = make();

	light_blocked = true;
	light_inside = false;
	CHECK(recorder_start(r, &all) == 0);
	push(r, MAIN, "K0");
	push(r, LOW, "K0");
	while (!light_inside)
		usleep(1000);
	push(r, 0, "s20");
	push(r, MAIN, "v120");
	wait_for("x.part.txt", (off_t)strlen("2: K0 s20 v120"));
	wait_for("x.sound.part.snd", (off_t)strlen("1: s20"));
	push(r, LOW, "v2066");
	while (n_ended == 0)
		usleep(1000);
	push(r, MAIN, "v2066");
	push(r, 0, "s40");
	CHECK(rec_n_done == 0);
	light_blocked = false;
	rec_wait_done(1);
	CHECK(told(LIGHT)->err == -EOVERFLOW && rec_n_done == 1);
	CHECK(n_ended == 1 && ended_early == 1);
	push(r, MAIN, "v2070");
	wait_for("x.part.txt", (off_t)strlen("2: K0 s20 v120 v2066 s40 v2070"));
	push(r, 0, "s400");
	wait_for("x.sound.part.snd", (off_t)strlen("1: s20 s40 s400"));
	push(r, 0, "s2100");
	push(r, MAIN, "v2133 K2200 v2266");
	CHECK(recorder_stop(r, 1) == 0);
	recorder_destroy(r);
	CHECK(rec_n_done == N && told(FULL)->err == 0 && told(SOUND)->err == 0);
	CHECK(n_ended == 1); /* of the others there is nothing to do anew */
	files_are("2: K0 s20 v120 v2066 s40 v2070 s400 s2100 v2133 K2200 v2266",
		  "2: K0 s20", "1: s20 s40 s400 s2100");
}

/* All that a dead server left is found, whatever edition it is of. */
static void recovers(void)
{
	struct recorder *r = make();

	rec_put_file("x.part.txt", "f");
	rec_put_file("x.light.part.txt", "li");
	rec_put_file("x.sound.part.snd", "sou");
	rec_put_file("x.other.part.txt", "?");
	rec_put_file("x.light.part.snd", "?");
	CHECK(recorder_recover(r) == 0);
	rec_wait_done(N);
	recorder_destroy(r);
	CHECK(rec_n_done == N);
	for (uint32_t i = 0; i < N; i++)
		CHECK(told(i)->interrupted && told(i)->err == 0 &&
		      strcmp(told(i)->name, "x") == 0 && told(i)->bytes == i + 1);
	files_are("f", "li", "sou");
	rec_file_is("x.other.part.txt", "?");
	rec_file_is("x.light.part.snd", "?");

	r = make();
	rec_put_file("x.part.txt", "f");
	rec_put_file("x.sound.snd", "whole");
	CHECK(recorder_rescue(r, "x") == 0);
	rec_wait_done(N);
	recorder_destroy(r);
	CHECK(rec_n_done == N && told(FULL)->err == 0 && told(LIGHT)->err == -ENOENT);
	CHECK(told(SOUND)->err == 0 && told(SOUND)->bytes == 5);
	files_are("f", NULL, "whole");
}

static atomic_int n_removed;

static void removed(void *ctx, int err)
{
	CHECK(ctx == &n_removed && err == 0);
	n_removed++;
}

static void deletes(void)
{
	struct recorder *r = make();

	files_are(NULL, NULL, NULL);
	rec_put_file("x.txt", "f");
	rec_put_file("x.light.txt", "l");
	rec_put_file("x.light.broken.txt", "l");
	rec_put_file("x.sound.part.snd", "s");
	rec_put_file("x2.light.txt", "stays");
	CHECK(recorder_delete(r, "x", removed, &n_removed) == 0);
	recorder_destroy(r);
	CHECK(n_removed == 1);
	files_are(NULL, NULL, NULL);
	rec_file_is("x.light.broken.txt", NULL);
	rec_file_is("x.sound.part.snd", NULL);
	rec_file_is("x2.light.txt", "stays");
}

static void refusals(void)
{
	struct recorder *r = make();
	struct recording_conf conf = all;

	conf.n_editions = 0;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf.n_editions = EDITIONS_MAX + 1;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf = all;
	conf.editions[1].edition = FULL; /* twice */
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf.editions[1].edition = EDITIONS_MAX;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	conf.editions[1].edition = N;
	CHECK(recorder_start(r, &conf) == -ENOTSUP);
	conf = all;
	conf.editions[1].h_px = 0;
	CHECK(recorder_start(r, &conf) == -EINVAL);
	recorder_destroy(r);
	CHECK(rec_n_done == 0);
}

int main(void)
{
	log_set_level(LOG_ERROR);
	CHECK(mkdtemp(rec_dir));
	one_clock();
	the_other_is_earlier();
	only_sound();
	pause_and_resume();
	ends_in_a_pause();
	one_fails();
	the_first_fails();
	one_is_slow();
	recovers();
	deletes();
	refusals();
	CHECK(count_get(COUNT_REC_ACTIVE) == 0);
	CHECK(rmdir(rec_dir) == 0); /* nothing was left behind */
	return 0;
}
