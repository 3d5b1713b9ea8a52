/* The parameter sets of a key frame, as a file's head needs them. */
#include "recorder/annexb.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

static void parameter_sets(void)
{
	static const struct {
		const char *data;
		size_t len;
		int want;
	} rows[] = {
		{"", 0, -ENODATA},
		{"\0\0\1", 3, -ENODATA},
		{"\0\0\0\1\x67", 5, -ENODATA},
		{"\0\0\1\x68", 4, -ENODATA},
		{"\0\0\1\x67\0\0\1\x68", 8, 10},
		{"\0\0\1\x67\0\0\0\0\0\1\x68\0\0", 13, 10},
		{"\0\0\1\x09\0\0\1\x67\1\0\0\1\x68\2\3\0\0\1\x65\0\0\1", 22, 13},
		{"junk\0\0\1\x27\0\0\1\x28", 12, 10},
		{"\x67\x68\x67\x68", 4, -ENODATA},
	};
	uint8_t out[ANNEXB_SETS_MAX], big[1100];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(annexb_sets((const uint8_t *)rows[i].data, rows[i].len, out) ==
		      rows[i].want);
	memset(big, 0xff, sizeof(big));
	memcpy(big, "\0\0\1\x68\0\0\1\x67", 8); /* 5 bytes of PPS, then a long SPS */
	CHECK(annexb_sets(big, 7 + ANNEXB_SETS_MAX - 5 - 4, out) == ANNEXB_SETS_MAX);
	CHECK(annexb_sets(big, 7 + ANNEXB_SETS_MAX - 5 - 3, out) == -EMSGSIZE);
}

int main(void)
{
	parameter_sets();
	return 0;
}
