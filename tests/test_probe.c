#include "transport/probe.h"

#include "base/clock.h"
#include "tests/test.h"

#define WAY_US   (40 * MS_US)
#define START_US (900 * SEC_US)

struct link {
	uint32_t bps;  /* at most that arrives in time; 0: all */
	uint32_t lose; /* one of so many; 0: none */
	double loss;   /* known before */
};

static struct probe p;
static uint64_t wire;

/* Fills up a stream of 50 kbit/s; what is due is sent in packets of 500 bytes. */
static enum probe_end run(struct link link, uint32_t target_bps)
{
	enum probe_end end = PROBE_RUNS;
	int64_t free_us = 0, now_us = START_US;
	uint32_t n = 0;

	wire = 12345;
	probe_start(&p, target_bps, 50000, link.loss, wire, now_us);
	for (; end == PROBE_RUNS && now_us < START_US + 5 * SEC_US;
	     now_us += 10 * MS_US) {
		uint32_t train = probe_train(&p);

		for (int i = 0; train && i < PROBE_TRAIN; i++) {
			struct twcc_news news = {FATE_ARRIVED, TWCC_PROBE, train + 64,
						 now_us};

			wire += news.size;
			free_us = free_us > now_us ? free_us : now_us;
			if (link.bps)
				free_us += news.size * 8 * SEC_US / link.bps;
			if (link.lose == 1)
				news.fate = FATE_LOST;
			probe_packet(&p, &news, free_us + WAY_US);
		}
		uint32_t due = probe_due(&p, wire, now_us) / 500 * 500 +
			       (n % 8 == 0 ? 500 : 0);

		for (; due; due -= 500, n++) {
			struct twcc_news news = {FATE_ARRIVED, TWCC_PROBE, 500, now_us};

			wire += 500;
			if (link.lose && n % link.lose == 0)
				news.fate = FATE_LOST;
			free_us = free_us > now_us ? free_us : now_us;
			if (link.bps)
				free_us += 500 * 8 * SEC_US / link.bps;
			probe_packet(&p, &news, free_us + WAY_US);
		}
		n += !due && n % 8 == 0;
		end = probe_judge(&p, free_us - now_us, now_us);
	}
	CHECK(end != PROBE_RUNS);
	CHECK(now_us <=
	      START_US + PROBE_TRAIN_US + PROBE_RAMP_US + PROBE_HOLD_US + 1600 * MS_US);
	return end;
}

static void test_ends(void)
{
	CHECK(run((struct link){0}, 300000) == PROBE_GOOD);
	CHECK(probe_carried(&p) > 280000 && probe_carried(&p) < 320000);
	/* ramp: half of it for 0.4 s, then 0.7 s of it */
	CHECK(wire > 12345 + 30000 && wire < 12345 + 41000);
	CHECK(run((struct link){.bps = 400000}, 300000) == PROBE_GOOD);
	CHECK(run((struct link){.bps = 200000}, 300000) == PROBE_BAD);
	CHECK(wire < 12345 + 3000); /* the first packets told it: nothing is disturbed */
	CHECK(run((struct link){.bps = 900000}, 1000000) == PROBE_BAD);
	CHECK(wire > 12345 + 3000); /* not of a high rate */
	CHECK(run((struct link){.bps = 50000}, 77000) == PROBE_BAD);
	CHECK(wire < 12345 + 3000);
	CHECK(run((struct link){.bps = 130000}, 77000) == PROBE_GOOD);
	CHECK(run((struct link){.lose = 10}, 300000) == PROBE_BAD);
	CHECK(run((struct link){.lose = 10, .loss = 0.1}, 300000) == PROBE_GOOD);
	CHECK(run((struct link){.lose = 1}, 300000) == PROBE_BAD);
}

/* Nothing is told of it: it ends nevertheless. */
static void test_untold(void)
{
	int64_t now_us = START_US;

	probe_start(&p, 300000, 0, 0, 0, now_us);
	while (probe_judge(&p, 0, now_us) == PROBE_RUNS)
		now_us += 10 * MS_US;
	CHECK(probe_judge(&p, 0, now_us) == PROBE_BAD);
	CHECK(now_us - START_US < 3 * SEC_US);
	/* media alone is more than the target: nothing to fill, and it ends */
	probe_start(&p, 300000, 500000, 0, 0, START_US);
	CHECK(p.from_bps == 300000);
	wire = 0;
	for (now_us = START_US; now_us < START_US + SEC_US; now_us += 10 * MS_US) {
		wire += 1000;
		CHECK(probe_due(&p, wire, now_us) == 0);
	}
}

int main(void)
{
	test_ends();
	test_untold();
	return 0;
}
