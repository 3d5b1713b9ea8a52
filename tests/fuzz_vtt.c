/* Captions of any bytes: what is taken has cues, what is refused a reason and a line. */
#include "mcu/vtt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char language[VTT_LANGUAGE + 1], tag[64];
	struct vtt_fault fault;
	char *text = malloc(size + 1);
	int n;

	if (!text)
		return 0;
	memcpy(text, data, size);
	n = vtt_check(text, size, &fault);
	if ((n > 0) != !fault.why || fault.line < 1 || fault.line > size + 1)
		abort();
	free(text);
	size = size < sizeof(tag) ? size : sizeof(tag) - 1;
	memcpy(tag, data, size);
	tag[size] = '\0';
	if (vtt_language(tag, language) == 0 && strlen(language) != strlen(tag))
		abort();
	return 0;
}
