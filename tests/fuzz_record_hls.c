/* What a crash may have left of a folder of the HLS recorder: the first byte says which,
 * a playlist (that is read, written, and read again: the same), or a segment with its
 * head in front, whose whole fragments are looked for and decoded.
 */
#include "plugins/record_hls.h"

#include <fcntl.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int cond)
{
	if (!cond)
		abort();
}

static void playlist(const uint8_t *data, size_t size)
{
	struct hls_list list = {.segments = NULL}, again = {.segments = NULL};
	char name[64];
	int err = hls_list_parse(&list, (const char *)data, size), dir;

	must(err == 0 || err == -EBADMSG || err == -ENOMEM);
	if (list.n > 0) {
		snprintf(name, sizeof(name), "/tmp/fuzz_hls.%d", (int)getpid());
		must(mkdtemp(strcat(name, ".XXXXXX")) != NULL);
		dir = open(name, O_RDONLY | O_DIRECTORY);
		must(dir >= 0 && hls_list_write(&list, dir) == 0);
		must(hls_list_read(&again, dir) == 0 && again.n == list.n &&
		     again.whole == list.whole &&
		     hls_list_ms(&again) == hls_list_ms(&list));
		unlinkat(dir, "index.m3u8", 0);
		unlinkat(dir, "live.m3u8", 0);
		close(dir);
		rmdir(name);
	}
	hls_list_fini(&list);
	hls_list_fini(&again);
}

static void segment(const uint8_t *data, size_t size)
{
	size_t ends[16], before = 0;
	uint32_t n = hls_fragments(data, size, ends, 16), ms = 0;
	int err;

	for (uint32_t i = 0; i < n; i++) {
		must(ends[i] > before && ends[i] <= size);
		before = ends[i];
	}
	err = hls_probe(data, size, &ms);
	must(err == 0 || err == -EBADMSG || err == -ENOMEM);
	must(err != 0 || ms > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	av_log_set_level(AV_LOG_QUIET);
	if (size < 2)
		return 0;
	if (data[0] & 1)
		segment(data + 1, size - 1);
	else
		playlist(data + 1, size - 1);
	return 0;
}
