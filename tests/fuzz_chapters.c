#include "derive/chapters.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken is within its limits, and its times rise. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chapters chapters;

	if (chapters_read(&chapters, (const char *)data, size))
		return 0;
	if (chapters.n > LIMIT_CHAPTERS)
		abort();
	for (uint32_t i = 0; i < chapters.n; i++) {
		const struct chapter *c = &chapters.list[i];

		if (c->ms < 0 || c->ms > LIMIT_DERIVE_MS || !c->title[0] ||
		    strlen(c->title) > LIMIT_CHAPTER_TITLE || strpbrk(c->title, "\r\n") ||
		    (i && c->ms <= chapters.list[i - 1].ms))
			abort();
	}
	chapters_cut(&chapters, 60000);
	chapters_fini(&chapters);
	return 0;
}
