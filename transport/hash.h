/* hash.h - a seeded 64 bit hash for tables whose keys come from outside. Not
 * cryptographic; the seed is random and never leaves the process.
 */
#ifndef TRANSPORT_HASH_H
#define TRANSPORT_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t hash_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static inline uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = seed ^ len, word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = hash_mix(h ^ word);
	}
	word = 0;
	memcpy(&word, p, len);
	return hash_mix(h ^ word);
}

#endif
