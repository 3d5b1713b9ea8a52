#include "signaling/pulse.h"

#include "base/clock.h"
#include "tests/test.h"

static const struct http_times times = {
	.ws_ping_us = 4 * SEC_US,
	.ws_dead_us = 10 * SEC_US,
	.ws_quiet_us = 25 * SEC_US,
};

#define S SEC_US

int main(void)
{
	static const struct {
		int64_t heard, alive, pinged; /* s */
		int64_t ping, dead;
	} rows[] = {
		{100, 0, 100, 104, 110},   /* just opened */
		{100, 0, 104, 108, 110},   /* asked once: again after as long */
		{103, 0, 104, 108, 113},   /* it answered a moment before */
		{100, 106, 100, 110, 116}, /* its media came */
		{100, 99, 100, 104, 110},  /* long ago */
		{100, 120, 100, 124, 130},
		{100, 122, 100, 125, 132}, /* media all the time: asked all the same, */
		{100, 133, 125, 129, 135}, /* and given up if it does not answer */
		{126, 133, 125, 137, 143}, /* it did */
		{100, 101, 104, 108, 111}, /* both ended */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pulse p = {rows[i].heard * S, rows[i].alive * S,
					rows[i].pinged * S};

		CHECK(pulse_ping_due(&p, &times) == rows[i].ping * S);
		CHECK(pulse_dead_due(&p, &times) == rows[i].dead * S);
	}
	return 0;
}
