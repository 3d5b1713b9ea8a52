#include "signaling/utf8.h"

/* Length by the first byte and the smallest code point of that length. */
static size_t lead(uint32_t *cp, uint32_t *least, unsigned char c)
{
	if (c < 0x80) {
		*cp = c;
		*least = 0;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf) {
		*cp = c & 0x1f;
		*least = 0x80;
		return 2;
	}
	if (c >= 0xe0 && c <= 0xef) {
		*cp = c & 0x0f;
		*least = 0x800;
		return 3;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		*cp = c & 0x07;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t utf8_read(uint32_t *cp, const char *s, size_t len)
{
	uint32_t v = 0, least = 0;
	size_t n;

	if (len == 0)
		return 0;
	n = lead(&v, &least, (unsigned char)s[0]);
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (c & 0x3f);
	}
	if (v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return n;
}

bool utf8_valid(const char *s, size_t len)
{
	uint32_t cp;

	while (len > 0) {
		size_t n = utf8_read(&cp, s, len);

		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}
