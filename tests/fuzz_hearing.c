#include "mcu/hearing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is written as it was read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2 * HEARING_TEXT], again[HEARING_TEXT];
	struct hearing hearing;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (hearing_read(text, &hearing))
		return 0;
	hearing_write(&hearing, again);
	if (*text && strcmp(text, again) != 0)
		abort();
	return 0;
}
