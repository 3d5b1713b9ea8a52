/* twcc_tx.h - sender side of transport-wide congestion control: what went out
 * under which number, until the feedback tells what became of it
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01).
 *
 * Owner: the net thread. Bound: TWCC_TX_MAX packets, 8 bytes each; it starts with
 * TWCC_TX_MIN and grows when packets less than 3 s old would be forgotten. Policy
 * when full: the oldest is forgotten, and what is said of it later is ignored.
 */
#ifndef TRANSPORT_TWCC_TX_H
#define TRANSPORT_TWCC_TX_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

#define TWCC_TX_MIN 64 /* powers of two */
#define TWCC_TX_MAX 1024

enum twcc_kind {
	TWCC_SOUND,
	TWCC_VIDEO,
	TWCC_RTX,
	TWCC_COPY, /* of what was just sent, before it is missed */
	TWCC_PROBE,
};

struct twcc_entry {
	uint32_t sent_us; /* low bits of the monotonic clock */
	uint16_t size;    /* bytes on the wire, IP and UDP headers counted */
	uint8_t kind;     /* enum twcc_kind */
	uint8_t state;    /* enum state of twcc_tx.c */
};

struct twcc_tx {
	struct twcc_entry *ring; /* NULL until the first packet */
	uint32_t mask;           /* entries - 1 */
	uint32_t n;              /* packets ever numbered; low 16 bits: the next number */
	uint32_t told;           /* the feedback so far ends before this one */
	/* Since the last feedback: bytes of packets that it passed over without a
	 * word, as when a feedback was lost. Taken by who reads them. */
	uint32_t untold;
	int64_t waiting_us; /* the first packet since the last feedback; 0: none */
};

/* What one status of a feedback means. */
enum twcc_fate {
	FATE_ARRIVED,
	FATE_LOST,
	FATE_FOUND, /* was told to be lost, but came */
};

struct twcc_news {
	enum twcc_fate fate;
	enum twcc_kind kind;
	uint32_t size;
	int64_t sent_us;
};

/* A zeroed one is ready. */
void twcc_tx_fini(struct twcc_tx *tx);

/* The number of the packet that is sent next. */
static inline uint16_t twcc_tx_next(const struct twcc_tx *tx)
{
	return (uint16_t)tx->n;
}

/* It was sent. Without memory it is only numbered, and there will be no news. */
void twcc_tx_sent(struct twcc_tx *tx, enum twcc_kind kind, uint32_t size, int64_t now_us);

/* One status. False: it says nothing new, or nothing that could be true. */
bool twcc_tx_report(struct twcc_tx *tx, uint16_t seq, bool arrived, int64_t now_us,
		    struct twcc_news *news);

#endif
