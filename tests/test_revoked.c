/* Who was removed lately, and for how long that is known. */
#include "mcu/revoked.h"

#include "tests/test.h"

int main(void)
{
	static struct revoked revoked;

	CHECK(!revoked_has(&revoked, 128, 5));
	CHECK(!revoked_has(&revoked, 0, 5)); /* an unused place is nobody's */
	revoked_add(&revoked, 128, 1000);
	revoked_add(&revoked, 256, 2000);
	CHECK(revoked_has(&revoked, 128, 1000) && !revoked_has(&revoked, 384, 1000));
	CHECK(revoked_has(&revoked, 128, 1000 + REVOKED_MS));
	CHECK(!revoked_has(&revoked, 128, 1001 + REVOKED_MS));
	CHECK(revoked_has(&revoked, 256, 1001 + REVOKED_MS));
	for (uint32_t i = 0; i < REVOKED_MAX - 1; i++)
		revoked_add(&revoked, 128 * (3 + i), 3000);
	CHECK(!revoked_has(&revoked, 128, 3000) && revoked_has(&revoked, 256, 3000));
	CHECK(!revoked_ever(&revoked, 128) && revoked_ever(&revoked, 256));
	CHECK(!revoked_ever(&revoked, 0));
	return 0;
}
