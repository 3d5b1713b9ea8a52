#include "mcu/workshop_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is said, what is kept of it has an end, and a code can be told to anybody. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct workshop_line line;
	static char text[16384];

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	workshop_read(&line, text);
	if (!memchr(line.json, '\0', sizeof(line.json)) ||
	    !memchr(line.code, '\0', sizeof(line.code)))
		abort();
	if ((line.said == SAID_FAILED) != (*line.code != '\0') ||
	    (line.said >= SAID_READY) != (*line.json == '{'))
		abort();
	if (!(line.done >= 0 && line.done <= 1))
		abort();
	return 0;
}
