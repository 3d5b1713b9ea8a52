#include "base/limits.h"
#include "slides/reel.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is bounded, and is what was written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[REEL_HEAD];
	struct reel_head head, same;

	if (reel_head_read(&head, data, size))
		return 0;
	if (reel_body_len(&head) > REEL_BODY || head.kind >= REEL_KINDS ||
	    head.at_us < 0 || head.at_us > LIMIT_CLIP_MS * INT64_C(1000) ||
	    head.length_ms > LIMIT_CLIP_MS)
		abort();
	reel_head_write(again, &head);
	if (reel_head_read(&same, again, sizeof(again)) ||
	    memcmp(again, data, sizeof(again)) != 0)
		abort();
	return 0;
}
