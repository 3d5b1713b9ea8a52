#include "mcu/hold.h"

#include "mcu/cast.h"

/* Of the first source of rank `rank`; 0: there is none. */
static uint32_t owner_of(const struct cast *cast, uint32_t rank)
{
	for (uint32_t i = 0; i < cast->n; i++)
		if (cast->sources[i].talk_rank == rank)
			return cast->sources[i].owner;
	return 0;
}

/* UINT32_MAX: is not there, or has not spoken lately. */
static uint32_t rank_of(const struct cast *cast, uint32_t owner)
{
	for (uint32_t i = 0; i < cast->n; i++)
		if (cast->sources[i].owner == owner)
			return cast->sources[i].talk_rank;
	return UINT32_MAX;
}

static void lift(struct cast *cast, uint32_t owner, uint32_t rank)
{
	for (uint32_t i = 0; i < cast->n; i++) {
		struct aula_source *s = &cast->sources[i];

		if (s->owner == owner)
			s->talk_rank = 0;
		else if (s->talk_rank < rank)
			s->talk_rank++;
	}
}

bool hold_apply(struct hold *hold, struct cast *cast, int64_t hold_us, int64_t now_us)
{
	uint32_t first = owner_of(cast, 0);
	uint32_t rank = hold->owner ? rank_of(cast, hold->owner) : UINT32_MAX;

	if (first == hold->owner)
		return false;
	if (first && rank != UINT32_MAX && now_us - hold->since_us < hold_us) {
		lift(cast, hold->owner, rank);
		return true;
	}
	*hold = (struct hold){first, now_us};
	return false;
}
