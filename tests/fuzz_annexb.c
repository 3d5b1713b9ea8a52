/* Parameter sets of any bytes. */
#include "recorder/annexb.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[ANNEXB_SETS_MAX];
	int n = annexb_sets(data, size, out);

	/* each set of the output costs at most one byte more than in the input */
	if (n > (int)ANNEXB_SETS_MAX || (n > 0 && (size_t)n > size + size / 4 + 1))
		abort();
	return 0;
}
