/* subscriber.h - for whom an address counts where somebody may only do so much:
 * one IPv4 address, or the /64 that one subscriber has of IPv6. ANY_THREAD.
 */
#ifndef MCU_SUBSCRIBER_H
#define MCU_SUBSCRIBER_H

#include <stdbool.h>
#include <stdint.h>

struct subscriber {
	uint64_t hi, lo;
};

/* Of an address as text. IPv4 inside of IPv6 is IPv4; all that is no address
 * counts as one subscriber. */
struct subscriber subscriber_of(const char *ip);
/* Who may have many addresses at no cost: the IPv4 /24 or the IPv6 /48 of it. */
struct subscriber subscriber_network(const struct subscriber *subscriber);
bool subscriber_same(const struct subscriber *a, const struct subscriber *b);
/* `seed` is random and secret: nobody shall choose with whom to share a place. */
uint64_t subscriber_hash(const struct subscriber *subscriber, const uint64_t seed[2]);

#endif
