#include "derive/avcc.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is units one after the other, up to the end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct avcc avcc;
	size_t at = 0;

	if (avcc_read(&avcc, data, size))
		return 0;
	while (at < avcc.len) {
		size_t len = 0;

		for (int i = 0; i < avcc.length_bytes; i++)
			len = len << 8 | avcc.sets[at++];
		if (!len || len > avcc.len - at)
			abort();
		at += len;
	}
	avcc_fini(&avcc);
	return 0;
}
