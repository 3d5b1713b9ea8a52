/* Answers of a storage: the first byte is a status, the rest the text. */
#include "store/refusal.h"
#include "store/xml.h"

#include <stdint.h>
#include <string.h>

#include "mcu/vault_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"Contents", "Part", "Upload", "Key", "E"};
	const char *text = (const char *)data + 1;
	struct xml in, inside;
	struct vault_line line;
	char out[64], copy[512];
	long long n;
	size_t len;

	if (size < 1)
		return 0;
	(void)refusal_of(100 + 2 * (long)data[0], text, size - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		in = (struct xml){text, text + size - 1};
		while (xml_next(&in, names[i], &inside)) {
			if (inside.at < text || inside.end > text + size - 1 ||
			    inside.at > inside.end)
				__builtin_trap();
			if (xml_text(inside, "Key", out, sizeof(out)) &&
			    strlen(out) >= sizeof(out))
				__builtin_trap();
			(void)xml_number(inside, "Size", &n);
		}
	}
	len = size - 1 < sizeof(copy) - 1 ? size - 1 : sizeof(copy) - 1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	vault_read(&line, copy);
	return 0;
}
