/* fuzz_blob - any bytes as a unit of any codec: its packets hold no more than they may,
 * and follow one another without gaps.
 */
#include "tests/test.h"
#include "transport/blob.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(enum codec codec, size_t max, const uint8_t *data, size_t size)
{
	struct blob *blob = NULL;
	struct au *au;
	size_t sum = 0;
	int err;

	CHECK(au_create(&au, data, size) == 0);
	au->codec = codec;
	err = blob_create(&blob, au, max, 77);
	CHECK(err == 0 || err == -EINVAL || err == -EMSGSIZE);
	for (uint32_t i = 0; !err && i < blob->n; i++) {
		CHECK(blob->packets[i].len > 0 && blob->packets[i].len <= max);
		CHECK(blob->packets[i].offset == sum);
		sum += blob->packets[i].len;
	}
	/* headers of fragments at most, and less than one each 50 bytes */
	CHECK(sum <= 3 * size + 8);
	if (codec == CODEC_VP8 || codec == CODEC_OPUS)
		CHECK(err || sum >= size);
	blob_put(err ? NULL : blob);
	au_put(au);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t max = size ? 100 + data[0] * 5u : 100;

	if (size < 1)
		return 0;
	try(CODEC_AV1, max, data + 1, size - 1);
	try(CODEC_H264, max, data + 1, size - 1);
	try(CODEC_VP8, max, data + 1, size - 1);
	try(CODEC_OPUS, max, data + 1, size - 1);
	return 0;
}
