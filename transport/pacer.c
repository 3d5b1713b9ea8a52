#include "transport/pacer.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

#define OVERDRAWN_MAX 6000 /* bytes: sound and what was asked for again */

static struct pacer_item *at(const struct pacer *p, uint32_t i)
{
	return &p->ring[(p->head + i) % PACER_UNITS];
}

static bool is_key(const struct pacer_item *item)
{
	return item->blob->au->flags & AU_KEY;
}

void pacer_fini(struct pacer *p)
{
	pacer_clear(p);
	free(p->ring);
	p->ring = NULL;
}

int pacer_push(struct pacer *p, struct blob *blob, int64_t now_us)
{
	if (!p->ring)
		p->ring = calloc(PACER_UNITS, sizeof(*p->ring));
	if (!p->ring)
		return -ENOMEM;
	/* one unit larger than all that may wait must pass nevertheless */
	if (p->n == PACER_UNITS || (p->n && p->packets + blob->n > PACER_PACKETS))
		return -ENOBUFS;
	*at(p, p->n++) = (struct pacer_item){blob_get(blob), now_us, 0};
	p->packets += blob->n;
	return 0;
}

static void drop_first(struct pacer *p)
{
	struct pacer_item *item = at(p, 0);

	p->packets -= item->blob->n - item->next;
	blob_put(item->blob);
	p->head = (p->head + 1) % PACER_UNITS;
	p->n--;
}

static void drop_last(struct pacer *p)
{
	struct pacer_item *item = at(p, --p->n);

	p->packets -= item->blob->n - item->next;
	blob_put(item->blob);
}

void pacer_clear(struct pacer *p)
{
	while (p->n)
		drop_first(p);
}

/* A key frame is on its way, and not for too long. */
static bool goes_on(const struct pacer *p, int64_t now_us)
{
	const struct pacer_item *item = at(p, 0);

	return is_key(item) && item->next && now_us - item->since_us <= PACER_KEY_AGE_US;
}

bool pacer_is_late(const struct pacer *p, int64_t now_us)
{
	const struct pacer_item *item;

	if (!p->n)
		return false;
	item = at(p, p->n > 1 && goes_on(p, now_us));
	return now_us - item->since_us > PACER_AGE_US &&
	       !(p->n == 1 && goes_on(p, now_us));
}

bool pacer_skip(struct pacer *p, int64_t now_us)
{
	uint32_t kept = p->n && goes_on(p, now_us);

	for (uint32_t i = p->n; i-- > 1;) {
		struct pacer_item on_its_way = *at(p, 0);

		if (!is_key(at(p, i)) || now_us - at(p, i)->since_us > PACER_AGE_US)
			continue;
		for (uint32_t k = kept; k < i; k++) { /* those in between */
			p->packets -= at(p, k)->blob->n - at(p, k)->next;
			blob_put(at(p, k)->blob);
		}
		p->head = (p->head + i - kept) % PACER_UNITS;
		p->n -= i - kept;
		if (kept)
			*at(p, 0) = on_its_way;
		return true;
	}
	while (p->n > kept)
		drop_last(p);
	return false;
}

bool pacer_take(struct pacer *p, struct blob **blob, uint32_t *index)
{
	struct pacer_item *item;

	if (!p->n)
		return false;
	item = at(p, 0);
	*blob = blob_get(item->blob);
	*index = item->next++;
	p->packets--;
	if (item->next == item->blob->n) {
		blob_put(item->blob);
		p->head = (p->head + 1) % PACER_UNITS;
		p->n--;
	}
	return true;
}

void pacer_fill(struct pacer *p, uint32_t bps, int64_t now_us)
{
	int64_t past_us = now_us - p->filled_us;
	int64_t burst = bps * PACER_BURST_US / (8 * SEC_US);

	if (burst < PACER_BURST_LEAST)
		burst = PACER_BURST_LEAST;
	if (burst > PACER_BURST)
		burst = PACER_BURST;

	if (past_us > SEC_US)
		past_us = SEC_US;
	p->budget += bps * past_us / (8 * SEC_US);
	if (p->budget > burst)
		p->budget = burst;
	p->filled_us = now_us;
}

void pacer_spend(struct pacer *p, uint32_t bytes)
{
	p->budget -= bytes;
	if (p->budget < -OVERDRAWN_MAX)
		p->budget = -OVERDRAWN_MAX;
}
