/* Key frames of any bytes: the first one picks the codec. */
#include "base/limits.h"
#include "mixer/framesize.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = {CODEC_H264, CODEC_VP8, CODEC_VP9};
	uint16_t w = 0, h = 0;
	struct au *au = NULL;
	int err;

	if (!size || au_create(&au, data + 1, size - 1))
		return 0;
	au->codec = codecs[data[0] % 3];
	err = framesize_read(au, &w, &h);
	if (err ? w || h : !w || !h || (uint32_t)w * h > LIMIT_PIXELS)
		abort();
	au_put(au);
	return 0;
}
