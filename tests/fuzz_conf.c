#include "base/conf.h"

#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct conf conf;
	char why[300];
	FILE *f;

	if (!path[0])
		snprintf(path, sizeof(path), "/tmp/aula-fuzz-conf-%ld", (long)getpid());
	f = fopen(path, "wb");
	if (!f)
		return 0;
	fwrite(data, 1, size, f);
	fclose(f);
	conf_init(&conf);
	(void)!conf_read(&conf, path, why, sizeof(why));
	unlink(path);
	return 0;
}
