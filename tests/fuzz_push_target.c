/* Addresses that somebody typed: what is taken names a server and has a path. */
#include "mcu/push_target.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	char text[1024];

	if (size >= sizeof(text) || memchr(data, 0, size))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (push_target_wrong(text, &conf))
		return 0;
	if (strncasecmp(text, "rtmp", 4) != 0 || !strstr(text, "://") ||
	    !strchr(strstr(text, "://") + 3, '/') || strchr(text, ' '))
		abort();
	return 0;
}
