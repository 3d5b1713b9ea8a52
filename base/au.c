#include "base/au.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void au_free(struct ref *ref)
{
	free((struct au *)ref); /* ref is its first field */
}

int au_create(struct au **out, const void *data, size_t len)
{
	/* decoders may read a few bytes past the end: FFmpeg's padding */
	struct au *au = calloc(1, sizeof(*au) + len + 64);

	if (!au)
		return -ENOMEM;
	ref_init(&au->ref, au_free);
	au->level_dbov = AU_LEVEL_UNKNOWN;
	au->data = (uint8_t *)(au + 1);
	au->len = len;
	if (data)
		memcpy(au->data, data, len);
	*out = au;
	return 0;
}

const char *codec_name(enum codec codec)
{
	static const char *const names[] = {"none", "h264", "vp8", "vp9", "av1", "opus"};

	return names[codec];
}
