/* stun_hand.h - connectivity checks written from RFC 8489 and 8445 by hand, so
 * that the library which the server uses is tested against something else.
 */
#ifndef TESTS_STUN_HAND_H
#define TESTS_STUN_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stun_check {
	const char *username, *pwd;
	bool nominate;
	uint16_t extra_type; /* an attribute before the integrity, 0: none */
	uint8_t id[12];
};

/* Writes a binding request with MESSAGE-INTEGRITY and FINGERPRINT; returns its
 * length, at most 400. */
size_t stun_write_check(uint8_t *out, const struct stun_check *check);
/* The check of a controlling client that nominates: a new `id`, and what to send. */
size_t stun_write_nomination(uint8_t out[512], uint8_t id[12], const char *server_ufrag,
			     const char *server_pwd, const char *ufrag);
/* True for a success response to `id` with valid integrity. */
bool stun_is_answer(const uint8_t *data, size_t len, const uint8_t id[12],
		    const char *pwd);
/* Makes length, integrity and fingerprint of a message fit again: `len` counts
 * header and attributes before them. Returns the new length. */
size_t stun_seal(uint8_t *msg, size_t len, const char *pwd);

#endif
