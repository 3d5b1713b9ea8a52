#include "transport/twcc_tx.h"

#include "base/clock.h"

#include <stdlib.h>

#define GROW_US (3 * SEC_US) /* feedback that comes later says little */

enum state { PENDING, ARRIVED, LOST, UNTOLD };

void twcc_tx_fini(struct twcc_tx *tx)
{
	free(tx->ring);
	*tx = (struct twcc_tx){0};
}

static struct twcc_entry *at(const struct twcc_tx *tx, uint32_t n)
{
	return &tx->ring[n & tx->mask];
}

/* Doubles the ring, or makes the first one. What was sent keeps its number. */
static bool grow(struct twcc_tx *tx)
{
	uint32_t size = tx->ring ? (tx->mask + 1) * 2 : TWCC_TX_MIN;
	struct twcc_entry *ring = calloc(size, sizeof(*ring));

	if (!ring)
		return false;
	for (uint32_t i = 0; tx->ring && i <= tx->mask; i++)
		ring[(tx->n - 1 - i) & (size - 1)] = *at(tx, tx->n - 1 - i);
	/* what was numbered before is not in here: never believed, having no size */
	free(tx->ring);
	tx->ring = ring;
	tx->mask = size - 1;
	return true;
}

void twcc_tx_sent(struct twcc_tx *tx, enum twcc_kind kind, uint32_t size, int64_t now_us)
{
	struct twcc_entry *e;

	if (!tx->ring && !grow(tx)) {
		tx->n++;
		tx->told = tx->n;
		return;
	}
	e = at(tx, tx->n);
	if (e->size && e->state == PENDING && tx->mask + 1 < TWCC_TX_MAX &&
	    (uint32_t)now_us - e->sent_us < GROW_US && grow(tx))
		e = at(tx, tx->n);
	*e = (struct twcc_entry){(uint32_t)now_us,
				 (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX),
				 (uint8_t)kind, PENDING};
	tx->n++;
	if (tx->n - tx->told > tx->mask + 1) /* never spoken of, and forgotten */
		tx->told = tx->n - tx->mask - 1;
	if (!tx->waiting_us)
		tx->waiting_us = now_us;
}

/* The feedback goes on at `n`: what lies between was passed over. */
static void skip_to(struct twcc_tx *tx, uint32_t n)
{
	for (; tx->told != n; tx->told++) {
		struct twcc_entry *e = at(tx, tx->told);

		if (e->state == PENDING) {
			e->state = UNTOLD;
			tx->untold += e->size;
		}
	}
}

bool twcc_tx_report(struct twcc_tx *tx, uint16_t seq, bool arrived, int64_t now_us,
		    struct twcc_news *news)
{
	uint32_t back = (uint16_t)(tx->n - 1 - seq), n = tx->n - 1 - back;
	struct twcc_entry *e;
	enum state was;

	if (!tx->ring || back > tx->mask || back >= tx->n)
		return false;
	e = at(tx, n);
	if (!e->size)
		return false;
	if ((int32_t)(n - tx->told) >= 0) {
		skip_to(tx, n);
		tx->told = n + 1;
	}
	was = (enum state)e->state;
	if (was == ARRIVED || (was == LOST && !arrived))
		return false;
	e->state = arrived ? ARRIVED : LOST;
	*news = (struct twcc_news){
		.fate = !arrived      ? FATE_LOST
			: was == LOST ? FATE_FOUND
				      : FATE_ARRIVED,
		.kind = (enum twcc_kind)e->kind,
		.size = e->size,
		.sent_us = now_us - (int64_t)((uint32_t)now_us - e->sent_us),
	};
	return true;
}
