/* The recorder's plugin "tracks" when something goes wrong: members that send what nobody
 * can store, late or too often, and disks that fail. ffprobe and ffmpeg judge; without
 * them it is skipped.
 */
#include "tests/disk_faults.h"
#include "tests/test.h"
#include "tests/tracks_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/limits.h"

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
	struct recorder *r = tracks_make();
	struct tracks_sender camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct form_media film;
	struct au *good;
	cJSON *list;

	form_media_open(&film, "h264");
	tracks_begin(r, "head");
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 20000, 0);
	tracks_until(&tracks.n_written, 1);
	tracks_give(&camera, too_many_sets(&film), 40000, 0);
	tracks_until(&tracks.n_refused, 1);
	for (int i = 2; i < 50; i++)
		tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), i * 20000, 0);
	tracks_until(&tracks.n_written, 49);
	film.mp4.n_pictures = 0;
	good = form_picture(&film, 0, 0);
	good->w_px = MP4_W;
	good->h_px = MP4_H;
	tracks_give(&camera, good, 1000000, 0);
	tracks_until(&tracks.n_written, 50);
	tracks_over(r);
	list = tracks_listed("head");
	CHECK(tracks_count(list) == 2 && tracks.n_tracks == 2 && tracks.n_refused == 1);
	tracks_has(list, 0, "owner", "m3");
	tracks_has(list, 1, "codec", "h264");
	tracks_plays(list, 0, 0, 0.98);
	cJSON_Delete(list);
	form_media_close(&film);
	tracks_gone("head");
}

/* A unit may be of two seconds ago by its sender's time: that is not how long the queue
 * is, and what others send is not dropped for it. */
static void late(void)
{
	struct recorder *r = tracks_make();
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct tracks_sender other = {.r = r, .source = OTHER, .zero_us = 7};
	int64_t dropped = count_get(COUNT_TRACKS_DROPPED);

	tracks_begin(r, "late");
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	tracks_comes(r, OTHER, AULA_FROM_VOICE, "m9", "Eve");
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 0, 0);
	tracks_give(&other, mp4_sound(&tracks.media.mp4, 0), 0, 0);
	tracks_until(&tracks.n_written, 2);
	tracks.gate = 1;
	tracks_give(&other, mp4_sound(&tracks.media.mp4, 0), 1010000, 1990000);
	tracks_until(&tracks.n_at_gate, 1);
	for (int i = 1; i <= 10; i++)
		tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 3000000 + i * 20000,
			    0);
	usleep(200000); /* they come to the queue, or not */
	tracks.gate = 0;
	tracks_until(&tracks.n_written, 13);
	CHECK(count_get(COUNT_TRACKS_DROPPED) == dropped);
	tracks_over(r);
	tracks_gone("late");
}

/* Who changes with each picture has so many files, and one more from time to time; others
 * have theirs, and so has its voice. */
static void many(void)
{
	struct recorder *r = tracks_make();
	struct tracks_sender camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct tracks_sender screen = {.r = r, .source = SCREEN, .zero_us = 7};
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 0};
	int64_t barred = count_get(COUNT_TRACKS_BARRED);
	int64_t t = 0;
	int n = LIMIT_OWNER_FILES;

	tracks_begin(r, "many");
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	tracks_comes(r, SCREEN, AULA_FROM_SCREEN, "m3", "Ann");
	for (int i = 0; i < n; i++, t += 40000) {
		tracks_give(&camera, tracks_vp8(true, i % 2 ? MP4_W : MP4_W / 2), t, 0);
		tracks_until(&tracks.n_written, i + 1);
	}
	for (int i = 0; i < 20; i++, t += 40000)
		tracks_give(&camera, tracks_vp8(true, i % 2 ? MP4_W : MP4_W / 2), t, 0);
	/* what comes anew is still of the same member */
	CHECK(recorder_sender_gone(r, 1, CAMERA) == 0);
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m9", "Eve");
	tracks_give(&camera, tracks_vp8(true, MP4_W), t, 0);
	tracks_give(&screen, tracks_vp8(true, MP4_W), t, 0);
	tracks_until(&tracks.n_written, n + 1);
	CHECK(tracks.n_tracks == n + 1);
	CHECK(count_get(COUNT_TRACKS_BARRED) == barred + 21);
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m9", "Eve");
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), t, 0);
	tracks_until(&tracks.n_written, n + 2);
	/* as it was when it was left out: with the key frame after its time */
	tracks_give(&camera, tracks_vp8(true, MP4_W), LIMIT_OWNER_SEC * SEC_US - 40000,
		    0);
	tracks_give(&camera, tracks_vp8(true, MP4_W), LIMIT_OWNER_SEC * SEC_US + 40000,
		    0);
	tracks_until(&tracks.n_written, n + 3);
	t = 2 * LIMIT_OWNER_SEC * SEC_US;
	tracks_give(&camera, tracks_vp8(true, MP4_W / 2), t - 40000, 0);
	tracks_give(&camera, tracks_vp8(true, MP4_W), t + 40000, 0);
	tracks_until(&tracks.n_written, n + 4);
	CHECK(tracks.n_tracks == n + 4 && count_get(COUNT_TRACKS_BARRED) == barred + 22);
	tracks_over(r);
	tracks_gone("many");
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
	return tracks.real->track(self, index, &t, at_us);
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
	int err = tracks.real->write(self, &p);

	au_put(au);
	return err;
}

static int fill(void *self)
{
	int err = track_of(self, 0, AULA_TRACK_VIDEO, 0);

	if (!err)
		err = track_of(self, 1, AULA_TRACK_AUDIO, 0);
	for (int i = 0; !err && i < 60; i++) {
		err = put(self, 1, mp4_sound(&tracks.media.mp4, 0), i * 20000);
		if (!err && i % 5 == 0)
			err = put(self, 0, tracks_vp8(i == 0, MP4_W), i * 20000);
	}
	return err ? err : tracks.real->track_end(self, 0, 1200000);
}

static int record(void)
{
	const struct aula_start start = {.size = sizeof(start), .path = part};
	struct aula_finished info = {.size = sizeof(info)};
	void *self;
	int err, end;

	CHECK(mkdir(part, 0700) == 0);
	err = tracks.real->start(&self, &start);
	if (err)
		return err;
	err = fill(self);
	end = tracks.real->close(self);
	if (!err)
		err = end;
	return err ? err : tracks.real->finish(part, whole, &info);
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
			err = tracks.real->finish(part, whole, &info);
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

	CHECK(tracks.real->finish(part, whole, &info) == -ENOENT);
	CHECK(mkdir(part, 0700) == 0);
	CHECK(tracks.real->finish(part, whole, &info) == -EBADMSG);
	CHECK(tracks.real->start(&self, &start) == 0);
	CHECK(tracks.real->write(self, &p) == -EINVAL);
	CHECK(tracks.real->track(self, 0, &t, 0) == -ENOTSUP);
	strcpy(t.codec, "vp8");
	CHECK(tracks.real->track(self, 1, &t, 0) == -EINVAL);
	t.owner = NULL;
	CHECK(tracks.real->track(self, 0, &t, 0) == -ENOTSUP);
	t.owner = "m1";
	CHECK(tracks.real->track(self, 0, &t, 0) == 0);
	CHECK(tracks.real->track_end(self, 1, 0) == -EINVAL);
	CHECK(tracks.real->track_end(self, 0, 0) == 0 &&
	      tracks.real->write(self, &p) == -EINVAL);
	CHECK(tracks.real->close(self) == 0);
	CHECK(tracks.real->finish(part, whole, &info) == -EBADMSG); /* nothing in any */
	clear();
}

int main(void)
{
	if (!tracks_setup())
		return 77;
	bad_head();
	late();
	many();
	disk_fails();
	refusals();
	tracks_teardown();
	return 0;
}
