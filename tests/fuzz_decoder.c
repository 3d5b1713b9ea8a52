/* A hostile sender: the first byte picks the codec, then come units of the
 * length that their first two bytes tell. The first unit counts as a key frame.
 */
#include "base/bytes.h"
#include "mixer/vsource.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum codec codecs[] = {CODEC_H264, CODEC_VP8, CODEC_VP9};

/* The next unit, or NULL at the end. */
static struct au *next_unit(struct cursor *c, enum codec codec)
{
	size_t len = cursor_left(c) > 2 ? cursor_u16(c) % 4096 : cursor_left(c);
	struct au *au = NULL;

	if (!len)
		return NULL;
	if (len > cursor_left(c))
		len = cursor_left(c);
	if (!len || au_create(&au, cursor_take(c, len), len))
		return NULL;
	au->codec = codec;
	return au;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(data, size);
	uint8_t how = cursor_u8(&c);
	struct vsource *s = NULL;
	struct au *au;
	int64_t now = 1;

	thread_enter(&on_mix);
	thread_claim(&on_mix);
	if (vsource_create(&s, 1))
		return 0;
	vsource_seen(s, true, now);
	for (int i = 0; i < 64 && (au = next_unit(&c, codecs[how % 3])); i++) {
		au->flags = i ? au->data[0] & AU_AFTER_LOSS : AU_KEY;
		au->rotation_deg = (uint16_t)((how >> 2) % 4 * 90);
		vsource_unit(s, au, now += 33333);
		vsource_look(s, now);
		vsource_picture(s);
		au_put(au);
	}
	vsource_destroy(s);
	return 0;
}
