/* hold.h - who speaks keeps the first place for a while: a layout may ask for it, so
 * that a cough does not turn the picture over. A value of its owner's; no thread.
 */
#ifndef MCU_HOLD_H
#define MCU_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct cast;

struct hold {
	uint32_t owner; /* who is first; 0: nobody */
	int64_t since_us;
};

/* Puts whom it holds first among those who spoke. True: somebody else will be first
 * when `hold_us` are over, if nothing changes. */
bool hold_apply(struct hold *hold, struct cast *cast, int64_t hold_us, int64_t now_us);

#endif
