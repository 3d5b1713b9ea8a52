#include "mixer/playout.h"

#include "base/clock.h"
#include "base/count.h"
#include "tests/test.h"
#include "tests/tone.h"

#include <errno.h>
#include <opus/opus.h>
#include <string.h>

#define PACKETS 8000
#define HZ      500.0
#define PEAK    0.08f /* of each of ten tones */
#define HISS    0.008f
#define DULL    (-28.0)
#define DULLER  (-34.0)

/* A sender of a tone, and the way its packets take. */
struct way {
	uint32_t samples;  /* of a packet */
	uint32_t n;        /* packets */
	int64_t jitter_us; /* each is late by 0 to this */
	int loss;          /* of 100 */
	int duplicates;    /* of 100 */
	double drift;      /* the sender's clock runs faster by this part */
	bool hiss;         /* of a room, instead of the tone */
	uint32_t seq, first_pts_ms;
};

struct flight {
	int64_t arrival_us;
	struct au *au;
};

static struct flight flights[PACKETS * 2];
static uint32_t n_flights;
static uint32_t seed;
static float heard[PCM_TICK * 6100];
static uint32_t n_heard; /* ticks */

static uint32_t any(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static int by_arrival(const void *a, const void *b)
{
	const struct flight *x = a, *y = b;

	if (x->arrival_us != y->arrival_us)
		return x->arrival_us < y->arrival_us ? -1 : 1;
	return (int)(x->au->seq - y->au->seq);
}

static OpusEncoder *encoder(uint32_t samples)
{
	int err;
	OpusEncoder *enc = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &err);

	CHECK(enc);
	opus_encoder_ctl(enc, OPUS_SET_BITRATE(samples < 960 ? 96000 : 24000));
	opus_encoder_ctl(enc, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(enc, OPUS_SET_PACKET_LOSS_PERC(20));
	opus_encoder_ctl(enc, OPUS_SET_COMPLEXITY(1));
	opus_encoder_ctl(enc, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	opus_encoder_ctl(enc, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_WIDEBAND));
	return enc;
}

static void fly(struct au *au, int64_t arrival_us)
{
	au->arrival_us = arrival_us;
	flights[n_flights++] = (struct flight){arrival_us, au};
}

static struct au *make(OpusEncoder *enc, const struct way *way, uint32_t i)
{
	float pcm[PCM_PACKET] = {0};
	uint8_t data[1500];
	struct au *au;
	int len;

	/* like a vowel: an encoder makes copies for the case of loss of speech only */
	for (int k = 1; k <= 10 && !way->hiss; k++)
		tone_add(pcm, way->samples, (int64_t)i * way->samples, 100 * k, PEAK);
	for (uint32_t k = 0; k < way->samples && way->hiss; k++)
		pcm[k] = HISS * ((float)any(20001) / 10000 - 1);
	len = opus_encode_float(enc, pcm, (int)way->samples, data, sizeof(data));
	CHECK(len > 0);
	CHECK(au_create(&au, data, (size_t)len) == 0);
	au->codec = CODEC_OPUS;
	au->seq = way->seq + i;
	au->pts_us = way->first_pts_ms * MS_US + pcm_us((int64_t)i * way->samples);
	return au;
}

/* All packets of the way, in the order they arrive. */
static void send_all(const struct way *way, int64_t start_us)
{
	OpusEncoder *enc = encoder(way->samples);

	for (uint32_t i = 0; i < way->n; i++) {
		struct au *au = make(enc, way, i);
		double sent = (double)pcm_us((int64_t)i * way->samples) /
			      (1 + way->drift);
		int64_t at = start_us + (int64_t)sent;

		if ((int)any(100) < way->duplicates) {
			struct au *twin;

			CHECK(au_create(&twin, au->data, au->len) == 0);
			twin->codec = CODEC_OPUS;
			twin->seq = au->seq;
			twin->pts_us = au->pts_us;
			fly(twin, at + any(150000));
		}
		if (way->jitter_us)
			at += any((uint32_t)way->jitter_us);
		if ((int)any(100) < way->loss)
			au_put(au);
		else
			fly(au, at);
	}
	opus_encoder_destroy(enc);
	qsort(flights, n_flights, sizeof(*flights), by_arrival);
}

/* Plays for `ticks`; what was heard is in heard[]. */
static void play(struct playout *p, int64_t from_us, uint32_t ticks)
{
	uint32_t next = 0;

	n_heard = 0;
	for (uint32_t t = 0; t < ticks; t++) {
		int64_t now_us = from_us + t * PCM_TICK_US;

		while (next < n_flights && flights[next].arrival_us <= now_us)
			CHECK(playout_push(p, flights[next++].au) == 0);
		playout_pull(p, heard + n_heard++ * PCM_TICK, now_us);
	}
	while (next < n_flights)
		au_put(flights[next++].au);
	n_flights = 0;
}

/* Ticks among those from `first` on that do not sound as loud as they should. */
static uint32_t count_dull(uint32_t first, double least_db)
{
	uint32_t n = 0;

	for (uint32_t t = first; t < n_heard; t++)
		n += tone_db(heard + t * PCM_TICK, PCM_TICK, HZ) < least_db;
	return n;
}

static struct playout_stats run(const struct way *way, uint32_t ticks)
{
	struct playout_stats stats;
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(way, SEC_US);
	play(p, SEC_US + 3 * MS_US, ticks);
	playout_stats(p, SEC_US + 3 * MS_US + ticks * PCM_TICK_US, &stats);
	playout_destroy(p);
	return stats;
}

static void even_arrival_of_any_length(void)
{
	static const uint32_t lengths[] = {120, 240, 480, 960, 1920, 2880};

	for (int i = 0; i < 6; i++) {
		struct way way = {.samples = lengths[i], .n = 240000 / lengths[i]};
		struct playout_stats s = run(&way, 240);

		CHECK(s.concealed == 0 && s.late == 0);
		CHECK(count_dull(10, DULL) == 0);
		CHECK(s.delay_us <= 80 * MS_US);
		CHECK(s.target_us <= 60 * MS_US);
	}
}

static void jitter(void)
{
	struct way way = {
		.samples = 960, .n = 1500, .jitter_us = 100 * MS_US, .seq = 65000};
	struct playout_stats s = run(&way, 1500);

	CHECK(s.target_us > 90 * MS_US && s.target_us < 140 * MS_US);
	CHECK(s.concealed < 1500 * PCM_TICK / 50); /* 2 % */
	CHECK(s.late <= 2);                        /* while it learned */
	CHECK(count_dull(100, DULLER) < 20);
}

static void loss_is_made_up_for(void)
{
	struct way way = {.samples = 960, .n = 1500, .loss = 10};
	struct playout_stats s = run(&way, 1500);

	CHECK(s.recovered > 80 * PCM_TICK);
	CHECK(s.concealed < 1500 * PCM_TICK / 50);
	/* the copies of a sound that goes on for ever are poor */
	CHECK(count_dull(20, DULLER) < 120);
}

static void loss_without_end(void)
{
	struct way way = {.samples = 960, .n = 1500, .loss = 50, .jitter_us = 30 * MS_US};
	struct playout_stats s = run(&way, 1500);

	CHECK(s.recovered > 0 && s.concealed > 0);
	CHECK(count_dull(20, DULLER) < 600);
}

static void twins_and_disorder(void)
{
	struct way way = {.samples = 960,
			  .n = 800,
			  .duplicates = 30,
			  .jitter_us = 50 * MS_US,
			  .seq = UINT32_MAX - 300};
	struct playout_stats s = run(&way, 800);

	CHECK(s.late > 20); /* the slowest twins */
	CHECK(s.concealed < 800 * PCM_TICK / 50);
	CHECK(count_dull(50, DULLER) < 12);
}

static void clocks_that_differ(void)
{
	static const double drifts[] = {200e-6, -200e-6, 500e-6, -500e-6};

	for (int i = 0; i < 4; i++) {
		bool hiss = i >= 2; /* which does not repeat itself */
		struct way way = {
			.samples = 960, .n = 6000, .drift = drifts[i], .hiss = hiss};
		struct playout_stats s = run(&way, 5990);

		CHECK(s.concealed <= 2 * PCM_TICK);
		CHECK(drifts[i] > 0 ? s.shrunk > 0 : s.grown > 0 || s.concealed > 0);
		CHECK(llabs(s.delay_us - s.target_us) < 30 * MS_US);
		CHECK(hiss || count_dull(10, DULL) < 4);
	}
}

/* The sender stops, says so by a packet of one byte, and begins again. */
static void silence_is_no_loss(void)
{
	struct way way = {.samples = 960, .n = 50};
	struct playout_stats s;
	struct playout *p;
	struct au *au;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	CHECK(au_create(&au, "\x48", 1) == 0);
	au->codec = CODEC_OPUS;
	au->seq = 50;
	au->pts_us = SEC_US;
	fly(au, 2 * SEC_US);
	way.seq = 51;
	way.first_pts_ms = 3000;
	send_all(&way, 4 * SEC_US);
	play(p, SEC_US + 3 * MS_US, 190);
	playout_stats(p, SEC_US + 190 * PCM_TICK_US, &s);
	CHECK(s.concealed == 0);
	for (uint32_t i = 60 * PCM_TICK; i < 150 * PCM_TICK; i++)
		CHECK(heard[i] == 0);
	CHECK(tone_db(heard + 160 * PCM_TICK, 20 * PCM_TICK, HZ) > DULL);
	playout_destroy(p);
}

static void end_is_faded(void)
{
	struct way way = {.samples = 960, .n = 50};
	struct playout_stats s = run(&way, 80);

	CHECK(s.concealed >= 5 * PCM_TICK && s.concealed <= 7 * PCM_TICK);
	CHECK(s.delay_us == 0);
	for (uint32_t i = 64 * PCM_TICK; i < 80 * PCM_TICK; i++)
		CHECK(heard[i] == 0);
}

/* New numbers and times in the middle: soon heard again. */
static void stream_begins_anew(void)
{
	static const struct {
		uint32_t seq, pts_ms;
	} rows[] = {
		{90000, 700000}, {100, 700000}, {5, 0}, {60, 50}, {4000000000u, 1100}};

	for (int i = 0; i < 5; i++) {
		struct way way = {
			.samples = 960, .n = 100, .seq = 2000, .first_pts_ms = 60000};
		struct playout *p;

		seed = 1;
		CHECK(playout_create(&p) == 0);
		send_all(&way, SEC_US);
		way.seq = rows[i].seq;
		way.first_pts_ms = rows[i].pts_ms;
		send_all(&way, 3 * SEC_US);
		play(p, SEC_US + 3 * MS_US, 199);
		CHECK(count_dull(140, DULL) == 0);
		playout_destroy(p);
	}
}

/* Everything is 700 ms later from now on, or comes at once after a stall. */
static void the_way_gets_longer(void)
{
	struct way way = {.samples = 960, .n = 100, .seq = 10};
	struct playout_stats s;
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	way.seq += 100;
	way.first_pts_ms += 2000;
	way.n = 1000;
	send_all(&way, 3 * SEC_US + 700 * MS_US);
	play(p, SEC_US + 3 * MS_US, 1130);
	playout_stats(p, SEC_US + 1130 * PCM_TICK_US, &s);
	CHECK(count_dull(160, DULL) < 20);
	CHECK(llabs(s.delay_us - s.target_us) < 60 * MS_US);
	playout_destroy(p);
}

/* What would arrive in between arrives at its end. */
static void stall(int64_t from_us, int64_t until_us)
{
	for (uint32_t i = 0; i < n_flights; i++)
		if (flights[i].arrival_us >= from_us && flights[i].arrival_us < until_us)
			flights[i].arrival_us = flights[i].au->arrival_us = until_us;
}

static void a_burst_after_a_stall(void)
{
	struct way way = {.samples = 960, .n = 1100, .seq = 10};
	struct playout_stats s;
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	stall(3 * SEC_US, 6 * SEC_US);
	play(p, SEC_US + 3 * MS_US, 1090);
	playout_stats(p, SEC_US + 1090 * PCM_TICK_US, &s);
	CHECK(count_dull(260, DULL) < 20);
	CHECK(s.delay_us < 150 * MS_US);
	playout_destroy(p);
}

/* What waited because the way was uneven for a moment does not wait for ever, though
 * nothing in the hiss of a room repeats itself. */
static void a_quiet_room_gives_way(void)
{
	struct way way = {.samples = 960, .n = 1000, .seq = 10, .hiss = true};
	struct playout_stats s;
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	stall(4 * SEC_US, 4 * SEC_US + 240 * MS_US);
	play(p, SEC_US + 3 * MS_US, 600);
	playout_stats(p, SEC_US + 3 * MS_US + 600 * PCM_TICK_US, &s);
	CHECK(s.target_us < 60 * MS_US);
	CHECK(s.delay_us - s.target_us <= 21 * MS_US && s.shrunk > 5);
	playout_destroy(p);
}

static void too_many_at_once(void)
{
	struct way way = {.samples = 960, .n = 1000};
	struct playout_stats s;
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	for (uint32_t i = 0; i < n_flights; i++) {
		flights[i].au->arrival_us = SEC_US;
		CHECK(playout_push(p, flights[i].au) == 0);
	}
	n_flights = 0;
	playout_stats(p, SEC_US, &s);
	CHECK(s.waiting <= PLAYOUT_PACKETS);
	playout_destroy(p);
}

static void skipped_voices_do_not_pile_up(void)
{
	struct way way = {.samples = 2880, .n = 200};
	struct playout_stats s;
	struct playout *p;
	uint32_t next = 0;
	int64_t now_us = SEC_US;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	for (; next < 150; now_us += PCM_TICK_US) {
		while (next < n_flights && flights[next].arrival_us <= now_us)
			CHECK(playout_push(p, flights[next++].au) == 0);
		playout_skip(p, now_us);
		playout_stats(p, now_us, &s);
		CHECK(s.waiting <= 4);
	}
	/* and is heard at once when its turn comes */
	for (int t = 0; t < 20; t++, now_us += PCM_TICK_US) {
		while (next < n_flights && flights[next].arrival_us <= now_us)
			CHECK(playout_push(p, flights[next++].au) == 0);
		playout_pull(p, heard + t * PCM_TICK, now_us);
	}
	CHECK(tone_db(heard + 8 * PCM_TICK, 10 * PCM_TICK, HZ) > DULL);
	while (next < n_flights)
		au_put(flights[next++].au);
	n_flights = 0;
	playout_destroy(p);
}

static void bad_packets(void)
{
	static const struct {
		const char *data;
		size_t len;
		enum codec codec;
	} rows[] = {
		{"", 0, CODEC_OPUS},         /* empty */
		{"\x4b", 1, CODEC_OPUS},     /* frame count missing */
		{"\x4b\x00", 2, CODEC_OPUS}, /* no frames */
		{"\x4b\x3f", 2, CODEC_OPUS}, /* 63 frames: 1260 ms */
		{"\x1b\x03", 2, CODEC_OPUS}, /* 180 ms */
		{"\x48\x00", 2, CODEC_VP8},  /* not sound */
		{NULL, PLAYOUT_BYTES + 1, CODEC_OPUS},
	};
	struct playout *p;

	CHECK(playout_create(&p) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t before = count_get(COUNT_REJECT_PAYLOAD);
		struct au *au;

		CHECK(au_create(&au, rows[i].data, rows[i].len) == 0);
		au->codec = rows[i].codec;
		CHECK(playout_push(p, au) == -EINVAL);
		CHECK(count_get(COUNT_REJECT_PAYLOAD) == before + 1);
	}
	playout_destroy(p);
}

/* Right lengths, broken content: the decoder refuses, the rest plays on. */
static void broken_packets(void)
{
	struct way way = {.samples = 960, .n = 100};
	int64_t before = count_get(COUNT_REJECT_DECODE);
	struct playout *p;

	seed = 1;
	CHECK(playout_create(&p) == 0);
	send_all(&way, SEC_US);
	flights[40].au->data[0] = 0x4a; /* two frames of 10 ms, the first too long */
	flights[40].au->data[1] = 250;
	play(p, SEC_US + 3 * MS_US, 98);
	CHECK(count_get(COUNT_REJECT_DECODE) == before + 1);
	CHECK(count_dull(10, DULL) < 4);
	playout_destroy(p);
}

int main(void)
{
	even_arrival_of_any_length();
	jitter();
	loss_is_made_up_for();
	loss_without_end();
	twins_and_disorder();
	clocks_that_differ();
	silence_is_no_loss();
	end_is_faded();
	stream_begins_anew();
	the_way_gets_longer();
	a_burst_after_a_stall();
	a_quiet_room_gives_way();
	too_many_at_once();
	skipped_voices_do_not_pile_up();
	bad_packets();
	broken_packets();
	return 0;
}
