/* What is sent to the door of who only watches: whatever is read fits and is no more than
 * was said; and names of files lead nowhere. */
#include "mcu/watch_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mcu/hls_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct watch_ask ask = {0};
	char name[64];
	size_t n = size < sizeof(name) - 1 ? size : sizeof(name) - 1;

	if (!watch_read(&ask, (const char *)data, size)) {
		if (!ask.code[0] ||
		    strnlen(ask.code, sizeof(ask.code)) == sizeof(ask.code) ||
		    strnlen(ask.key, sizeof(ask.key)) == sizeof(ask.key))
			abort();
	}
	memcpy(name, data, n);
	name[n] = '\0';
	if (hls_name_ok(name) &&
	    (strchr(name, '/') || name[0] == '.' || strlen(name) > HLS_NAME))
		abort();
	return 0;
}
