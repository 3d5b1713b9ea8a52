/* What members send, by the recorder and its plugin "tracks": files that decode, by one
 * clock however each of them counts; sizes that change, who comes again, losses, pauses,
 * a kill. ffprobe and ffmpeg judge; without them it is skipped.
 */
#include "tests/test.h"
#include "tests/tracks_rig.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A lecturer's camera and voice, and somebody who asks something in between. */
static void two_members(void)
{
	struct recorder *r = tracks_make();
	struct tracks_sender camera = {
		.r = r, .source = CAMERA, .zero_us = INT64_C(81726354)};
	struct tracks_sender voice = {
		.r = r, .source = VOICE, .zero_us = -INT64_C(99887766)};
	struct tracks_sender other = {.r = r, .source = OTHER, .zero_us = 0};
	cJSON *list;

	tracks_begin(r, "two");
	tracks.sent = 0;
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann \"A\" \\ Ж\n");
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	tracks_talk(&camera, &voice, 0, 2000000);
	tracks_comes(r, OTHER, AULA_FROM_VOICE, "m12", "Bob");
	tracks_talk(NULL, &other, 2000000, 3000000);
	CHECK(recorder_sender_gone(r, 1, OTHER) == 0);
	tracks_until(&tracks.n_ended, 1);
	tracks_talk(&camera, &voice, 3000000, 4000000);
	tracks_comes(r, OTHER, AULA_FROM_VOICE, "m12", "Bob");
	tracks_talk(NULL, &other, 4000000, 5000000);
	/* what is no member's is not for it, and the other way round */
	CHECK(recorder_push(r, 1, 0, mp4_sound(&tracks.media.mp4, 5000000)) == 0);
	CHECK(recorder_push_sender(r, 1, 77, mp4_sound(&tracks.media.mp4, 5000000)) == 0);
	tracks_over(r);
	CHECK(tracks.n_written == tracks.sent);
	list = tracks_listed("two");
	CHECK(tracks_count(list) == 4 && tracks.n_tracks == 4);
	tracks_has(list, 0, "file", "1.mkv");
	tracks_has(list, 0, "owner", "m3");
	tracks_has(list, 0, "name", "Ann \"A\" \\ Ж\n");
	tracks_has(list, 0, "source", "camera");
	tracks_has(list, 0, "codec", "vp8");
	CHECK(tracks_number(list, 0, "width") == MP4_W &&
	      tracks_number(list, 0, "height") == MP4_H);
	tracks_has(list, 1, "source", "voice");
	tracks_has(list, 1, "codec", "opus");
	tracks_has(list, 2, "owner", "m12");
	tracks_has(list, 3, "name", "Bob");
	tracks_plays(list, 0, 0, 3.9);
	tracks_plays(list, 1, 0, 4);
	tracks_plays(list, 2, 2, 3);
	tracks_plays(list, 3, 4, 5);
	CHECK(llabs(tracks.results[0].duration_ms - 5000) <= 100);
	cJSON_Delete(list);
	tracks_gone("two");
}

/* Another size, or way up, is another file; after a loss a key frame is waited for. */
static void changes(void)
{
	struct recorder *r = tracks_make();
	struct tracks_sender screen = {.r = r, .source = SCREEN, .zero_us = 5};
	struct au *au;
	cJSON *list;

	tracks_begin(r, "changes");
	tracks_comes(r, SCREEN, AULA_FROM_SCREEN, "m3", "Ann");
	tracks_give(&screen, tracks_vp8(false, MP4_W), 0,
		    0); /* leans on what nobody has */
	tracks_give(&screen, tracks_vp8(true, MP4_W), 100000, 0);
	tracks_give(&screen, tracks_vp8(false, MP4_W), 200000, 0);
	tracks_until(&tracks.n_written, 2);
	au = tracks_vp8(false, MP4_W);
	au->flags |= AU_AFTER_LOSS;
	tracks_give(&screen, au, 300000, 0);
	tracks_give(&screen, tracks_vp8(false, MP4_W), 400000, 0);
	tracks_give(&screen, tracks_vp8(true, MP4_W), 500000, 0);
	tracks_until(&tracks.n_written, 3);
	CHECK(tracks.n_tracks == 1 && tracks.n_keys == 1);
	tracks_give(&screen, tracks_vp8(true, MP4_W / 2), 600000, 0);
	tracks_give(&screen, tracks_vp8(false, MP4_W), 700000, 0);
	tracks_until(&tracks.n_written, 5);
	CHECK(tracks.n_tracks == 2 && tracks.n_ended == 1);
	au = tracks_vp8(false, MP4_W);
	au->rotation_deg = 90;
	tracks_give(&screen, au, 800000, 0);
	au = tracks_vp8(true, MP4_W / 2);
	au->rotation_deg = 90;
	tracks_give(&screen, au, 900000, 0);
	tracks_until(&tracks.n_written, 6);
	CHECK(tracks.n_tracks == 3);
	au = tracks_vp8(true, 0); /* it does not say how large it is */
	tracks_give(&screen, au, 1000000, 0);
	tracks_give(&screen, tracks_vp8(false, 0), 1100000, 0);
	tracks_give(&screen, tracks_vp8(true, MP4_W), 1200000, 0);
	tracks_until(&tracks.n_written, 7);
	tracks_over(r);
	list = tracks_listed("changes");
	CHECK(tracks_count(list) == 4 && tracks.n_written == 7);
	CHECK(tracks_number(list, 1, "width") == MP4_W / 2.0);
	CHECK(tracks_number(list, 2, "rotation_deg") == 90);
	tracks_has(list, 3, "source", "screen");
	CHECK(tracks_number(list, 1, "start_ms") == 500 &&
	      tracks_number(list, 3, "start_ms") == 1100);
	cJSON_Delete(list);
	tracks_gone("changes");
}

/* Nothing of the pause, and no time for it; what comes after it is the same track. */
static void pauses(void)
{
	struct recorder *r = tracks_make();
	struct tracks_sender camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 7};
	cJSON *list;

	tracks_begin(r, "pause");
	tracks.sent = 0;
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann");
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	tracks_talk(&camera, &voice, 0, 1000000);
	CHECK(recorder_pause(r, 1) == 0);
	tracks_give(&camera, tracks_vp8(true, MP4_W), 1000000, 0);
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 1000000, 0);
	CHECK(recorder_resume(r, 1) == 0);
	tracks_give(&camera, tracks_vp8(false, MP4_W), 60000000, 0);
	tracks_talk(&camera, &voice, 60000000, 61000000);
	tracks_over(r);
	CHECK(tracks.n_written == tracks.sent && tracks.n_tracks == 2);
	list = tracks_listed("pause");
	CHECK(tracks_count(list) == 2);
	tracks_plays(list, 0, 0, 1.9);
	tracks_plays(list, 1, 0, 2);
	cJSON_Delete(list);
	tracks_gone("pause");
}

/* One that fails ends alone. */
static void fails(void)
{
	struct recorder *r = tracks_make();
	struct recording_conf conf = {
		.id = 1,
		.name = "fails",
		.n_editions = 2,
		.editions = {{0, 1, MP4_W, MP4_H, "", false}, {.edition = 1}}};
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 7};
	struct form_media film;
	char path[200];

	form_media_open(&film, "h264");
	CHECK(recorder_start(r, &conf) == 0);
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	CHECK(recorder_push(r, 1, 1, form_picture(&film, 0, 66000)) == 0);
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 20000, 0);
	tracks_until(&tracks.n_written, 1);
	tracks.write_fails = -EIO;
	tracks_give(&voice, mp4_sound(&tracks.media.mp4, 0), 40000, 0);
	tracks_until(&tracks.n_written, 2);
	tracks.write_fails = 0;
	for (int i = 1; i < 20; i++)
		CHECK(recorder_push(r, 1, 1, form_picture(&film, i * 66000, 66000)) == 0);
	CHECK(recorder_stop(r, 1) == 0);
	tracks_until(&tracks.n_done, 2);
	recorder_destroy(r);
	for (int i = 0; i < 2; i++) {
		CHECK(tracks.results[i].err == (tracks.results[i].edition ? -EIO : 0));
		CHECK(tracks.results[i].bytes > 0);
	}
	snprintf(path, sizeof(path), "%s/fails.mp4", mp4_dir);
	mp4_decodes(path);
	unlink(path);
	form_media_close(&film);
	tracks_gone("fails");
}

/* Nobody sent anything: there is no folder. */
static void nobody(void)
{
	struct recorder *r = tracks_make();

	tracks_begin(r, "nobody");
	CHECK(recorder_stop(r, 1) == 0);
	tracks_until(&tracks.n_done, 1);
	recorder_destroy(r);
	CHECK(tracks.results[0].err == -ENODATA && tracks.results[0].bytes == 0);
}

/* ---- a server that dies
 * ----------------------------------------------------------------- */

/* Tells after each unit how far it has come. */
static void send_for_ever(int out)
{
	struct recorder *r = tracks_make();
	struct tracks_sender camera = {.r = r, .source = CAMERA, .zero_us = 900};
	struct tracks_sender voice = {.r = r, .source = VOICE, .zero_us = 7};

	tracks_begin(r, "kill");
	tracks.sent = 0;
	tracks_comes(r, CAMERA, AULA_FROM_CAMERA, "m3", "Ann");
	tracks_comes(r, VOICE, AULA_FROM_VOICE, "m3", "Ann");
	for (int64_t t = 0;; t += 500000) {
		int64_t until_us = t + 500000;

		/* the camera is switched off after a while: its last second stays */
		tracks_talk(t < 1500000 ? &camera : NULL, &voice, t, until_us);
		if (write(out, &until_us, sizeof(until_us)) != sizeof(until_us))
			_exit(1);
	}
}

static void killed(void)
{
	int64_t at_us = mp4_killed_at(send_for_ever, 5200000);
	struct recorder *r = tracks_make();
	cJSON *list;

	CHECK(recorder_rescue(r, "kill") == 0);
	tracks_until(&tracks.n_done, 2); /* there is none of "full" */
	recorder_destroy(r);
	for (int i = 0; i < 2; i++)
		CHECK(tracks.results[i].err == (tracks.results[i].edition ? 0 : -ENOENT));
	list = tracks_listed("kill");
	CHECK(tracks_count(list) == 2);
	tracks_plays(list, 0, 0, 1.4);
	CHECK(tracks_number(list, 1, "end_ms") >= (double)at_us / 1000 - 1050);
	tracks_plays(list, 1, 0, tracks_number(list, 1, "end_ms") / 1000);
	cJSON_Delete(list);
	tracks_gone("kill");
}

int main(void)
{
	if (!tracks_setup())
		return 77;
	two_members();
	changes();
	pauses();
	fails();
	nobody();
	killed();
	tracks_teardown();
	return 0;
}
