/* revoked.h - whose links to files are good no more: of who was removed from a class.
 * Links are signed, name whom they were made for, and end by themselves in
 * REVOKED_MS; so it is enough to remember those removed within that time. Pure; one
 * owner thread.
 */
#ifndef MCU_REVOKED_H
#define MCU_REVOKED_H

#include <stdbool.h>
#include <stdint.h>

#define REVOKED_MS  (10 * 60 * 1000)
#define REVOKED_MAX 4096 /* policy when full: the oldest is forgotten */

struct revoked { /* zeroed: nobody */
	uint32_t n;
	struct {
		uint32_t member; /* its base, never used again */
		int64_t at_ms;
	} list[REVOKED_MAX];
};

void revoked_add(struct revoked *revoked, uint32_t member, int64_t now_ms);
/* At any time: for links that live longer, as far as it is remembered. */
bool revoked_ever(const struct revoked *revoked, uint32_t member);
bool revoked_has(const struct revoked *revoked, uint32_t member, int64_t now_ms);

#endif
