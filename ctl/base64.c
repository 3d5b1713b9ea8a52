#include "ctl/base64.h"

#include <errno.h>
#include <string.h>

static int value(char c)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
				      "yz0123456789+/";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

int base64_read(uint8_t *out, size_t *len, const char *text)
{
	size_t n = strlen(text), pad = 0, k = 0;

	if (n % 4)
		return -EINVAL;
	while (pad < 2 && pad < n && text[n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < n; i += 4) {
		uint32_t bits = 0;
		size_t lost = i + 4 == n ? pad : 0;

		for (size_t j = 0; j < 4; j++) {
			int v = j < 4 - lost ? value(text[i + j]) : 0;

			if (v < 0)
				return -EINVAL;
			bits = bits << 6 | (uint32_t)v;
		}
		for (size_t j = 0; j < 3 - lost; j++)
			out[k++] = (uint8_t)(bits >> (16 - 8 * j));
	}
	*len = k;
	return 0;
}
