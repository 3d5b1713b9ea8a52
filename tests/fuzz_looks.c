/* What is stored of a class's pictures: what is read is written the same way. */
#include <stdlib.h>
#include <string.h>

#include "mcu/looks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), again[LOOKS_TEXT];
	struct looks looks, second;

	if (!text)
		return 0;
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	if (looks_read(text, &looks) == 0) {
		looks_write(&looks, again);
		if (looks_read(again, &second) || memcmp(&looks, &second, sizeof(looks)))
			abort();
	}
	free(text);
	return 0;
}
