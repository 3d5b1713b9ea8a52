/* loadgen_late.c - how late packets are. */
#include "bench/loadgen.h"

static uint32_t bin_of(int64_t us)
{
	int64_t ms = (us >= 0 ? us / 1000 : -((999 - us) / 1000)) + LG_LATE_0;

	return ms < 0 ? 0 : ms >= LG_LATE_MS ? LG_LATE_MS - 1 : (uint32_t)ms;
}

void lg_late_add(struct lg_late *late, int64_t us)
{
	if (!late->any) {
		late->any = true;
		late->first_us = us;
		late->min_us = late->max_us = 0;
	}
	us -= late->first_us;
	if (us < late->min_us)
		late->min_us = us;
	if (us > late->max_us)
		late->max_us = us;
	late->bins[bin_of(us)]++;
	late->n++;
}

void lg_late_merge(struct lg_late *to, const struct lg_late *from)
{
	uint32_t least = bin_of(from->min_us);

	if (!from->any)
		return;
	to->any = true;
	for (uint32_t i = least; i < LG_LATE_MS; i++) {
		uint32_t at = LG_LATE_0 + (i - least);

		to->bins[at < LG_LATE_MS ? at : LG_LATE_MS - 1] += from->bins[i];
	}
	to->n += from->n;
	if (from->max_us - from->min_us > to->max_us)
		to->max_us = from->max_us - from->min_us;
}

double lg_late_quantile(const struct lg_late *late, double part)
{
	double want = part * late->n, sum = 0;
	uint32_t least = bin_of(late->min_us);

	for (uint32_t i = 0; late->n && i < LG_LATE_MS; i++) {
		sum += late->bins[i];
		if (sum >= want)
			return i > least ? i - least : 0;
	}
	return 0;
}

double lg_late_max(const struct lg_late *late)
{
	return (double)(late->max_us - late->min_us) / 1000;
}
