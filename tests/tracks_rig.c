#include "tests/tracks_rig.h"

#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tracks_rig tracks;

static struct aula_recorder_ops followed;

/* ---- the recorder -------------------------------------------------------------------
 */

static int follow_write(void *self, const struct aula_packet *p)
{
	int err;

	tracks.n_at_gate += tracks.gate;
	while (tracks.gate)
		usleep(100);
	err = tracks.write_fails ? tracks.write_fails : tracks.real->write(self, p);
	tracks.n_written++;
	return err;
}

static int follow_track(void *self, uint32_t index, const struct aula_track *track,
			int64_t at_us)
{
	int err;

	CHECK(track->size == sizeof(*track) && (int)index == tracks.n_tracks &&
	      at_us >= 0);
	err = tracks.real->track(self, index, track, at_us);
	tracks.n_tracks += !err;
	tracks.n_refused += err != 0;
	return err;
}

static int follow_end(void *self, uint32_t index, int64_t at_us)
{
	CHECK((int)index < tracks.n_tracks && at_us >= 0);
	tracks.n_ended++;
	return tracks.real->track_end(self, index, at_us);
}

static void started(void *ctx, uint32_t id, int64_t at_ms)
{
	(void)ctx;
	CHECK(id == 1 && at_ms >= 0);
}

static void done(void *ctx, const struct recording_result *result)
{
	(void)ctx;
	CHECK(tracks.n_done < 8);
	tracks.results[tracks.n_done] = *result;
	tracks.n_done++;
}

static void key_wanted(void *ctx, uint32_t source)
{
	(void)ctx;
	CHECK(source != VOICE && source != OTHER);
	tracks.n_keys++;
}

struct recorder *tracks_make(void)
{
	const struct recorder_conf conf = {
		.dir = mp4_dir, .editions = {{"full", mp4_ops}, {"tracks", &followed}}};
	const struct recorder_events events = {NULL, started, done, NULL, key_wanted};
	struct recorder *r;

	tracks.n_written = tracks.n_tracks = tracks.n_refused = tracks.n_ended =
		tracks.n_keys = tracks.n_done = tracks.n_at_gate = 0;
	CHECK(recorder_create(&r, &conf, &events) == 0);
	return r;
}

void tracks_begin(struct recorder *r, const char *name)
{
	struct recording_conf conf = {
		.id = 1, .n_editions = 1, .editions = {{.edition = 1}}};

	snprintf(conf.name, sizeof(conf.name), "%s", name);
	CHECK(recorder_start(r, &conf) == 0);
}

void tracks_comes(struct recorder *r, uint32_t source, uint32_t from, const char *owner,
		  const char *name)
{
	struct recording_sender sender = {.source = source, .from = from};

	snprintf(sender.owner, sizeof(sender.owner), "%s", owner);
	snprintf(sender.name, sizeof(sender.name), "%s", name);
	CHECK(recorder_sender(r, 1, &sender) == 0);
}

void tracks_until(atomic_int *n, int want)
{
	for (int i = 0; i < 200000 && *n < want; i++)
		usleep(100);
	if (*n != want)
		fprintf(stderr, "%d, not %d; written %d, tracks %d, ended %d, done %d\n",
			*n, want, tracks.n_written, tracks.n_tracks, tracks.n_ended,
			tracks.n_done);
	CHECK(*n == want);
}

void tracks_over(struct recorder *r)
{
	CHECK(recorder_stop(r, 1) == 0);
	tracks_until(&tracks.n_done, 1);
	recorder_destroy(r);
	if (tracks.results[0].err)
		fprintf(stderr, "err=%d\n", tracks.results[0].err);
	CHECK(tracks.results[0].err == 0 && tracks.results[0].edition == 1 &&
	      tracks.results[0].bytes > 1000);
}

/* ---- who sends ------------------------------------------------------------------------
 */

void tracks_give(struct tracks_sender *s, struct au *au, int64_t t_us, int64_t late_us)
{
	au->pts_us = t_us + s->zero_us;
	au->arrival_us = MP4_START_US + t_us + late_us;
	au->duration_us = 0;
	CHECK(recorder_push_sender(s->r, 1, s->source, au) == 0);
}

struct au *tracks_vp8(bool key, uint16_t w_px)
{
	struct au *au;

	if (key)
		tracks.media.mp4.n_pictures = 0;
	au = form_picture(&tracks.media, 0, 0);
	au->codec = CODEC_VP8;
	au->w_px = au->flags & AU_KEY ? w_px : 0;
	au->h_px = au->flags & AU_KEY ? MP4_H : 0;
	return au;
}

void tracks_talk(struct tracks_sender *camera, struct tracks_sender *voice,
		 int64_t from_us, int64_t to_us)
{
	for (int64_t t = from_us; t < to_us; t += MP4_SOUND_US) {
		if (camera && (t - from_us) % 100000 == 0) {
			tracks_give(camera, tracks_vp8(t == from_us, MP4_W), t,
				    t % 60000);
			tracks.sent++;
		}
		if (voice) {
			tracks_give(voice, mp4_sound(&tracks.media.mp4, 0), t,
				    t * 7 % 35000);
			tracks.sent++;
		}
		if (t % 1500000 == 0 || t + MP4_SOUND_US >= to_us)
			tracks_until(&tracks.n_written, tracks.sent);
	}
}

/* ---- what comes of it
 * ------------------------------------------------------------------ */

static char folder[200];

cJSON *tracks_listed(const char *name)
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

void tracks_has(const cJSON *list, int i, const char *key, const char *want)
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

double tracks_number(const cJSON *list, int i, const char *key)
{
	const cJSON *track = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(list, "tracks"), i);

	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(track, key));
}

int tracks_count(const cJSON *list)
{
	return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(list, "tracks"));
}

void tracks_plays(const cJSON *list, int i, double from, double to)
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
	CHECK(fabs(tracks_number(list, i, "start_ms") / 1000 - from) <= 0.012);
	CHECK(fabs(tracks_number(list, i, "end_ms") / 1000 - to) <= 0.11);
}

void tracks_gone(const char *name)
{
	char cmd[300];

	if (getenv("KEEP"))
		return;
	snprintf(cmd, sizeof(cmd), "rm -r '%s/%s.tracks.dir'", mp4_dir, name);
	CHECK(system(cmd) == 0);
}

/* ---- both ------------------------------------------------------------------------- */

bool tracks_setup(void)
{
	if (!mp4_setup())
		return false;
	av_log_set_level(AV_LOG_QUIET);
	tracks.real = mp4_load("record_tracks", "tracks");
	followed = *tracks.real;
	followed.write = follow_write;
	followed.track = follow_track;
	followed.track_end = follow_end;
	form_media_open(&tracks.media, "vp8");
	return true;
}

void tracks_teardown(void)
{
	form_media_close(&tracks.media);
	mp4_teardown();
}
