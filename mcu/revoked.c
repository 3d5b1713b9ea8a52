#include "mcu/revoked.h"

void revoked_add(struct revoked *revoked, uint32_t member, int64_t now_ms)
{
	uint32_t at = revoked->n++ % REVOKED_MAX;

	revoked->list[at].member = member;
	revoked->list[at].at_ms = now_ms;
}

bool revoked_has(const struct revoked *revoked, uint32_t member, int64_t now_ms)
{
	uint32_t kept = revoked->n < REVOKED_MAX ? revoked->n : REVOKED_MAX;

	for (uint32_t i = 0; i < kept; i++)
		if (revoked->list[i].member == member &&
		    now_ms - revoked->list[i].at_ms <= REVOKED_MS)
			return true;
	return false;
}

bool revoked_ever(const struct revoked *revoked, uint32_t member)
{
	uint32_t kept = revoked->n < REVOKED_MAX ? revoked->n : REVOKED_MAX;

	for (uint32_t i = 0; i < kept; i++)
		if (revoked->list[i].member == member)
			return true;
	return false;
}
