#include "transport/nack.h"

#include "base/clock.h"

#include <string.h>

#define FIRST_US   (10 * MS_US)
#define SPACING_US (20 * MS_US)  /* at least, between two tries */
#define RTT_US     (100 * MS_US) /* while it is unknown */

bool nack_missing(struct nack *n, int64_t from, int64_t to, int64_t now_us)
{
	if (to - from > NACK_MAX - (int64_t)n->n) {
		n->n = 0;
		return false;
	}
	for (int64_t seq = from; seq < to; seq++)
		n->list[n->n++] = (struct nack_entry){seq, now_us, 0, 0};
	return true;
}

void nack_got(struct nack *n, int64_t seq)
{
	uint32_t lo = 0, hi = n->n;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (n->list[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n->n || n->list[lo].seq != seq)
		return;
	n->n--;
	memmove(&n->list[lo], &n->list[lo + 1], (n->n - lo) * sizeof(n->list[0]));
}

void nack_below(struct nack *n, int64_t seq)
{
	uint32_t k = 0;

	while (k < n->n && n->list[k].seq < seq)
		k++;
	if (!k)
		return;
	n->n -= k;
	memmove(n->list, n->list + k, n->n * sizeof(n->list[0]));
}

static bool is_due(const struct nack_entry *e, int64_t high, int64_t now_us,
		   int64_t spacing_us)
{
	if (e->tries >= NACK_TRIES)
		return false;
	if (e->tries)
		return now_us - e->asked_us >= spacing_us;
	return high - e->seq >= 2 || now_us - e->since_us >= FIRST_US;
}

size_t nack_due(struct nack *n, int64_t high, int64_t now_us, int64_t rtt_us,
		uint16_t *seqs, size_t max)
{
	int64_t spacing_us = (rtt_us > 0 ? rtt_us : RTT_US) * 3 / 2;
	size_t k = 0;

	if (spacing_us < SPACING_US)
		spacing_us = SPACING_US;
	for (uint32_t i = 0; i < n->n && k < max; i++) {
		struct nack_entry *e = &n->list[i];

		if (!is_due(e, high, now_us, spacing_us))
			continue;
		e->tries++;
		e->asked_us = now_us;
		seqs[k++] = (uint16_t)e->seq;
	}
	return k;
}
