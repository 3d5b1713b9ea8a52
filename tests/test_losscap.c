#include "transport/losscap.h"

#include "base/clock.h"
#include "tests/test.h"

static uint64_t seed = 88172645463325252u;

static double chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) / (double)(UINT64_C(1) << 53);
}

/* Sends 60 packets a second, more or less, for `sec`: each is lost with `p`, and
 * those that are more than `cap` in a quarter second are. How long until it is
 * called a cap, in s; `sec` if never. */
static int run(double p, uint32_t cap, bool varies, int sec)
{
	struct losscap l = {0};
	int64_t now_us = 50 * SEC_US, quarter = 0;
	uint32_t sent = 0;

	for (int i = 0; i < sec * 60; i++, now_us += SEC_US / 60) {
		int64_t q = now_us / (250 * MS_US);

		if (q != quarter)
			sent = 0;
		quarter = q;
		if (varies && i / 120 % 2 && i % 3)
			continue;
		losscap_add(&l, now_us, 1000 + (uint32_t)i % 7 * 20,
			    chance() < p || (cap && ++sent > cap));
		if (losscap_is_cap(&l))
			return i / 60;
	}
	return sec;
}

int main(void)
{
	static const double chances[] = {0, 0.02, 0.05, 0.1, 0.2, 0.3};
	struct losscap l = {0};

	for (int i = 0; i < 6; i++) {
		CHECK(run(chances[i], 0, false, 1800) == 1800);
		CHECK(run(chances[i], 0, true, 1800) == 1800);
	}
	CHECK(run(0, 12, false, 60) < 12); /* of 15 */
	CHECK(run(0, 8, false, 60) < 12);
	CHECK(run(0, 8, true, 60) < 30); /* spared while less is sent */
	CHECK(run(0, 20, true, 60) == 60);
	/* times that jump do no harm */
	losscap_add(&l, INT64_MAX / 2, 1000, true);
	losscap_add(&l, 1, 1000, true);
	losscap_add(&l, INT64_MAX / 2, 1000, false);
	losscap_found(&l);
	CHECK(!losscap_is_cap(&l));
	return 0;
}
