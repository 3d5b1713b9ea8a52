/* The level of a viewer on links of every kind: right, quickly, and still. */
#include "mcu/choice.h"

#include <string.h>

#include "base/clock.h"
#include "tests/test.h"

/* A link that carries so much, and reports as transport/ does. */
struct way {
	struct choice c;
	struct choice_costs costs;
	uint32_t carries_bps;
	uint32_t probe_bps;
	int64_t probe_end_us, tight_us, bad_since_us, good_since_us, now_us;
	enum link_verdict verdict;
	uint32_t changes;
	enum level last;
};

static void costs_init(struct choice_costs *costs)
{
	struct ladder ladder;
	struct conf conf;
	char why[200];

	conf_init(&conf);
	CHECK(ladder_init(&ladder, &conf, why, sizeof(why)) == 0);
	for (enum level level = LEVEL_SOUND; level < LEVELS; level++)
		costs->bps[level] = ladder_wire_bps(&ladder, level, CONTENT_PEOPLE, 60);
}

static void way_init(struct way *w, uint32_t kbps, enum level start)
{
	memset(w, 0, sizeof(*w));
	costs_init(&w->costs);
	w->carries_bps = kbps * 1000;
	w->now_us = 1000 * SEC_US;
	w->good_since_us = w->now_us;
	w->verdict = LINK_CLEAR; /* a good link may say nothing */
	choice_init(&w->c, start, LEVEL_HIGH, w->now_us);
	w->last = start;
}

static void obey(struct way *w, const struct choice_out *out)
{
	enum level level = choice_level(&w->c);

	if (level != w->last) {
		w->changes++;
		w->bad_since_us = 0;
		w->good_since_us = w->now_us;
	}
	CHECK(!out->at_once || level < w->last);
	w->last = level;
	if (out->probe_bps) {
		w->probe_bps = out->probe_bps;
		w->probe_end_us = w->now_us + SEC_US;
	}
}

static void report(struct way *w, enum link_verdict verdict, uint32_t carried)
{
	struct link_report r = {.verdict = verdict, .carried_bps = carried};
	struct choice_out out = {0};

	w->verdict = verdict;
	choice_report(&w->c, &w->costs, &r, w->now_us, &out);
	obey(w, &out);
}

/* A tenth of a second. */
static void step(struct way *w)
{
	uint32_t sent = w->costs.bps[choice_level(&w->c)];
	struct choice_out out = {0};

	w->now_us += 100 * MS_US;
	if (sent > w->carries_bps) {
		if (!w->bad_since_us)
			w->bad_since_us = w->now_us;
		w->good_since_us = 0;
		if (w->now_us - w->bad_since_us >= 600 * MS_US &&
		    w->now_us - w->tight_us >= 500 * MS_US) {
			w->tight_us = w->now_us;
			report(w, LINK_TIGHT, w->carries_bps);
		}
	} else {
		if (!w->good_since_us)
			w->good_since_us = w->now_us;
		w->bad_since_us = 0;
		if (w->verdict != LINK_CLEAR && w->now_us - w->good_since_us >= SEC_US)
			report(w, LINK_CLEAR, sent);
	}
	if (w->probe_bps && w->now_us >= w->probe_end_us) {
		bool good = w->probe_bps * 97ull <= w->carries_bps * 100ull;

		w->probe_bps = 0;
		report(w, good ? LINK_PROBE_GOOD : LINK_PROBE_BAD, 0);
		w->verdict = LINK_CLEAR;
	}
	if (w->now_us / (100 * MS_US) % 10 == 0) {
		choice_tick(&w->c, &w->costs, w->now_us, &out);
		obey(w, &out);
	}
}

static void pass(struct way *w, int seconds)
{
	for (int i = 0; i < seconds * 10; i++)
		step(w);
}

static void right_level(uint32_t kbps, enum level start, enum level right)
{
	struct way w;

	way_init(&w, kbps, start);
	pass(&w, 3);
	if (start > right && choice_level(&w.c) > right)
		CHECK(!"too high after 3 s");
	pass(&w, 27);
	CHECK(choice_level(&w.c) == right);
	w.changes = 0;
	pass(&w, 600);
	CHECK(choice_level(&w.c) == right);
	CHECK(w.changes <= 12); /* a fruitless climb and back, rarer and rarer */
}

static void levels(void)
{
	static const struct {
		uint32_t kbps;
		enum level right;
	} rows[] = {{30, LEVEL_STILL}, {50, LEVEL_STILL}, {80, LEVEL_LOW},
		    {150, LEVEL_LOW},  {300, LEVEL_MID},  {600, LEVEL_MAIN},
		    {2000, LEVEL_HIGH}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		right_level(rows[i].kbps, LEVEL_MID, rows[i].right);
		right_level(rows[i].kbps, LEVEL_MAIN, rows[i].right);
		right_level(rows[i].kbps, LEVEL_STILL, rows[i].right);
	}
}

static void steps(void)
{
	struct way w;

	way_init(&w, 1000, LEVEL_MAIN);
	pass(&w, 30);
	CHECK(choice_level(&w.c) >= LEVEL_MAIN);
	w.carries_bps = 80000;
	pass(&w, 3);
	CHECK(choice_level(&w.c) <= LEVEL_LOW);
	pass(&w, 30);
	CHECK(choice_level(&w.c) == LEVEL_LOW);
	w.carries_bps = 1000000;
	pass(&w, 15);
	CHECK(choice_level(&w.c) >= LEVEL_MAIN);
}

static void wishes(void)
{
	struct choice_out out = {0};
	struct way w;

	way_init(&w, 2000, LEVEL_MAIN);
	pass(&w, 60);
	CHECK(choice_level(&w.c) == LEVEL_HIGH && choice_why(&w.c) == WHY_BEST);
	choice_limit(&w.c, LEVEL_SOUND, WHY_HIDDEN, w.now_us, &out);
	CHECK(out.changed && out.at_once && choice_why(&w.c) == WHY_HIDDEN);
	CHECK(choice_level(&w.c) == LEVEL_SOUND);
	memset(&out, 0, sizeof(out));
	choice_limit(&w.c, LEVEL_HIGH, WHY_ROOM, w.now_us, &out);
	CHECK(out.changed && !out.at_once); /* back at once, without a climb */
	CHECK(choice_level(&w.c) == LEVEL_HIGH);
}

static void losses(void)
{
	struct link_report r = {.verdict = LINK_LOSSY, .loss_64k = 65536 * 30 / 100};
	struct choice_out out = {0};
	struct way w;

	way_init(&w, 2000, LEVEL_MAIN);
	pass(&w, 2);
	choice_report(&w.c, &w.costs, &r, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW && choice_why(&w.c) == WHY_LOSS);
	r.verdict = LINK_SILENT;
	choice_report(&w.c, &w.costs, &r, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW && choice_why(&w.c) == WHY_LOST);
	/* what the client itself allows */
	r = (struct link_report){.verdict = LINK_CLEAR, .cap_bps = 60000};
	choice_report(&w.c, &w.costs, &r, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_STILL);
}

/* An answer that comes when nobody asks, or after trouble, changes nothing. */
static void stale_probes(void)
{
	struct link_report good = {.verdict = LINK_PROBE_GOOD};
	struct link_report tight = {.verdict = LINK_TIGHT, .carried_bps = 100000};
	struct choice_out out = {0};
	struct way w;

	way_init(&w, 2000, LEVEL_MID);
	choice_report(&w.c, &w.costs, &good, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_MID);
	while (!w.probe_bps)
		step(&w);
	w.now_us += 5 * SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW);
	choice_report(&w.c, &w.costs, &good, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW);
}

/* The first report counts, however soon; one that is still about what was sent before a
 * step down does not; and who gets stills loses them only after the queue had time. */
static void drains(void)
{
	struct link_report tight = {.verdict = LINK_TIGHT, .carried_bps = 80000};
	struct choice_out out = {0};
	struct way w;

	way_init(&w, 80, LEVEL_MID);
	w.now_us += 300 * MS_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW && out.at_once);
	tight.carried_bps = 40000;
	w.now_us += SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW);
	w.now_us += 2 * SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_STILL);
	tight.carried_bps = 10000;
	w.now_us += 3 * SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_STILL);
	w.now_us += 4 * SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_SOUND);
}

/* Who cannot be probed climbs nevertheless, and falls back when it was too much. */
static void blind(void)
{
	struct link_report none = {.verdict = LINK_PROBE_NONE};
	struct choice_out out = {0};
	struct way w;

	way_init(&w, 300, LEVEL_LOW);
	for (int i = 0; i < 1200; i++) {
		step(&w);
		if (w.probe_bps) {
			w.probe_bps = 0;
			choice_report(&w.c, &w.costs, &none, w.now_us, &out);
			obey(&w, &out);
		}
	}
	CHECK(choice_level(&w.c) >= LEVEL_MID);
	CHECK(w.changes >= 1 && w.changes <= 12);
}

/* Losses at the lowest picture of a narrow link: is it the pictures, or chance? */
static void losses_of_narrow_links(void)
{
	for (int chance = 0; chance < 2; chance++) {
		struct link_report tight = {.verdict = LINK_TIGHT, .carried_bps = 80000};
		struct link_report lossy = {.verdict = LINK_LOSSY, .loss_64k = 15000};
		struct link_report clear = {.verdict = LINK_CLEAR};
		struct choice_out out = {0};
		struct way w;

		way_init(&w, 2000, LEVEL_MID);
		choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
		CHECK(choice_level(&w.c) == LEVEL_LOW);
		w.now_us += 4 * SEC_US;
		choice_report(&w.c, &w.costs, &lossy, w.now_us, &out);
		choice_tick(&w.c, &w.costs, w.now_us, &out);
		CHECK(choice_level(&w.c) == LEVEL_STILL && choice_why(&w.c) == WHY_LOSS);
		w.now_us += 4 * SEC_US;
		if (!chance)
			choice_report(&w.c, &w.costs, &clear, w.now_us, &out);
		choice_tick(&w.c, &w.costs, w.now_us, &out);
		CHECK(choice_level(&w.c) == LEVEL_STILL);
		w.now_us += 5 * SEC_US;
		out = (struct choice_out){0};
		choice_tick(&w.c, &w.costs, w.now_us, &out);
		CHECK(choice_level(&w.c) == (chance ? LEVEL_LOW : LEVEL_STILL));
		CHECK(!out.probe_bps);   /* it has been tried */
		w.now_us += 20 * SEC_US; /* no second trial of chance */
		choice_tick(&w.c, &w.costs, w.now_us, &out);
		CHECK(choice_level(&w.c) == (chance ? LEVEL_LOW : LEVEL_STILL));
	}
}

/* Where pictures spoil the sound they are not tried again for long; but a way that became
 * wide is found at once. */
static void leaps(void)
{
	struct link_report tight = {.verdict = LINK_TIGHT, .carried_bps = 80000};
	struct link_report lossy = {.verdict = LINK_LOSSY, .loss_64k = 15000};
	struct link_report clear = {.verdict = LINK_CLEAR};
	struct link_report bad = {.verdict = LINK_PROBE_BAD};
	struct link_report good = {.verdict = LINK_PROBE_GOOD};
	struct choice_out out = {0};
	struct way w;
	int64_t from_us;
	int probes = 0;

	way_init(&w, 2000, LEVEL_MID);
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	w.now_us += 4 * SEC_US;
	choice_report(&w.c, &w.costs, &lossy, w.now_us, &out);
	choice_tick(&w.c, &w.costs, w.now_us, &out);
	w.now_us += 2 * SEC_US;
	choice_report(&w.c, &w.costs, &clear, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_STILL);
	for (from_us = w.now_us; w.now_us - from_us < 59 * SEC_US; w.now_us += SEC_US) {
		out = (struct choice_out){0};
		choice_tick(&w.c, &w.costs, w.now_us, &out);
		if (!out.probe_bps)
			continue;
		CHECK(out.probe_bps > w.costs.bps[LEVEL_MID]);
		probes++;
		choice_report(&w.c, &w.costs, &bad, w.now_us, &out);
		CHECK(choice_level(&w.c) == LEVEL_STILL);
	}
	CHECK(probes >= 4 && probes <= 6);
	do {
		w.now_us += SEC_US;
		out = (struct choice_out){0};
		choice_tick(&w.c, &w.costs, w.now_us, &out);
	} while (!out.probe_bps && w.now_us - from_us < 80 * SEC_US);
	CHECK(out.probe_bps &&
	      out.probe_bps < w.costs.bps[LEVEL_MID]); /* the picture itself */
	choice_report(&w.c, &w.costs, &good, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_LOW);
	w.now_us += 4 * SEC_US;
	choice_report(&w.c, &w.costs, &tight, w.now_us, &out);
	choice_report(&w.c, &w.costs, &lossy, w.now_us, &out);
	choice_tick(&w.c, &w.costs, w.now_us, &out);
	w.now_us += 2 * SEC_US;
	choice_report(&w.c, &w.costs, &clear, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_STILL);
	out = (struct choice_out){0};
	for (from_us = w.now_us; !out.probe_bps && w.now_us - from_us < 15 * SEC_US;
	     w.now_us += SEC_US)
		choice_tick(&w.c, &w.costs, w.now_us, &out);
	CHECK(out.probe_bps > w.costs.bps[LEVEL_MID]);
	choice_report(&w.c, &w.costs, &good, w.now_us, &out);
	CHECK(choice_level(&w.c) == LEVEL_MID);
	out = (struct choice_out){0};
	w.now_us += 4 * SEC_US; /* and on from there as always */
	choice_tick(&w.c, &w.costs, w.now_us, &out);
	CHECK(out.probe_bps > w.costs.bps[LEVEL_MAIN]);
}

int main(void)
{
	levels();
	steps();
	wishes();
	losses();
	stale_probes();
	blind();
	losses_of_narrow_links();
	leaps();
	drains();
	return 0;
}
