/* Who speaks keeps the first place as long as the layout asks for it. */
#include "mcu/hold.h"

#include <string.h>

#include "mcu/cast.h"
#include "tests/test.h"

#define MS INT64_C(1000)

static struct cast cast;

/* Members 1, 2, 3; the ranks they have; 9: has not spoken. */
static void ranks(uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t all[] = {a, b, c};

	memset(&cast, 0, sizeof(cast));
	cast.n = 3;
	for (uint32_t i = 0; i < 3; i++)
		cast.sources[i] = (struct aula_source){
			.id = i + 1,
			.owner = i + 1,
			.talk_rank = all[i] == 9 ? UINT32_MAX : all[i]};
}

int main(void)
{
	struct hold hold = {0, 0};

	ranks(0, 9, 9);
	CHECK(!hold_apply(&hold, &cast, 1500 * MS, 0) && hold.owner == 1);
	ranks(1, 0, 9); /* a cough */
	CHECK(hold_apply(&hold, &cast, 1500 * MS, 1000 * MS));
	CHECK(cast.sources[0].talk_rank == 0 && cast.sources[1].talk_rank == 1);
	CHECK(cast.sources[2].talk_rank == UINT32_MAX);
	ranks(0, 1, 9);
	CHECK(!hold_apply(&hold, &cast, 1500 * MS, 1200 * MS) && hold.since_us == 0);
	ranks(1, 0, 2); /* too long for a cough */
	CHECK(!hold_apply(&hold, &cast, 1500 * MS, 1500 * MS) && hold.owner == 2);
	CHECK(cast.sources[0].talk_rank == 1 && cast.sources[1].talk_rank == 0);
	ranks(0, 9, 1); /* who has gone quiet for good is not held */
	CHECK(!hold_apply(&hold, &cast, 1500 * MS, 1600 * MS) && hold.owner == 1);
	ranks(9, 9, 9);
	CHECK(!hold_apply(&hold, &cast, 1500 * MS, 1700 * MS) && hold.owner == 0);
	return 0;
}
