/* However many ask: one key frame a second, the first at once. */
#include "mixer/keygate.h"

#include "tests/test.h"

int main(void)
{
	struct keygate gate = {0};
	int64_t now = -3 * SEC_US; /* the clock may start anywhere */
	int passed = 0;

	CHECK(!keygate_open(&gate, now)); /* nobody asked */
	keygate_ask(&gate);
	CHECK(keygate_open(&gate, now));
	keygate_passed(&gate, now);
	CHECK(!keygate_open(&gate, now + 10 * SEC_US)); /* answered */

	keygate_ask(&gate);
	CHECK(!keygate_open(&gate, now + KEYGATE_PERIOD_US - 1));
	CHECK(keygate_open(&gate, now + KEYGATE_PERIOD_US)); /* the wish is kept */

	/* asked 100 times a second for ten seconds */
	for (int i = 0; i < 1000; i++, now += 10 * MS_US) {
		keygate_ask(&gate);
		if (keygate_open(&gate, now)) {
			keygate_passed(&gate, now);
			passed++;
		}
	}
	CHECK(passed == 9);

	/* another period */
	gate = (struct keygate){.period_us = 3 * SEC_US};
	keygate_passed(&gate, now);
	keygate_ask(&gate);
	CHECK(!keygate_open(&gate, now + 3 * SEC_US - 1));
	CHECK(keygate_open(&gate, now + 3 * SEC_US));

	/* one that was made for another reason counts too */
	gate = (struct keygate){0};
	keygate_passed(&gate, now);
	keygate_ask(&gate);
	CHECK(!keygate_open(&gate, now + KEYGATE_PERIOD_US / 2));

	/* what is urgent does not wait for that, but for the urgent one before */
	keygate_ask_urgently(&gate);
	CHECK(keygate_open(&gate, now + 1));
	keygate_passed(&gate, now + 1);
	keygate_ask_urgently(&gate);
	CHECK(!keygate_open(&gate, now + KEYGATE_PERIOD_US / 2));
	CHECK(keygate_open(&gate, now + 1 + KEYGATE_PERIOD_US));
	keygate_passed(&gate, now + 1 + KEYGATE_PERIOD_US);
	keygate_ask_urgently(&gate);
	CHECK(!keygate_open(&gate, now + 1 + 3 * KEYGATE_PERIOD_US / 2));
	return 0;
}
