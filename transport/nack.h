/* nack.h - which packets of one stream are missing, and when to ask for each
 * again (RFC 4585 generic NACK). Knows no clock, no sockets.
 *
 * Bound: NACK_MAX missing ones; when a hole does not fit, all are forgotten and
 * the owner asks for a key frame instead.
 */
#ifndef TRANSPORT_NACK_H
#define TRANSPORT_NACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NACK_MAX   256
#define NACK_TRIES 10

struct nack {
	uint32_t n;
	struct nack_entry {
		int64_t seq;
		int64_t since_us, asked_us; /* asked_us: of the last try */
		uint32_t tries;
	} list[NACK_MAX]; /* rising by seq */
};

/* Numbers from..to - 1 did not come, while `to` did. They are above all that
 * were told before. False when they do not fit: the list is empty then. */
bool nack_missing(struct nack *n, int64_t from, int64_t to, int64_t now_us);

void nack_got(struct nack *n, int64_t seq);
void nack_below(struct nack *n, int64_t seq); /* all before it are given up */

/* Writes those that are to be asked for now, at most `max`, rising: at first
 * when a second packet came after the hole (`high` is the highest number) or
 * after 10 ms, then again each 1.5 round trips, NACK_TRIES times in all. */
size_t nack_due(struct nack *n, int64_t high, int64_t now_us, int64_t rtt_us,
		uint16_t *seqs, size_t max);

#endif
