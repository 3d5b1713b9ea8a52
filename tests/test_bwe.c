#include "transport/bwe.h"

#include "base/clock.h"
#include "tests/test.h"
#include "tests/way_sim.h"

#include <stdio.h>
#include <stdlib.h>

static struct sim sim;

static bool within(uint32_t v, uint32_t wanted, uint32_t percent)
{
	return v >= wanted - wanted / 100 * percent &&
	       v <= wanted + wanted / 100 * percent;
}

/* Sending 1 Mbit/s, the link falls to `bps`: how long until it is told, in ms. */
static int64_t step(uint32_t bps, int64_t queue_us)
{
	int64_t from_us;

	sim_init(&sim);
	sim.video_bps = 950000;
	sim.rate_bps = 1500000;
	sim.queue_us = queue_us;
	sim_run(&sim, 20000);
	CHECK(sim.n_tight == 0);
	from_us = sim.now_us;
	sim.rate_bps = bps;
	sim_run(&sim, 5000);
	CHECK(sim.n_tight >= 1 && sim.n_tight <= 10);
	CHECK(sim.report.verdict == LINK_TIGHT);
	if (getenv("SHOW"))
		printf("step %u queue %lld: %lld ms, carried %u, reports %u\n", bps,
		       (long long)queue_us / 1000,
		       (long long)(sim.first_tight_us - from_us) / 1000,
		       sim.report.carried_bps, sim.n_tight);
	return (sim.first_tight_us - from_us) / MS_US;
}

static void test_steps(void)
{
	CHECK(step(80000, 200 * MS_US) <= 1000);
	CHECK(within(sim.report.carried_bps, 80000, 15));
	/* and less is sent: it is clear again, soon, and stays so */
	sim.video_bps = 30000;
	sim_run(&sim, 3000);
	CHECK(sim.report.verdict == LINK_CLEAR && sim.report.queue_ms < 100);
	sim.n_tight = 0;
	sim_run(&sim, 60000);
	CHECK(sim.n_tight == 0);
	sim_fini(&sim);
	CHECK(step(300000, 200 * MS_US) <= 1000);
	CHECK(within(sim.report.carried_bps, 300000, 15));
	sim_fini(&sim);
	CHECK(step(300000, 2 * SEC_US) <= 1200);
	CHECK(within(sim.report.carried_bps, 300000, 15));
	sim_fini(&sim);
	CHECK(step(800000, SEC_US) <= 2500);
	CHECK(within(sim.report.carried_bps, 800000, 15));
	sim_fini(&sim);
}

/* Without any queue to speak of: only the losses tell. */
static void test_short_queue(void)
{
	static const struct {
		uint32_t bps;
		int64_t max_ms;
	} rows[] = {{80000, 1500}, {300000, 3000}, {500000, 20000}, {700000, 30000}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t from_us;

		sim_init(&sim);
		sim.video_bps = 950000;
		sim_run(&sim, 20000);
		from_us = sim.now_us;
		sim.rate_bps = rows[i].bps;
		sim.queue_us = 20 * MS_US;
		sim_run(&sim, rows[i].max_ms);
		if (getenv("SHOW"))
			printf("short %u: %lld ms carried %u loss %.2f\n", rows[i].bps,
			       (long long)(sim.first_tight_us - from_us) / 1000,
			       sim.report.carried_bps, sim.bwe.loss);
		CHECK(sim.n_tight >= 1);
		sim_fini(&sim);
	}
}

/* Ten minutes of what is not too much. */
static void calm(const char *what, double chance, int64_t jitter_us, double drift,
		 uint32_t rate_bps, uint32_t video_bps)
{
	sim_init(&sim);
	sim.chance = chance;
	sim.jitter_us = jitter_us;
	sim.drift = drift;
	sim.rate_bps = rate_bps;
	sim.queue_us = 400 * MS_US;
	sim.video_bps = video_bps;
	sim.key_every = 150;
	sim_run(&sim, 600000);
	if (getenv("SHOW"))
		printf("%s loss %.2f jitter %lld video %u: tight %u (%lld ms) lossy %u "
		       "clear %u loss %.2f noise %lld queue %u carried %u\n",
		       what, chance, (long long)jitter_us / 1000, video_bps, sim.n_tight,
		       (long long)sim.tight_total_us / 1000, sim.n_lossy, sim.n_clear,
		       sim.bwe.loss, (long long)sim.bwe.noise_us / 1000,
		       sim.bwe.report.queue_ms, sim.bwe.report.carried_bps);
	/* of a new link so many losses are taken for too much, once */
	CHECK(sim.n_tight <= (chance >= 0.05));
	if (chance <= 0.05)
		CHECK(sim.n_lossy == 0);
	else if (chance >= 0.2)
		CHECK(sim.n_lossy > 0);
	CHECK(sim.n_lossy <= 12); /* told anew when it is worse than it seemed */
	sim_fini(&sim);
}

static void test_calm(void)
{
	static const double chances[] = {0, 0.01, 0.05, 0.1, 0.2, 0.3};
	static const uint32_t rates[] = {0, 50000, 400000, 1000000};

	for (size_t i = 0; i < sizeof(chances) / sizeof(chances[0]); i++)
		for (size_t k = 0; k < sizeof(rates) / sizeof(rates[0]); k++) {
			calm("chance", chances[i], 0, 0, 0, rates[k]);
			calm("jitter", chances[i], 200 * MS_US, 1e-4, 0, rates[k]);
		}
	calm("drift", 0, 0, -1e-4, 600000, 300000);
}

/* A way that fell silent: said once, forgotten when it is back. */
static void test_silent(void)
{
	sim_init(&sim);
	sim.video_bps = 300000;
	sim_run(&sim, 5000);
	sim.down = true;
	sim_run(&sim, 1300);
	CHECK(sim.n_silent == 1 && sim.report.verdict == LINK_SILENT);
	sim_run(&sim, 5000);
	CHECK(sim.n_silent == 1 && sim.n_tight == 0);
	sim.down = false;
	sim.delay_us += 3 * SEC_US; /* another way */
	sim_run(&sim, 8000);
	CHECK(sim.report.verdict == LINK_CLEAR && sim.n_tight == 0);
	CHECK(sim.report.queue_ms < 50);
	sim_fini(&sim);
}

/* The way becomes 2 s longer, and stays so. */
static void test_longer_way(void)
{
	sim_init(&sim);
	sim.video_bps = 300000;
	sim_run(&sim, 30000);
	sim.delay_us = sim.delay_us + 900 * MS_US;
	sim_run(&sim, 3000);
	CHECK(sim.report.verdict == LINK_TIGHT && sim.n_tight <= 8);
	CHECK(within(sim.report.carried_bps, 330000, 20));
	sim.video_bps = 50000;
	sim_run(&sim, 9000);
	CHECK(sim.report.verdict == LINK_CLEAR && sim.bwe.report.queue_ms < 50);
	sim.n_tight = 0;
	sim.video_bps = 300000;
	sim_run(&sim, 60000);
	CHECK(sim.n_tight == 0);
	/* and again shorter, by more than feedback can show as a queue */
	sim.delay_us = 20 * MS_US;
	sim_run(&sim, 60000);
	CHECK(sim.n_tight == 0 && sim.bwe.report.queue_ms < 50);
	sim_fini(&sim);
}

/* A good link is told of once, soon: who waits for that may try more. */
static void test_first(void)
{
	sim_init(&sim);
	sim.video_bps = 150000;
	sim_run(&sim, 2000);
	CHECK(sim.n_clear == 1 && sim.n_tight == 0);
	sim_run(&sim, 60000);
	CHECK(sim.n_clear == 1);
	sim_fini(&sim);
	/* too much from the start, and nearly no queue: soon told */
	sim_init(&sim);
	sim.video_bps = 180000;
	sim.rate_bps = 80000;
	sim.queue_us = 50 * MS_US;
	sim_run(&sim, 1500);
	CHECK(sim.n_tight >= 1 && sim.report.verdict == LINK_TIGHT);
	CHECK(within(sim.report.carried_bps, 80000, 25));
	/* and what was lost is no reason to speak of losses afterwards */
	sim.video_bps = 30000;
	sim_run(&sim, 8000);
	CHECK(sim.n_lossy == 0 && sim.report.verdict == LINK_CLEAR);
	sim_fini(&sim);
}

/* What the sender holds back itself is a sign, too, but not each moment. */
static void test_held_back(void)
{
	sim_init(&sim);
	sim.video_bps = 60000;
	sim_run(&sim, 3000);
	CHECK(bwe_held_back(&sim.bwe, 70000, 90000, sim.now_us));
	CHECK(sim.bwe.report.verdict == LINK_TIGHT);
	CHECK(sim.bwe.report.carried_bps == 70000);
	CHECK(!bwe_held_back(&sim.bwe, 70000, 90000, sim.now_us + 100 * MS_US));
	sim_run(&sim, 2000);
	CHECK(sim.report.verdict == LINK_CLEAR);
	CHECK(bwe_silent(&sim.bwe, sim.now_us));
	CHECK(!bwe_held_back(&sim.bwe, 70000, 90000, sim.now_us + 5 * SEC_US));
	sim_fini(&sim);
}

/* A peer that says what it likes. */
static void test_lies(void)
{
	sim_init(&sim);
	sim.video_bps = 500000;
	sim_run(&sim, 5000);
	sim.lies = true;
	sim_run(&sim, 60000);
	CHECK(sim.n_tight + sim.n_clear + sim.n_lossy <= 140); /* two a second */
	sim_fini(&sim);
}

static void test_blocks(void)
{
	struct bwe b;
	int64_t now_us = 100 * SEC_US;
	int told = 0;

	bwe_init(&b);
	for (int i = 0; i < 60; i++, now_us += SEC_US)
		told += bwe_block(&b, 5, (40 + i % 3 * 20) * MS_US, 400000, now_us);
	CHECK(told == 1 && b.report.verdict == LINK_CLEAR); /* once, at first */
	told = 0;
	CHECK(within(b.report.carried_bps, 400000, 3));
	/* the round trip grows */
	for (int i = 0; i < 3; i++, now_us += SEC_US)
		told += bwe_block(&b, 20, (300 + i * 50) * MS_US, 400000, now_us);
	CHECK(told >= 1 && b.report.verdict == LINK_TIGHT);
	for (int i = 0; i < 5; i++, now_us += SEC_US)
		bwe_block(&b, 0, 50 * MS_US, 100000, now_us);
	CHECK(b.report.verdict == LINK_CLEAR);
	/* a quarter is lost, and no delay */
	for (int i = 0; i < 8; i++, now_us += SEC_US)
		bwe_block(&b, 64, 50 * MS_US, 100000, now_us);
	CHECK(b.report.verdict == LINK_LOSSY);
	/* half of it */
	for (int i = 0; i < 3; i++, now_us += SEC_US)
		bwe_block(&b, 140, 50 * MS_US, 100000, now_us);
	CHECK(b.report.verdict == LINK_TIGHT && b.report.carried_bps < 60000);
}

/* It is told of when the average has hardly begun to rise, and anew when it is seen to
 * be far more. */
static void test_worse(void)
{
	uint32_t n;

	sim_init(&sim);
	sim.video_bps = 400000;
	sim_run(&sim, 20000);
	sim.chance = 0.2;
	sim_run(&sim, 20000);
	n = sim.n_lossy;
	CHECK(n >= 1 && sim.bwe.report.verdict == LINK_LOSSY);
	sim.chance = 0.28;
	sim_run(&sim, 20000);
	CHECK(sim.n_lossy > n && sim.bwe.report.verdict == LINK_LOSSY);
	CHECK(sim.bwe.told_loss > 0.24);
	sim_fini(&sim);
}

static void test_cap(void)
{
	struct bwe b;
	int64_t now_us = 100 * SEC_US;

	bwe_init(&b);
	CHECK(bwe_cap(&b, 500000, true, 300000, now_us));
	CHECK(b.report.verdict == LINK_CLEAR && b.report.cap_bps == 500000);
	now_us += SEC_US;
	CHECK(!bwe_cap(&b, 540000, true, 300000, now_us));
	CHECK(bwe_cap(&b, 560000, true, 300000, now_us));
	now_us += SEC_US;
	CHECK(bwe_cap(&b, UINT64_MAX, true, 300000, now_us));
	CHECK(b.report.cap_bps == UINT32_MAX);
	now_us += SEC_US;
	CHECK(!bwe_cap(&b, UINT64_MAX, true, 300000, now_us)); /* the same is no news */
	CHECK(bwe_cap(&b, 100000, false, 300000, now_us));     /* no verdict with TWCC */
	CHECK(b.report.verdict == LINK_CLEAR);
	CHECK(bwe_cap(&b, 100000, true, 300000, now_us));
	CHECK(b.report.verdict == LINK_TIGHT && b.report.carried_bps == 100000);
	CHECK(!bwe_cap(&b, 100000, true, 300000, now_us + 100 * MS_US));
}

/* A peer that changes its mind a thousand times a second is heard twice. */
static void test_cap_flood(void)
{
	struct bwe b;
	int64_t now_us = 100 * SEC_US;
	int told = 0;

	bwe_init(&b);
	for (int i = 0; i < 1000; i++)
		told += bwe_cap(&b, i % 2 ? 200000 : 900000, false, 300000,
				now_us + i * MS_US);
	CHECK(told == 2);
	now_us += 2 * SEC_US; /* and the last word counts */
	bwe_cap_due(&b, now_us);
	CHECK(b.cap_told == b.report.cap_bps && b.report.cap_bps == 200000);
}

int main(void)
{
	test_steps();
	test_short_queue();
	test_calm();
	test_silent();
	test_longer_way();
	test_first();
	test_held_back();
	test_lies();
	test_blocks();
	test_worse();
	test_cap();
	test_cap_flood();
	return 0;
}
