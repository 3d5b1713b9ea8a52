/* What members send, by the recorder and its plugin "tracks": files that decode, by one
 * clock however each of them counts; sizes that change, who comes again, losses, pauses,
 * a kill, disks that fail. ffprobe and ffmpeg judge; without them it is skipped.
 */
#include "tests/disk_faults.h"
#include "tests/form_rig.h"
#include "tests/kill_rig.h"
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"

enum { CAMERA = 2, VOICE = 1, OTHER = 9, SCREEN = 3 };

static const struct aula_recorder_ops *real;
static struct aula_recorder_ops followed;
static atomic_int n_written, n_tracks, n_refused, n_ended, n_keys, n_done;
static atomic_int write_fails, gate, n_at_gate; /* while `gate` none is written */
static struct recording_result results[8];

/* ---- the recorder -------------------------------------------------------------------
 */

static int follow_write(void *self, const struct aula_packet *p)
{
	int err;

	n_at_gate += gate;
	while (gate)
		usleep(100);
	err = write_fails ? write_fails : real->write(self, p);
	n_written++;
	return err;
}

static int follow_track(void *self, uint32_t index, const struct aula_track *track,
			int64_t at_us)
{
	int err;

	CHECK(track->size == sizeof(*track) && (int)index == n_tracks && at_us >= 0);
	err = real->track(self, index, track, at_us);
	n_tracks += !err;
	n_refused += err != 0;
	return err;
}

static int follow_end(void *self, uint32_t index, int64_t at_us)
{
	CHECK((int)index < n_tracks && at_us >= 0);
	n_ended++;
	return real->track_end(self, index, at_us);
}

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	CHECK(id == 1 && at_ms >= 0);
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(n_done < 8);
	results[n_done] = *result;
	n_done++;
}

static void key_wanted(void *ctx, uint32_t source)
{
	(void)ctx;
	CHECK(source != VOICE && source != OTHER);
	n_keys++;
}

static struct recorder *make(void)
{
	const struct recorder_conf conf = {
		.dir = mp4_dir, .editions = {{"full", mp4_ops}, {"tracks", &followed}}};
	const struct recorder_events events = {NULL, started, done, NULL, key_wanted};
	struct recorder *r;

	n_written = n_tracks = n_refused = n_ended = n_keys = n_done = n_at_gate = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

static void begin(struct recorder *r, const char *name)
{
	struct recording_conf conf = {
		.id = 1, .n_editions = 1, .editions = {{.edition = 1}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	CHECK(recorder_start(r, &conf) == 0);
}

static void comes(struct recorder *r, uint32_t source, uint32_t from, const char *owner,
		  const char *name)
{
	struct recording_sender sender = {.source = source, .from = from};

	snprintf(sender.owner, sizeof(sender.owner), "%s", owner);
	snprintf(sender.name, sizeof(sender.name), "%s", name);
	CHECK(recorder_sender(r, 1, &sender) == 0);
}

static void until(atomic_int *n, int want)
{
	for (int i = 0; i < 200000 && *n < want; i++)
		usleep(100);
	if (*n != want)
		fprintf(stderr, "%d, not %d; written %d, tracks %d, ended %d, done %d\n",
			*n, want, n_written, n_tracks, n_ended, n_done);
	CHECK(*n == want);
}

/* ---- who sends ------------------------------------------------------------------------
 */

/* A member's clock has another zero than ours, and packets take their time. */
struct sends {
	struct recorder *r;
	uint32_t source;
	int64_t zero_us, arrival_us;
	int n; /* given so far, of all; those that are written */
};

static struct form_media media;

static void give(struct sends *s, struct au *au, int64_t t_us, int64_t late_us)
{
	au->pts_us = t_us + s->zero_us;
	au->arrival_us = MP4_START_US + t_us + late_us;
	au->duration_us = 0;
	CHECK(recorder_push_sender(s->r, 1, s->source, au) == 0);
}

static struct au *vp8(bool key, uint16_t w_px)
{
	struct au *au;

	if (key)
		media.mp4.n_pictures = 0;
	au = form_picture(&media, 0, 0);
	au->codec = CODEC_VP8;
	au->w_px = au->flags & AU_KEY ? w_px : 0;
	au->h_px = au->flags & AU_KEY ? MP4_H : 0;
	return au;
}

/* Of `from` to `to`: pictures each 100 ms, the first a key frame; sound each 20 ms, which
 * a network delivers with some jitter. Waits until all of it is written. */
static int sent; /* that must be written */

static void talk(struct sends *camera, struct sends *voice, int64_t from_us,
		 int64_t to_us)
{
	for (int64_t t = from_us; t < to_us; t += MP4_SOUND_US) {
		if (camera && (t - from_us) % 100000 == 0) {
			give(camera, vp8(t == from_us, MP4_W), t, t % 60000);
			sent++;
		}
		if (voice) {
			give(voice, mp4_sound(&media.mp4, 0), t, t * 7 % 35000);
			sent++;
		}
		if (t % 1500000 == 0 || t + MP4_SOUND_US >= to_us)
			until(&n_written, sent);
	}
}

/* ---- what comes of it
 * ------------------------------------------------------------------ */

static char folder[200];

static cJSON *list_of(const char *name)
{
	char path[300], text[20000];
	cJSON *json;
	ssize_t n;
	int fd;

	snprintf(folder, sizeof(folder), "%s/%s.tracks.dir", mp4_dir, name);
	snprintf(path, sizeof(path), "%s/tracks.json", folder);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = '\0';
	close(fd);
	json = cJSON_Parse(text);
	CHECK(json);
	return json;
}

static void has(const cJSON *list, int i, const char *key, const char *want)
{
	const cJSON *track = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(list, "tracks"), i);
	const char *is = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(track, key));

	if (!is || strcmp(is, want) != 0)
		fprintf(stderr, "track %d has %s %s, not %s\n", i, key, is ? is : "-",
			want);
	CHECK(is && strcmp(is, want) == 0);
}

static double number(const cJSON *list, int i, const char *key)
{
	const cJSON *track = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(list, "tracks"), i);

	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(track, key));
}

static int count(const cJSON *list)
{
	return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(list, "tracks"));
}

/* It decodes, begins and ends there (s), and the list says so. */
static void plays(const cJSON *list, int i, double from, double to)
{
	char path[300];
	double start, end;

	snprintf(path, sizeof(path), "%s/%d.mkv", folder, i + 1);
	mp4_decodes(path);
	start = mp4_probe(path, "", "format=start_time");
	end = start + mp4_probe(path, "", "format=duration");
	/* what libavformat calls duration is the end of a file that begins late */
	if (fabs(end - start - to) < 0.11)
		end = end - start;
	if (fabs(start - from) > 0.012 || fabs(end - to) > 0.11)
		fprintf(stderr, "%s: %.3f to %.3f, not %.3f to %.3f\n", path, start, end,
			from, to);
	CHECK(fabs(start - from) <= 0.012 && fabs(end - to) <= 0.11);
	CHECK(fabs(number(list, i, "start_ms") / 1000 - from) <= 0.012);
	CHECK(fabs(number(list, i, "end_ms") / 1000 - to) <= 0.11);
}

static void gone(const char *name)
{
	char cmd[300];

	if (getenv("KEEP"))
		return;
	snprintf(cmd, sizeof(cmd), "rm -r '%s/%s.tracks.dir'", mp4_dir, name);
	CHECK(system(cmd) == 0);
}

static void over(struct recorder *r)
{
	CHECK(recorder_stop(r, 1) == 0);
	until(&n_done, 1);
	recorder_destroy(r);
	if (results[0].err)
		fprintf(stderr, "err=%d\n", results[0].err);
	CHECK(results[0].err == 0 && results[0].edition == 1 && results[0].bytes > 1000);
}

/* A lecturer's camera and voice, and somebody who asks something in between. */
static void two_members(void)
{
	struct recorder *r = make();
	struct sends camera = {.r = r, .source = CAMERA, .zero_us = INT64_C(81726354)};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = -INT64_C(99887766)};
	struct sends other = {.r = r, .source = OTHER, .zero_us = 0};
	cJSON *list;

	begin(r, "two");
	sent = 0;
	comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann \"A\" \\ Ж\n");
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	talk(&camera, &voice, 0, 2000000);
	comes(r, OTHER, AULA_FROM_VOICE, "m12", "Bob");
	talk(NULL, &other, 2000000, 3000000);
	CHECK(recorder_sender_gone(r, 1, OTHER) == 0);
	until(&n_ended, 1);
	talk(&camera, &voice, 3000000, 4000000);
	comes(r, OTHER, AULA_FROM_VOICE, "m12", "Bob");
	talk(NULL, &other, 4000000, 5000000);
	/* what is no member's is not for it, and the other way round */
	CHECK(recorder_push(r, 1, 0, mp4_sound(&media.mp4, 5000000)) == 0);
	CHECK(recorder_push_sender(r, 1, 77, mp4_sound(&media.mp4, 5000000)) == 0);
	over(r);
	CHECK(n_written == sent);
	list = list_of("two");
	CHECK(count(list) == 4 && n_tracks == 4);
	has(list, 0, "file", "1.mkv");
	has(list, 0, "owner", "m3");
	has(list, 0, "name", "Ann \"A\" \\ Ж\n");
	has(list, 0, "source", "camera");
	has(list, 0, "codec", "vp8");
	CHECK(number(list, 0, "width") == MP4_W && number(list, 0, "height") == MP4_H);
	has(list, 1, "source", "voice");
	has(list, 1, "codec", "opus");
	has(list, 2, "owner", "m12");
	has(list, 3, "name", "Bob");
	plays(list, 0, 0, 3.9);
	plays(list, 1, 0, 4);
	plays(list, 2, 2, 3);
	plays(list, 3, 4, 5);
	CHECK(llabs(results[0].duration_ms - 5000) <= 100);
	cJSON_Delete(list);
	gone("two");
}

/* Another size, or way up, is another file; after a loss a key frame is waited for. */
static void changes(void)
{
	struct recorder *r = make();
	struct sends screen = {.r = r, .source = SCREEN, .zero_us = 5};
	struct au *au;
	cJSON *list;

	begin(r, "changes");
	comes(r, SCREEN, AULA_FROM_SCREEN, "m3", "Ann");
	give(&screen, vp8(false, MP4_W), 0, 0); /* leans on what nobody has */
	give(&screen, vp8(true, MP4_W), 100000, 0);
	give(&screen, vp8(false, MP4_W), 200000, 0);
	until(&n_written, 2);
	au = vp8(false, MP4_W);
	au->flags |= AU_AFTER_LOSS;
	give(&screen, au, 300000, 0);
	give(&screen, vp8(false, MP4_W), 400000, 0);
	give(&screen, vp8(true, MP4_W), 500000, 0);
	until(&n_written, 3);
	CHECK(n_tracks == 1 && n_keys == 1);
	give(&screen, vp8(true, MP4_W / 2), 600000, 0);
	give(&screen, vp8(false, MP4_W), 700000, 0);
	until(&n_written, 5);
	CHECK(n_tracks == 2 && n_ended == 1);
	au = vp8(false, MP4_W);
	au->rotation_deg = 90;
	give(&screen, au, 800000, 0);
	au = vp8(true, MP4_W / 2);
	au->rotation_deg = 90;
	give(&screen, au, 900000, 0);
	until(&n_written, 6);
	CHECK(n_tracks == 3);
	au = vp8(true, 0); /* it does not say how large it is */
	give(&screen, au, 1000000, 0);
	give(&screen, vp8(false, 0), 1100000, 0);
	give(&screen, vp8(true, MP4_W), 1200000, 0);
	until(&n_written, 7);
	over(r);
	list = list_of("changes");
	CHECK(count(list) == 4 && n_written == 7);
	CHECK(number(list, 1, "width") == MP4_W / 2.0);
	CHECK(number(list, 2, "rotation_deg") == 90);
	has(list, 3, "source", "screen");
	CHECK(number(list, 1, "start_ms") == 500 && number(list, 3, "start_ms") == 1100);
	cJSON_Delete(list);
	gone("changes");
}

/* Nothing of the pause, and no time for it; what comes after it is the same track. */
static void pauses(void)
{
	struct recorder *r = make();
	struct sends camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 7};
	cJSON *list;

	begin(r, "pause");
	sent = 0;
	comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann");
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	talk(&camera, &voice, 0, 1000000);
	CHECK(recorder_pause(r, 1) == 0);
	give(&camera, vp8(true, MP4_W), 1000000, 0);
	give(&voice, mp4_sound(&media.mp4, 0), 1000000, 0);
	CHECK(recorder_resume(r, 1) == 0);
	give(&camera, vp8(false, MP4_W), 60000000, 0);
	talk(&camera, &voice, 60000000, 61000000);
	over(r);
	CHECK(n_written == sent && n_tracks == 2);
	list = list_of("pause");
	CHECK(count(list) == 2);
	plays(list, 0, 0, 1.9);
	plays(list, 1, 0, 2);
	cJSON_Delete(list);
	gone("pause");
}

/* One that fails ends alone. */
static void fails(void)
{
	struct recorder *r = make();
	struct recording_conf conf = {
		.id = 1,
		.name = "fails",
		.n_editions = 2,
		.editions = {{0, 1, MP4_W, MP4_H, "", false}, {.edition = 1}}};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct form_media film;
	char path[200];

	form_media_open(&film, "h264");
	CHECK(recorder_start(r, &conf) == 0);
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	CHECK(recorder_push(r, 1, 1, form_picture(&film, 0, 66000)) == 0);
	give(&voice, mp4_sound(&media.mp4, 0), 20000, 0);
	until(&n_written, 1);
	write_fails = -EIO;
	give(&voice, mp4_sound(&media.mp4, 0), 40000, 0);
	until(&n_written, 2);
	write_fails = 0;
	for (int i = 1; i < 20; i++)
		CHECK(recorder_push(r, 1, 1, form_picture(&film, i * 66000, 66000)) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	until(&n_done, 2);
	recorder_destroy(r);
	for (int i = 0; i < 2; i++) {
		CHECK(results[i].err == (results[i].edition ? -EIO : 0));
		CHECK(results[i].bytes > 0);
	}
	snprintf(path, sizeof(path), "%s/fails.mp4", mp4_dir);
	mp4_decodes(path);
	unlink(path);
	form_media_close(&film);
	gone("fails");
}

/* Nobody sent anything: there is no folder. */
static void nobody(void)
{
	struct recorder *r = make();

	begin(r, "nobody");
	CHECK(recorder_stop(r, 1) == 0);
	until(&n_done, 1);
	recorder_destroy(r);
	CHECK(results[0].err == -ENODATA && results[0].bytes == 0);
}

/* ---- a server that dies
 * ----------------------------------------------------------------- */

/* Tells after each unit how far it has come. */
static void send_for_ever(int out)
{
	struct recorder *r = make();
	struct sends camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 7};

	begin(r, "kill");
	sent = 0;
	comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann");
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	for (int64_t t = 0;; t += 500000) {
		int64_t until_us = t + 500000;

		/* the camera is switched off after a while: its last second stays */
		talk(t < 1500000 ? &camera : NULL, &voice, t, until_us);
		if (write(out, &until_us, sizeof(until_us)) != sizeof(until_us))
			_exit(1);
	}
}

static void killed(void)
{
	int64_t at_us = mp4_killed_at(send_for_ever, 5200000);
	struct recorder *r = make();
	cJSON *list;

	CHECK(recorder_rescue(r, "kill") == 0);
	until(&n_done, 2); /* there is none of "full" */
	recorder_destroy(r);
	for (int i = 0; i < 2; i++)
		CHECK(results[i].err == (results[i].edition ? 0 : -ENOENT));
	list = list_of("kill");
	CHECK(count(list) == 2);
	plays(list, 0, 0, 1.4);
	CHECK(number(list, 1, "end_ms") >= (double)at_us / 1000 - 1050);
	plays(list, 1, 0, number(list, 1, "end_ms") / 1000);
	cJSON_Delete(list);
	gone("kill");
}

/* ---- one who spoils it for all ------------------------------------------------------
 */

/* H.264 with more parameter sets than a file's head can hold. */
static struct au *too_many_sets(struct form_media *film)
{
	static const uint8_t sps[] = {0, 0, 0, 1, 0x67, 0x42, 0, 0x1f, 1};
	struct au *au = form_picture(film, 0, 0), *bad;
	size_t len = au->len;
	uint8_t *data = malloc(len + 40 * sizeof(sps));

	CHECK(data);
	memcpy(data, au->data, len);
	for (int i = 0; i < 40; i++, len += sizeof(sps))
		memcpy(data + len, sps, sizeof(sps));
	CHECK(au_create(&bad, data, len) == 0);
	bad->codec = CODEC_H264;
	bad->flags = au->flags;
	bad->w_px = MP4_W;
	bad->h_px = MP4_H;
	free(data);
	au_put(au);
	return bad;
}

/* What nobody can store of one member is that member's loss, up to what can be. */
static void bad_head(void)
{
	struct recorder *r = make();
	struct sends camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct form_media film;
	struct au *good;
	cJSON *list;

	form_media_open(&film, "h264");
	begin(r, "head");
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	give(&voice, mp4_sound(&media.mp4, 0), 20000, 0);
	until(&n_written, 1);
	give(&camera, too_many_sets(&film), 40000, 0);
	until(&n_refused, 1);
	for (int i = 2; i < 50; i++)
		give(&voice, mp4_sound(&media.mp4, 0), i * 20000, 0);
	until(&n_written, 49);
	film.mp4.n_pictures = 0;
	good = form_picture(&film, 0, 0);
	good->w_px = MP4_W;
	good->h_px = MP4_H;
	give(&camera, good, 1000000, 0);
	until(&n_written, 50);
	over(r);
	list = list_of("head");
	CHECK(count(list) == 2 && n_tracks == 2 && n_refused == 1);
	has(list, 0, "owner", "m3");
	has(list, 1, "codec", "h264");
	plays(list, 0, 0, 0.98);
	cJSON_Delete(list);
	form_media_close(&film);
	gone("head");
}

/* A unit may be of two seconds ago by its sender's time: that is not how long the queue
 * is, and what others send is not dropped for it. */
static void late(void)
{
	struct recorder *r = make();
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct sends other = {.r = r, .source = OTHER, .zero_us = 7};
	int64_t dropped = count_get(COUNT_TRACKS_DROPPED);

	begin(r, "late");
	comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	comes(r, OTHER, AULA_FROM_VOICE, "m9", "Eve");
	give(&voice, mp4_sound(&media.mp4, 0), 0, 0);
	give(&other, mp4_sound(&media.mp4, 0), 0, 0);
	until(&n_written, 2);
	gate = 1;
	give(&other, mp4_sound(&media.mp4, 0), 1010000, 1990000);
	until(&n_at_gate, 1);
	for (int i = 1; i <= 10; i++)
		give(&voice, mp4_sound(&media.mp4, 0), 3000000 + i * 20000, 0);
	usleep(200000); /* they come to the queue, or not */
	gate = 0;
	until(&n_written, 13);
	CHECK(count_get(COUNT_TRACKS_DROPPED) == dropped);
	over(r);
	gone("late");
}

/* Who changes with each picture has so many files, and one more from time to time; others
 * have theirs, and so has its voice. */
static void many(void)
{
	struct recorder *r = make();
	struct sends camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct sends screen = {.r = r, .source = SCREEN, .zero_us = 7};
	struct sends voice = {.r = r, .source = VOICE, .zero_us = 0};
	int64_t barred = count_get(COUNT_TRACKS_BARRED);
	int64_t t = 0;
	int n = LIMIT_OWNER_FILES;

	begin(r, "many");
	comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	comes(r, SCREEN, AULA_FROM_SCREEN, "m3", "Ann");
	for (int i = 0; i < n; i++, t += 40000) {
		give(&camera, vp8(true, i % 2 ? MP4_W : MP4_W / 2), t, 0);
		until(&n_written, i + 1);
	}
	for (int i = 0; i < 20; i++, t += 40000)
		give(&camera, vp8(true, i % 2 ? MP4_W : MP4_W / 2), t, 0);
	/* what comes anew is still of the same member */
	CHECK(recorder_sender_gone(r, 1, CAMERA) == 0);
	comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	give(&camera, vp8(true, MP4_W), t, 0);
	give(&screen, vp8(true, MP4_W), t, 0);
	until(&n_written, n + 1);
	CHECK(n_tracks == n + 1);
	CHECK(count_get(COUNT_TRACKS_BARRED) == barred + 21);
	comes(r, VOICE, AULA_FROM_VOICE, "m9", "Eve");
	give(&voice, mp4_sound(&media.mp4, 0), t, 0);
	until(&n_written, n + 2);
	/* as it was when it was left out: with the key frame after its time */
	give(&camera, vp8(true, MP4_W), LIMIT_OWNER_SEC * SEC_US - 40000, 0);
	give(&camera, vp8(true, MP4_W), LIMIT_OWNER_SEC * SEC_US + 40000, 0);
	until(&n_written, n + 3);
	t = 2 * LIMIT_OWNER_SEC * SEC_US;
	give(&camera, vp8(true, MP4_W / 2), t - 40000, 0);
	give(&camera, vp8(true, MP4_W), t + 40000, 0);
	until(&n_written, n + 4);
	CHECK(n_tracks == n + 4 && count_get(COUNT_TRACKS_BARRED) == barred + 22);
	over(r);
	gone("many");
}

/* ---- the plugin alone, on disks that fail
 * ------------------------------------------------ */

static char part[200], whole[200];

static int track_of(void *self, uint32_t index, uint32_t kind, int64_t at_us)
{
	static const uint8_t head[19] = "OpusHead\1\1\0\0\x80\xbb";
	struct aula_track t = {
		.size = sizeof(t), .kind = kind, .owner = "m1", .name = "x"};

	if (kind == AULA_TRACK_VIDEO) {
		strcpy(t.codec, "vp8");
		t.w_px = MP4_W;
		t.h_px = MP4_H;
		t.from = AULA_FROM_CAMERA;
	} else {
		strcpy(t.codec, "opus");
		t.rate_hz = 48000;
		t.n_channels = 1;
		t.config = head;
		t.config_len = sizeof(head);
		t.from = AULA_FROM_VOICE;
	}
	return real->track(self, index, &t, at_us);
}

static int put(void *self, uint32_t index, struct au *au, int64_t at_us)
{
	struct aula_packet p = {.size = sizeof(p),
				.track = index,
				.flags = au->flags & AU_KEY ? AULA_PACKET_KEY : 0,
				.pts_us = at_us,
				.duration_us = index ? 20000 : 0,
				.data = au->data,
				.len = au->len};
	int err = real->write(self, &p);

	au_put(au);
	return err;
}

static int fill(void *self)
{
	int err = track_of(self, 0, AULA_TRACK_VIDEO, 0);

	if (!err)
		err = track_of(self, 1, AULA_TRACK_AUDIO, 0);
	for (int i = 0; !err && i < 60; i++) {
		err = put(self, 1, mp4_sound(&media.mp4, 0), i * 20000);
		if (!err && i % 5 == 0)
			err = put(self, 0, vp8(i == 0, MP4_W), i * 20000);
	}
	return err ? err : real->track_end(self, 0, 1200000);
}

static int record(void)
{
	const struct aula_start start = {.size = sizeof(start), .path = part};
	struct aula_finished info = {.size = sizeof(info)};
	void *self;
	int err, end;

	CHECK(mkdir(part, 0700) == 0);
	err = real->start(&self, &start);
	if (err)
		return err;
	err = fill(self);
	end = real->close(self);
	if (!err)
		err = end;
	return err ? err : real->finish(part, whole, &info);
}

static void clear(void)
{
	char cmd[500];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s' '%s'", part, whole);
	CHECK(system(cmd) == 0);
}

static void disk_fails(void)
{
	struct fault fault = {.kind = FAULT_NONE};
	struct aula_finished info = {.size = sizeof(info)};
	uint32_t n, failed;

	snprintf(part, sizeof(part), "%s/d.tracks.part.dir", mp4_dir);
	snprintf(whole, sizeof(whole), "%s/d.tracks.dir", mp4_dir);
	disk_faults_arm(mp4_dir, &fault);
	CHECK(record() == 0);
	n = disk_faults_disarm(&failed);
	CHECK(n > 8 && failed == 0 && access(whole, F_OK) == 0);
	clear();
	for (uint32_t i = 2; i <= n; i += 1 + i % 2) {
		int err;

		fault = (struct fault){i % 4 < 2 ? FAULT_FROM : FAULT_ONCE, i,
				       i % 3 ? ENOSPC : EIO, 0};
		disk_faults_arm(mp4_dir, &fault);
		err = record();
		disk_faults_disarm(&failed);
		if (err && err != -fault.err)
			fprintf(stderr, "fault %u of %u, %d: %d\n", i, n, fault.err, err);
		CHECK(err == 0 || err == -fault.err);
		CHECK((err == 0) == (access(whole, F_OK) == 0));
		if (err) { /* the disk is well again */
			err = real->finish(part, whole, &info);
			CHECK(err == 0 || err == -EBADMSG || err == -ENOENT);
		}
		clear();
	}
}

static void refusals(void)
{
	const struct aula_start start = {.size = sizeof(start), .path = part};
	struct aula_finished info = {.size = sizeof(info)};
	struct aula_packet p = {
		.size = sizeof(p), .data = (const uint8_t *)"x", .len = 1};
	struct aula_track t = {.size = sizeof(t),
			       .kind = AULA_TRACK_VIDEO,
			       .codec = "av1",
			       .w_px = 2,
			       .h_px = 2,
			       .owner = "m1",
			       .name = "x"};
	void *self;

	CHECK(real->finish(part, whole, &info) == -ENOENT);
	CHECK(mkdir(part, 0700) == 0);
	CHECK(real->finish(part, whole, &info) == -EBADMSG);
	CHECK(real->start(&self, &start) == 0);
	CHECK(real->write(self, &p) == -EINVAL);
	CHECK(real->track(self, 0, &t, 0) == -ENOTSUP);
	strcpy(t.codec, "vp8");
	CHECK(real->track(self, 1, &t, 0) == -EINVAL);
	t.owner = NULL;
	CHECK(real->track(self, 0, &t, 0) == -ENOTSUP);
	t.owner = "m1";
	CHECK(real->track(self, 0, &t, 0) == 0);
	CHECK(real->track_end(self, 1, 0) == -EINVAL);
	CHECK(real->track_end(self, 0, 0) == 0 && real->write(self, &p) == -EINVAL);
	CHECK(real->close(self) == 0);
	CHECK(real->finish(part, whole, &info) == -EBADMSG); /* nothing in any */
	clear();
}

int main(void)
{
	if (!mp4_setup())
		return 77;
	av_log_set_level(AV_LOG_QUIET);
	real = mp4_load("record_tracks", "tracks");
	followed = *real;
	followed.write = follow_write;
	followed.track = follow_track;
	followed.track_end = follow_end;
	form_media_open(&media, "vp8");
	two_members();
	changes();
	pauses();
	fails();
	nobody();
	bad_head();
	late();
	many();
	killed();
	disk_fails();
	refusals();
	form_media_close(&media);
	mp4_teardown();
	return 0;
}
