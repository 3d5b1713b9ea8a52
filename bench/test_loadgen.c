/* What loadgen judges a server by: its own SRTP against the server's, the books about
 * what is missing and late, the sight of key frames, its answers, its files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "bench/loadgen_clip.h"
#include "bench/loadgen_file.h"
#include "bench/loadgen_look.h"
#include "bench/loadgen_sdp.h"
#include "bench/loadgen_srtp.h"
#include "bench/loadgen_trace.h"
#include "bench/loadgen_track.h"
#include "tests/test.h"
#include "transport/srtp.h"

/* ---- SRTP ---------------------------------------------------------------------------
 */

static struct srtp_keys server_keys;

static void make_pair(struct lg_srtp **ours, struct srtp **theirs)
{
	struct lg_srtp_keys keys = {.out_key = server_keys.in.key,
				    .out_salt = server_keys.in.salt,
				    .in_key = server_keys.out.key,
				    .in_salt = server_keys.out.salt};

	server_keys.kind = SRTP_KIND_GCM;
	for (int i = 0; i < 16; i++) {
		server_keys.in.key[i] = (uint8_t)(i * 7 + 1);
		server_keys.out.key[i] = (uint8_t)(i * 11 + 3);
	}
	for (int i = 0; i < 12; i++) {
		server_keys.in.salt[i] = (uint8_t)(i * 5 + 9);
		server_keys.out.salt[i] = (uint8_t)(i * 3 + 200);
	}
	CHECK(srtp_library_init() == 0);
	CHECK(srtp_session_create(theirs, &server_keys) == 0);
	CHECK(lg_srtp_create(ours, &keys) == 0);
}

static size_t make_rtp(uint8_t *out, uint16_t seq, size_t payload)
{
	memset(out, 0x5a, 12 + payload);
	out[0] = 0x80;
	out[1] = 96;
	wr16(out + 2, seq);
	wr32(out + 4, seq * 3000u);
	wr32(out + 8, 0x1234);
	return 12 + payload;
}

/* The server seals, all numbers around twice; every 16th is opened. */
static void what_the_server_seals(struct lg_srtp *ours, struct srtp *theirs)
{
	uint8_t plain[200], sealed[240];
	uint32_t n = 0;

	for (uint32_t i = 65000; i < 65000 + 140000; i++) {
		size_t len = make_rtp(plain, (uint16_t)i, i % 180), got;

		if (i % 16 && i % 65536 > 4 && i % 65536 < 65530)
			continue;
		got = (size_t)srtp_seal_rtp(theirs, sealed, plain, 12, plain + 12,
					    len - 12);
		CHECK(got == len + 16);
		CHECK(lg_srtp_open_rtp(ours, sealed, &got) == 0);
		CHECK(got == len && memcmp(sealed, plain, len) == 0);
		n++;
	}
	CHECK(n > 8000);
	for (size_t at = 0; at < 60; at++) { /* any bit that changes is seen */
		size_t len = make_rtp(plain, (uint16_t)(20000 + at), 40), got;

		got = (size_t)srtp_seal_rtp(theirs, sealed, plain, 12, plain + 12,
					    len - 12);
		if (at == 0)
			continue; /* another version is no packet of ours at all */
		sealed[at] ^= 0x10;
		CHECK(lg_srtp_open_rtp(ours, sealed, &got) == -EACCES);
	}
}

static void what_we_seal(struct lg_srtp *ours, struct srtp *theirs)
{
	uint8_t plain[200], sealed[240];

	for (uint32_t i = 65500; i < 65600; i++) {
		size_t len = make_rtp(plain, (uint16_t)i, 100), got = len;

		memcpy(sealed, plain, len);
		CHECK(lg_srtp_seal_rtp(ours, sealed, &got) == 0 && got == len + 16);
		CHECK(srtp_open_rtp(theirs, sealed, &got, 1000000 + i) == 0);
		CHECK(got == len && memcmp(sealed, plain, len) == 0);
	}
	make_rtp(sealed, (uint16_t)65599, 10);
	CHECK(lg_srtp_seal_rtp(ours, sealed, &(size_t){22}) == -EALREADY);
}

static void reports(struct lg_srtp *ours, struct srtp *theirs)
{
	static const uint8_t rr[8] = {0x80, 201, 0, 1, 0, 0, 0x12, 0x34};
	uint8_t out[60];
	size_t len = 8;

	memcpy(out, rr, 8);
	CHECK(lg_srtp_seal_rtcp(ours, out, &len) == 0 && len == 28);
	CHECK(srtp_open_rtcp(theirs, out, &len, 2000000) == 0 && len == 8);
	CHECK(memcmp(out, rr, 8) == 0);
	len = (size_t)srtp_seal_rtcp(theirs, out, rr, 8);
	CHECK(lg_srtp_open_rtcp(ours, out, &len) == 0 && len == 8);
	CHECK(memcmp(out, rr, 8) == 0);
	len = (size_t)srtp_seal_rtcp(theirs, out, rr, 8);
	out[len - 1] ^= 1; /* the index */
	CHECK(lg_srtp_open_rtcp(ours, out, &len) == -EACCES);
	for (len = 0; len < 28; len++)
		CHECK(lg_srtp_open_rtcp(ours, out, &(size_t){len}) == -EACCES);
}

static void both_speak_the_same_srtp(void)
{
	struct lg_srtp *ours;
	struct srtp *theirs;

	make_pair(&ours, &theirs);
	what_the_server_seals(ours, theirs);
	what_we_seal(ours, theirs);
	reports(ours, theirs);
	lg_srtp_destroy(ours);
	srtp_session_destroy(theirs);
}

/* ---- books ----------------------------------------------------------------------------
 */

static void losses_are_counted(void)
{
	struct lg_track t;
	uint16_t seqs[8];
	uint32_t given_up = 0;
	struct rtcp_block block;
	int64_t now = 5000000;

	lg_track_init(&t, 90000, 500000, true);
	for (uint32_t i = 65530; i < 65730; i++, now += 1000)
		if (i % 50 != 0) /* 65550, 65600, ... */
			CHECK(lg_track_take(&t, (uint16_t)i, false, now));
	CHECK(t.unique == 196 && t.n_missing == 4 && lg_track_lost(&t) == 0);
	CHECK(!lg_track_take(&t, (uint16_t)65729, false, now) && t.twice == 1);
	/* asked for each 100 ms, ten times, then never again */
	CHECK(lg_track_wanted(&t, now, seqs, 8, &given_up) == 4);
	CHECK(seqs[0] == (uint16_t)65550 && seqs[3] == (uint16_t)65700);
	CHECK(lg_track_wanted(&t, now + 50000, seqs, 8, &given_up) == 0);
	CHECK(lg_track_take(&t, (uint16_t)65550, true, now));
	CHECK(!lg_track_take(&t, (uint16_t)65550, true, now));
	for (int i = 0; i < 12; i++)
		lg_track_wanted(&t, now += 100000, seqs, 8, &given_up);
	CHECK(given_up == 3 && t.n_missing == 0 && lg_track_lost(&t) == 3);
	CHECK(lg_track_take(&t, (uint16_t)65600, true, now)); /* late is not lost */
	CHECK(lg_track_lost(&t) == 2);
	/* the server is told what was lost on the way, repaired or not */
	lg_track_block(&t, &block, now);
	CHECK(block.lost == 4 && block.highest_seq == 65729);
	CHECK(block.fraction_lost == 4 * 255 / 200);
	lg_track_block(&t, &block, now);
	CHECK(block.lost == 4 && block.fraction_lost == 0);
	/* a jump beyond what is remembered */
	CHECK(lg_track_take(&t, (uint16_t)(65729 + 5000), false, now));
	CHECK(lg_track_lost(&t) + t.n_missing == 2 + 4999);
}

static void pauses_are_longer_than_packets(void)
{
	static const int64_t step_ms[] = {20, 60};
	struct lg_track t;

	for (int k = 0; k < 2; k++) {
		int64_t at = 1000000, ts = 0;

		lg_track_init(&t, 48000, 40000, false);
		for (uint16_t i = 0; i < 100; i++) {
			CHECK(lg_track_take(&t, i, false, at));
			CHECK(lg_track_time(&t, (uint32_t)ts, at) == ts * 125 / 6);
			ts += step_ms[k] * 48;
			at += step_ms[k] * 1000 + (i == 50) * 39000 + (i == 70) * 41000;
		}
		CHECK(t.gaps == 1 && t.longest_us == step_ms[k] * 1000 + 41000);
	}
}

static void lateness_is_from_the_least(void)
{
	static struct lg_late a, b, both;

	for (int i = 0; i < 100; i++)
		lg_late_add(&a, 7000000 + i * 1000); /* the first one is the least */
	for (int i = 99; i >= 0; i--)
		lg_late_add(&b, -3000000 + i * 1000); /* the last one is */
	CHECK(lg_late_quantile(&a, 0.5) == lg_late_quantile(&b, 0.5));
	CHECK(lg_late_quantile(&a, 0.5) == 49 && lg_late_quantile(&a, 1) == 99);
	CHECK(lg_late_max(&a) == 99 && lg_late_max(&b) == 99);
	lg_late_merge(&both, &a);
	lg_late_merge(&both, &b);
	CHECK(both.n == 200 && lg_late_quantile(&both, 0.99) == 98);
	CHECK(lg_late_max(&both) == 99);
	lg_late_add(&a, INT64_C(8000000000)); /* beyond the bins */
	CHECK(lg_late_max(&a) == 7993000);
}

/* ---- sight
 * ------------------------------------------------------------------------------ */

/* Every packet of a clip: only those of its first picture are a key frame. */
static void key_frames_are_seen(bool vp8)
{
	const struct lg_options options = {.vp8 = vp8};
	enum codec codec = vp8 ? CODEC_VP8 : CODEC_H264;
	struct lg_clip *clip;

	CHECK(lg_clip_create(&clip, &options) == 0);
	CHECK(clip->n_video == 60 && clip->n_audio == 200 && clip->codec == codec);
	for (uint32_t i = 0; i < clip->n_video; i++) {
		const struct blob *blob = clip->video[i];
		uint16_t w = 0, h = 0;

		CHECK(lg_look(codec, blob->data + blob->packets[0].offset,
			      blob->packets[0].len, &w, &h) == (i == 0));
		CHECK(i ? !w && !h : w == 640 && h == 360);
		for (size_t len = 0; len < blob->packets[0].len && i < 2; len++) {
			/* in memory of its own, so that a sanitizer sees each end */
			uint8_t *cut = malloc(len + 1);

			memcpy(cut, blob->data + blob->packets[0].offset, len);
			(void)!lg_look(codec, len ? cut : cut + 1, len, &w, &h);
			free(cut);
		}
	}
	lg_clip_destroy(clip);
}

/* ---- answers
 * ------------------------------------------------------------------------------ */

/* JSON's \r\n back to what it means; the text behind "sdp":" up to its quote. */
static size_t unescape(char *out, const char *json)
{
	const char *p = strstr(json, "\"sdp\":\"") + 7;
	size_t n = 0;

	for (; *p != '"'; p++) {
		if (*p != '\\') {
			out[n++] = *p;
			continue;
		}
		p++;
		out[n++] = *p == 'r' ? '\r' : '\n';
	}
	out[n] = 0;
	return n;
}

static void the_server_takes_the_answer(bool sends, bool vp8, bool no_twcc)
{
	static struct sdp_local local = {.ufrag = "abcd",
					 .pwd = "0123456789012345678901",
					 .n_candidates = 2,
					 .session_id = 7,
					 .version = 1,
					 .ssrc_audio = 1,
					 .ssrc_video = 2,
					 .ssrc_rtx = 3};
	static char text[32768], json[32768];
	static struct sdp offer, answer;
	static const uint8_t print[32] = {1, 2, 3};
	const struct lg_options o = {.vp8 = vp8, .no_twcc = no_twcc, .no_red = no_twcc};
	const struct lg_answer a = {.offer = &offer,
				    .options = &o,
				    .ufrag = "efgh",
				    .pwd = "abcdefabcdefabcdefabcd",
				    .fingerprint = print,
				    .ssrc_voice = 11,
				    .ssrc_camera = 12,
				    .sends = sends};
	struct endpoint at;
	const char *why = "";
	int n;

	strcpy(local.candidates[0].ip, "192.0.2.1");
	local.candidates[0].tcp = true;
	local.candidates[0].port = 9;
	strcpy(local.candidates[1].ip, "192.0.2.2");
	local.candidates[1].port = 8443;
	n = sdp_write_offer(text, sizeof(text), &local, false, false);
	CHECK(n > 0 && sdp_parse(&offer, text, (size_t)n, &why) == 0);
	CHECK(lg_candidate(&at, text) == 0 && endpoint_port(&at) == 8443);
	CHECK(lg_answer_write(&a, 3, json, sizeof(json)) > 0);
	CHECK(lg_answer_write(&a, 3, text, 200) == -ENOSPC);
	CHECK(strncmp(json, "{\"v\":3,", 7) == 0);
	n = (int)unescape(text, json);
	CHECK(sdp_parse(&answer, text, (size_t)n, &why) == 0);
	CHECK(answer.media[0].red_pt == (no_twcc ? 0 : offer.media[0].red_pt));
	CHECK(sdp_take_answer(&answer, &why) == 0);
	CHECK(sdp_view_codec(&answer) == (vp8 ? CODEC_VP8 : CODEC_H264));
	CHECK(lg_section(&answer, "c")->dir == (sends ? SDP_SEND : 0));
	CHECK(!lg_section(&answer, "v")->ext[SDP_EXT_TWCC] == no_twcc);
	CHECK(lg_section(&answer, "v")->codecs[0].rtx_pt && !lg_section(&answer, "x"));
	CHECK(answer.media[0].rsize == offer.media[0].rsize);
}

/* ---- files
 * ---------------------------------------------------------------------------------- */

static void file_of(char path[40], const void *data, size_t len)
{
	int fd;

	strcpy(path, "/tmp/aula-loadgen-XXXXXX");
	fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static void files_are_read(void)
{
	static const uint8_t annexb[] = {0,    0, 0, 1, 0x67, 1,    2,    0, 0, 1, 0x68,
					 1,    0, 0, 1, 0x65, 0x88, 9,    0, 0, 1, 0x65,
					 0x10, 9, 0, 0, 1,    0x41, 0x9a, 7};
	static uint8_t wav[44 + 1920] = "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\xbb";
	struct lg_file f;
	const uint8_t *data;
	const int16_t *pcm;
	char path[40];
	uint32_t n;
	size_t len;

	file_of(path, annexb, sizeof(annexb));
	CHECK(lg_file_open(&f, path) == 0 && lg_file_fps(&f) == 15);
	CHECK(lg_file_frame(&f, CODEC_H264, &data, &len) && len == 24 && data[4] == 0x67);
	CHECK(lg_file_frame(&f, CODEC_H264, &data, &len) && len == 6 && data[3] == 0x41);
	CHECK(!lg_file_frame(&f, CODEC_H264, &data, &len));
	f.at = 0;
	CHECK(!lg_file_frame(&f, CODEC_VP8, &data, &len));
	CHECK(lg_file_wav(&f, &pcm, &n) == -EBADMSG);
	lg_file_close(&f);
	unlink(path);
	CHECK(lg_file_open(&f, path) == -ENOENT);

	memcpy(wav + 34, "\x10\0data\x80\x07\0\0", 10);
	file_of(path, wav, sizeof(wav));
	CHECK(lg_file_open(&f, path) == 0 && lg_file_wav(&f, &pcm, &n) == 0 && n == 960);
	f.len = 43; /* cut */
	CHECK(lg_file_wav(&f, &pcm, &n) == -EBADMSG);
	lg_file_close(&f);
	unlink(path);
}

/* A picture each 100 ms, of two packets; the numbers wrap. */
static void picture(struct lg_trace *t, int n, bool key, int missing)
{
	for (int k = 0; k < 2; k++)
		if (k != missing)
			lg_trace_video(t, (uint16_t)(65530 + 2 * n + k), (uint32_t)n,
				       k == 1, key && !k, (100 + n) * 100 * MS_US);
}

static void test_trace_pictures(void)
{
	struct lg_trace *t = calloc(1, sizeof(*t));

	CHECK(t != NULL);
	picture(t, 0, false, -1);
	CHECK(t->shown == 0); /* nothing to lean on */
	picture(t, 1, true, -1);
	picture(t, 2, false, -1);
	CHECK(t->shown == 2 && t->n_keys == 1 && t->n_stalls == 0);
	picture(t, 3, false, 0);
	picture(t, 4, false, -1);
	picture(t, 5, false, -1);
	CHECK(t->shown == 2);
	/* repaired: all that waited is shown */
	lg_trace_video(t, (uint16_t)(65530 + 6), 3, false, false, 10600 * MS_US);
	CHECK(t->shown == 5 && t->n_stalls == 1);
	CHECK(t->stalls[0].to_us - t->stalls[0].from_us == 400 * MS_US);
	/* given up: on from the next whole key frame */
	picture(t, 7, false, 1);
	picture(t, 8, false, -1);
	picture(t, 9, true, 1);
	CHECK(t->shown == 5);
	picture(t, 10, true, -1);
	picture(t, 11, false, -1);
	CHECK(t->shown == 7 && t->n_keys == 2 && t->n_stalls == 2);
	free(t);
}

static void test_trace_sound(void)
{
	/* 60 ms of mono SILK: the fourth bit says that there is a copy */
	const uint8_t with[] = {11 << 3, 0xf0}, without[] = {11 << 3, 0xe0};
	struct lg_trace *t = calloc(1, sizeof(*t));

	CHECK(t != NULL);
	CHECK(lg_trace_has_fec(with, 2) && !lg_trace_has_fec(without, 2));
	CHECK(!lg_trace_has_fec(with, 1));
	lg_trace_sound(t, 65535, false, without, 2, SEC_US);
	lg_trace_sound(t, 2, false, without, 2, 2 * SEC_US); /* 0, 1 are missing */
	CHECK(t->n_holes == 2 && t->seconds[0].sound == 1 && t->seconds[1].sound == 3);
	lg_trace_sound(t, 1, true, NULL, 0, 2 * SEC_US);
	CHECK(t->n_holes == 1 && t->holes[0].seq == 0 && !t->holes[0].fec);
	lg_trace_sound(t, 1, false, with, 2, 2 * SEC_US); /* late, and it helps */
	CHECK(t->holes[0].fec);
	lg_trace_sound(t, 0, false, without, 2, 2 * SEC_US);
	CHECK(t->n_holes == 0);
	free(t);
}

static void test_trace_levels(void)
{
	static const char event[] =
		"{\"t\":\"quality\",\"seq\":4,\"d\":{\"level\":\"low\","
		"\"why\":\"link\"}}";
	struct lg_trace *t = calloc(1, sizeof(*t));

	CHECK(t != NULL);
	lg_trace_text(t, "{\"t\":\"chat\",\"d\":{\"level\":\"low\"}}", SEC_US);
	CHECK(t->n_levels == 0);
	lg_trace_text(t, event, SEC_US);
	lg_trace_text(t, event, 2 * SEC_US); /* nothing new */
	CHECK(t->n_levels == 1 && strcmp(t->levels[0].level, "low") == 0);
	CHECK(strcmp(t->levels[0].why, "link") == 0 && t->levels[0].at_us == SEC_US);
	free(t);
}

int main(void)
{
	test_trace_pictures();
	test_trace_sound();
	test_trace_levels();
	both_speak_the_same_srtp();
	losses_are_counted();
	pauses_are_longer_than_packets();
	lateness_is_from_the_least();
	key_frames_are_seen(false);
	key_frames_are_seen(true);
	for (int i = 0; i < 8; i++)
		the_server_takes_the_answer(i & 1, i & 2, i & 4);
	files_are_read();
	return 0;
}
