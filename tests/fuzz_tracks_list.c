/* The list of tracks that a crash left, read and written again. */
#include "plugins/record_tracks.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tracks_list list = {.lines = NULL};

	if (tracks_list_parse(&list, (const char *)data, size) == 0)
		for (uint32_t i = 0; i < list.n; i++)
			CHECK(list.lines[i] && list.end_ms[i] >= 0 && !list.gone[i]);
	tracks_list_fini(&list);
	return 0;
}
