#include "mcu/cue.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is the same when it was written and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cues first, again;
	char *text;

	if (cues_read(&first, (const char *)data, size))
		return 0;
	text = cues_write(&first);
	if (text && (cues_read(&again, text, strlen(text)) != 0 ||
		     memcmp(&first, &again, sizeof(first)) != 0))
		abort();
	free(text);
	return 0;
}
