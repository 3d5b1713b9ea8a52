/* What the finder of flashes and tones says of a known skew: none, sound 80 ms late,
 * sound 120 ms early; with packets of each length; composed at another rate than it was
 * sent; with clocks that are not ours, and with packets missing.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bench/loadgen_sync.h"
#include "bench/loadgen_tone.h"
#include "mixer/adec.h"
#include "mixer/feed.h"
#include "tests/test.h"
#include "transport/net.h"

#define FRAMES     (3 * LG_BEACON_FRAMES)
#define FRAME_MS   (1000.0 / LG_BEACON_FPS)
#define NEAR_MS    5.0
#define SERVER_US  (INT64_C(4000000000) * SEC_US) /* since 1900, when all begins */
#define VIDEO_BASE 0xffff0000u                    /* wraps in between */
#define SOUND_BASE 0xfffff000u

/* One that sends to a finder, which stands in for server and link. */
struct rig {
	struct lg_beacon *beacon;
	struct lg_sync *sync;
	uint16_t seq;
};

static void rig_init(struct rig *r, unsigned which, double late_s, double ratio)
{
	const struct lg_beacon_conf conf = {which, ratio, late_s};

	*r = (struct rig){.seq = 65500};
	CHECK(lg_beacon_create(&r->beacon, &conf) == 0);
	CHECK(lg_sync_create(&r->sync) == 0);
}

static void rig_fini(struct rig *r)
{
	lg_beacon_destroy(r->beacon);
	lg_sync_destroy(r->sync);
}

/* What the server says of a stream `us` after the beginning, `hz` by its own clock. */
static void report(struct rig *r, bool video, int64_t us, double hz)
{
	int64_t wall_us = SERVER_US + us;
	const struct rtcp_sr sr = {
		.ntp = (uint64_t)(wall_us / SEC_US) << 32 |
		       (uint64_t)((wall_us % SEC_US << 32) / SEC_US),
		.rtp_ts = (video ? VIDEO_BASE : SOUND_BASE) +
			  (uint32_t)(int64_t)((double)us / 1e6 * hz),
	};

	lg_sync_report(r->sync, video, &sr);
}

static void put_frame(struct rig *r, uint32_t n, uint32_t ts)
{
	const struct blob *blob = lg_beacon_frame(r->beacon, n);

	for (uint32_t i = 0; i < blob->n; i++) {
		const struct rtp_packet p = {.marker = i + 1 == blob->n,
					     .seq = r->seq++,
					     .ts = VIDEO_BASE + ts,
					     .payload = blob->data +
							blob->packets[i].offset,
					     .payload_len = blob->packets[i].len};

		lg_sync_video(r->sync, &p, CODEC_H264);
	}
}

static void put_sound(struct rig *r, uint32_t n)
{
	struct blob *blob;

	CHECK(lg_beacon_sound(r->beacon, &blob) == 0);
	lg_sync_sound(r->sync, SOUND_BASE + n * LG_BEACON_SAMPLES, blob->data,
		      blob->packets[0].len);
	blob_put(blob);
}

/* The middle one of all; the others are within `spread_ms` of it. */
static double middle_ms(const struct rig *r, unsigned which, double spread_ms)
{
	struct lg_sync_seen seen;
	double sum = 0, least, most;

	lg_sync_seen(r->sync, which, &seen);
	CHECK(seen.n >= 3 && seen.flashes == seen.n && seen.tones == seen.n);
	least = most = seen.events[0].skew_us;
	for (uint32_t i = 0; i < seen.n; i++) {
		least = fmin(least, seen.events[i].skew_us);
		most = fmax(most, seen.events[i].skew_us);
		sum += seen.events[i].skew_us;
	}
	CHECK(most - least <= spread_ms * 1000);
	return sum / seen.n / 1000;
}

/* All that was not sent was not seen either. */
static void check_others(const struct rig *r, unsigned which)
{
	struct lg_sync_seen seen;

	for (unsigned i = 0; i < LG_BEACONS; i++) {
		lg_sync_seen(r->sync, i, &seen);
		CHECK(i == which || (!seen.flashes && !seen.tones && !seen.n));
	}
}

static void known_skew_is_found(unsigned which, double late_s)
{
	struct rig r;

	rig_init(&r, which, late_s, 1);
	report(&r, true, 0, 90000);
	report(&r, false, 0, 48000);
	for (uint32_t i = 0; i < FRAMES; i++) {
		put_sound(&r, 2 * i);
		put_sound(&r, 2 * i + 1);
		put_frame(&r, i, i * 90000 / LG_BEACON_FPS);
	}
	CHECK(fabs(middle_ms(&r, which, 2) - late_s * 1000) <= NEAR_MS);
	check_others(&r, which);
	rig_fini(&r);
}

/* A composition of 15 a second shows what was there: the picture is late by what it
 * waited, 13 to 67 ms minus a step of 13, so the sound seems early by that. */
static void composed_later_is_seen_later(void)
{
	struct rig r;
	double ms;

	rig_init(&r, 0, 0.08, 1);
	report(&r, true, 0, 90000);
	report(&r, false, 0, 48000);
	for (uint32_t i = 0, tick = 0; i < 2 * FRAMES; i++) {
		put_sound(&r, i);
		if (tick * 6000 > i * 1800) /* both in ticks of 90 kHz */
			continue;
		put_frame(&r, tick * LG_BEACON_FPS / 15, tick * 6000);
		tick++;
	}
	ms = middle_ms(&r, 0, 1000 / 15.0);
	CHECK(ms <= 80 + NEAR_MS && ms >= 80 - 1000 / 15.0 - NEAR_MS);
	rig_fini(&r);
}

/* The clock of the sound gains 0.1 % on that of the picture. What is said at an
 * instant is said at that instant, so only the reports that tell of it make it right. */
static void fast_sound_is_told_by_reports(void)
{
	const double ratio = 1 / 1.001;
	struct rig r;

	rig_init(&r, 1, 0, ratio);
	for (uint32_t i = 0; i < 2 * FRAMES; i++) {
		if (i % 50 == 0)
			report(&r, false, i * INT64_C(20000), 48048);
		put_sound(&r, i);
		if (i % 2)
			continue;
		if (i % 50 == 0)
			report(&r, true, i * INT64_C(20000), 90000);
		put_frame(&r, i / 2, i / 2 * 90000 / LG_BEACON_FPS);
	}
	CHECK(fabs(middle_ms(&r, 1, 2)) <= NEAR_MS);
	rig_fini(&r);
}

/* The server puts sound together in packets of 20, 40 and 60 ms, which say when their
 * first sample went in. */
static void what_the_server_encodes_is_in_time(enum mix_class c)
{
	float pcm[PCM_TICK];
	struct feed *feed;
	struct adec *dec;
	struct rig r;

	rig_init(&r, 2, -0.12, 1);
	CHECK(feed_create(&feed, c, c == MIX_FULL ? 40000 : 16000) == 0);
	CHECK(adec_create(&dec) == 0);
	report(&r, true, 0, 90000);
	report(&r, false, 0, 48000);
	for (uint32_t i = 0; i < 2 * FRAMES; i++) {
		struct blob *blob;
		struct au *au;

		if (i % 2 == 0)
			put_frame(&r, i / 2, i / 2 * 90000 / LG_BEACON_FPS);
		CHECK(lg_beacon_sound(r.beacon, &blob) == 0);
		CHECK(adec_decode(dec, blob->data, blob->packets[0].len, pcm, PCM_TICK) ==
		      PCM_TICK);
		blob_put(blob);
		CHECK(feed_run(feed, pcm, i * PCM_TICK_US, &au) == 0);
		if (!au)
			continue;
		lg_sync_sound(r.sync, SOUND_BASE + net_audio_ts(au->pts_us), au->data,
			      au->len);
		au_put(au);
	}
	CHECK(fabs(middle_ms(&r, 2, 4) + 120) <= NEAR_MS);
	feed_destroy(feed);
	adec_destroy(dec);
	rig_fini(&r);
}

/* Not a flash less with each tenth packet missing but where a flash begins; and what
 * comes before any report has no time. */
static void gaps_and_silence_are_no_events(void)
{
	struct lg_sync_seen seen;
	struct rig r;

	rig_init(&r, 0, 0, 1);
	for (uint32_t i = 0; i < LG_BEACON_FRAMES; i++) {
		put_frame(&r, i, i * 3600);
		put_sound(&r, 2 * i);
		put_sound(&r, 2 * i + 1);
	}
	lg_sync_seen(r.sync, 0, &seen);
	CHECK(!seen.flashes && !seen.tones);
	report(&r, true, 0, 90000);
	report(&r, false, 0, 48000);
	for (uint32_t i = LG_BEACON_FRAMES; i < FRAMES; i++) {
		r.seq = (uint16_t)(r.seq + (i % 10 == 9));
		put_frame(&r, i, i * 3600);
		CHECK(!lg_sync_wants_key(r.sync)); /* all of them are key frames */
		put_sound(&r, 2 * i);
		put_sound(&r, 2 * i + 1);
	}
	lg_sync_seen(r.sync, 0, &seen);
	CHECK(seen.n == 2);
	CHECK(abs(seen.events[0].skew_us) <= NEAR_MS * 1000);
	rig_fini(&r);
}

/* A tone in a noise of the same strength, others beside it, begun between samples. */
static void tones_are_found_among_others(void)
{
	static float pcm[48000];
	uint32_t noise = 1;
	struct lg_tone t;
	double onset = 0;
	bool found = false;

	for (int i = 0; i < 48000; i++) {
		double s = i / 48000.0;

		noise = noise * 1664525u + 1013904223u;
		pcm[i] = 0.05f * ((float)(noise >> 8) / 8388608.0f - 1);
		pcm[i] += (float)(0.2 * sin(2 * M_PI * 600 * s));
		pcm[i] += (float)(i > 10000 ? 0.2 * sin(2 * M_PI * 4900 * s) : 0);
		pcm[i] += (float)(i > 24000 ? 0.05 * sin(2 * M_PI * 3700 * s) : 0);
	}
	lg_tone_init(&t, 3700);
	for (int i = 0; i < 48000; i += 480)
		found |= lg_tone_feed(&t, pcm + i, 480, 1000 + i, &onset);
	CHECK(found && fabs(onset - 25000) < 48);
	lg_tone_init(&t, 6100);
	CHECK(!lg_tone_feed(&t, pcm, 48000, 0, &onset));
}

int main(void)
{
	static const double late_s[] = {0, 0.08, -0.12};

	for (unsigned i = 0; i < 3; i++)
		for (unsigned which = 0; which < LG_BEACONS; which++)
			known_skew_is_found(which, late_s[i]);
	composed_later_is_seen_later();
	fast_sound_is_told_by_reports();
	for (int c = 0; c < MIX_CLASSES; c++)
		what_the_server_encodes_is_in_time((enum mix_class)c);
	gaps_and_silence_are_no_events();
	tones_are_found_among_others();
	return 0;
}
