/* Each allocation of the audio half of mixer/ and of db/ fails once. Linked with
 * --wrap; see oom.h.
 */
#include "base/thread.h"
#include "db/db_job.h"
#include "mixer/adec.h"
#include "mixer/aenc.h"
#include "mixer/amix.h"
#include "mixer/feed.h"
#include "mixer/playout.h"
#include "tests/oom.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

static int make_mix(void)
{
	static const struct amix_sink sink = {0};
	struct mix_conf conf = {1, {12000, 24000, 12000, 40000}, 0, 0};
	struct amix *mix;
	int err = amix_create(&mix, 1, &conf, &sink);

	if (!err)
		amix_destroy(mix);
	return err;
}

static int make_voice(void)
{
	struct voice *voice;
	int err = voice_create(&voice, 1);

	if (!err)
		voice_destroy(voice);
	return err;
}

static int make_codecs(void)
{
	struct adec *dec = NULL;
	struct aenc *enc = NULL;
	int err = adec_create(&dec);

	if (!err)
		err = aenc_create(&enc, 40000);
	adec_destroy(dec);
	aenc_destroy(enc);
	return err;
}

static int make_unit(void)
{
	static struct feed *feed;
	float pcm[PCM_TICK] = {0.1f};
	struct au *au;
	int err = feed ? 0 : feed_create(&feed, MIX_FULL, 40000);

	if (!err)
		err = feed_run(feed, pcm, 0, &au);
	if (err)
		return err;
	au_put(au);
	feed_destroy(feed);
	feed = NULL;
	return 0;
}

static int make_worker(void)
{
	struct aworker_rings rings = {.n = 1};
	struct aworker_events events = {0};
	struct aworker *worker;
	int err = ring_create(&rings.in[0], 8);

	if (!err)
		err = ring_create(&rings.out[0], 8);
	if (!err)
		err = aworker_create(&worker, &rings, &events);
	if (!err)
		aworker_destroy(worker);
	ring_destroy(rings.in[0]);
	ring_destroy(rings.out[0]);
	return err;
}

static int make_job(void)
{
	struct db_param params[] = {{.text = "a"}, {.number = 5}, {.text = "b"}};
	struct db_job *job;
	int err = db_job_create(&job, "SELECT 1", params, 3);

	if (err)
		return err;
	CHECK(strcmp(job->params[0].text, "a") == 0 && job->params[1].number == 5);
	CHECK(strcmp(job->params[2].text, "b") == 0);
	db_job_destroy(job);
	return 0;
}

/* A voice that finds no memory for its decoder is silent until there is some. */
static void pull_without_memory(void)
{
	float pcm[PCM_TICK];
	struct playout *p;
	struct au *au;

	CHECK(playout_create(&p) == 0);
	CHECK(au_create(&au, "\x48\x00\x00", 3) == 0);
	au->codec = CODEC_OPUS;
	au->arrival_us = 1000000;
	CHECK(playout_push(p, au) == 0);
	for (int n = 0; n < 2; n++) {
		oom_after(n);
		CHECK(!playout_pull(p, pcm, 1100000));
		oom_after(-1);
	}
	CHECK(playout_pull(p, pcm, 1120000));
	playout_destroy(p);
}

static void count_unit(void *ctx, uint32_t nets, uint32_t id, struct au *au)
{
	uint32_t *units = ctx;

	(void)nets;
	CHECK(id == 1 + MIX_FULL);
	++*units;
	au_put(au);
}

/* A mix that finds no memory says nothing until there is some. */
static void tick_without_memory(void)
{
	struct mix_conf conf = {1, {12000, 24000, 12000, 40000}, 0, 0};
	uint32_t units = 0;
	struct amix_sink sink = {&units, count_unit, NULL, NULL};
	struct amix *mix;

	thread_claim(&on_aud);
	CHECK(amix_create(&mix, 1, &conf, &sink) == 0);
	amix_class(mix, 0, MIX_FULL, true, 0);
	for (int n = 0; n < 4; n++) { /* the feed, the encoder, the unit, its data */
		oom_after(n);
		amix_tick(mix, 6000000 + n * PCM_TICK_US);
		oom_after(-1);
		CHECK(units == 0 || n == 3);
	}
	units = 0;
	amix_tick(mix, 6080000);
	CHECK(units == 1);
	amix_destroy(mix);
}

int main(void)
{
	OOM_EACH(make_mix());
	OOM_EACH(make_voice());
	OOM_EACH(make_codecs());
	OOM_EACH(make_unit());
	OOM_EACH(make_worker());
	OOM_EACH(make_job());
	pull_without_memory();
	thread_enter(&on_aud);
	tick_without_memory();
	return 0;
}
