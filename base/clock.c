#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t fake_us = -1;

static int64_t read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * SEC_US + ts.tv_nsec / 1000;
}

int64_t clock_us(void)
{
	int64_t us = atomic_load_explicit(&fake_us, memory_order_relaxed);

	return us >= 0 ? us : read_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return read_us(CLOCK_REALTIME) / MS_US;
}

void clock_fake(int64_t us)
{
	atomic_store(&fake_us, us);
}
