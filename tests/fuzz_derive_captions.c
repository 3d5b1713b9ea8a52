/* Captions, cut and moved: whatever the text is, what comes of it has our limits. */
#include "derive/captions.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct captions_range range = {0, LIMIT_DERIVE_MS, 0};
	struct captions captions;
	int err;

	if (size >= 2) {
		range.from_ms = data[0] * 100;
		range.at_ms = data[1] * 1000;
		data += 2;
		size -= 2;
	}
	if (captions_init(&captions))
		return 0;
	err = captions_add(&captions, (const char *)data, size, &range);
	assert(captions.len <= LIMIT_CAPTIONS);
	assert(err || captions.n_cues <= LIMIT_CAPTION_CUES);
	assert(captions.text[captions.len] == '\0');
	captions_fini(&captions);
	return 0;
}
