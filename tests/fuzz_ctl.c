/* What aulactl reads of servers and of people. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/base64.h"
#include "ctl/metrics.h"
#include "ctl/since.h"
#include "ctl/text.h"
#include "ctl/url.h"
#include "ctl/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *clean = malloc(len + 1);
	uint8_t *out = malloc(len + 4);
	struct metrics *metrics = NULL;
	struct url url;
	FILE *none = fopen("/dev/null", "w");
	int64_t ms;
	size_t n;

	if (text && clean && out && none) {
		memcpy(text, data, len);
		text[len] = '\0';
		(void)url_read(&url, text);
		(void)!since_read(&ms, text, 0);
		if (base64_read(out, &n, text) == 0 && n > len)
			abort();
		text_clean(clean, len + 1, text);
		if (strlen(clean) > len || text_fit(clean, 10) > strlen(clean))
			abort();
		verdict_tell(text, 2, 1, none);
		metrics_read(&metrics, text);
		if (metrics)
			metrics_tell(metrics, none);
		metrics_destroy(metrics);
	}
	if (none)
		fclose(none);
	free(text);
	free(clean);
	free(out);
	return 0;
}
