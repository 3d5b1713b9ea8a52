#include "base/rand.h"

#include <openssl/rand.h>
#include <stdlib.h>

void rand_bytes(void *out, size_t n)
{
	if (RAND_bytes(out, (int)n) != 1)
		abort();
}

uint32_t rand_u32(void)
{
	uint32_t v;

	rand_bytes(&v, sizeof(v));
	return v;
}

static void rand_letters(char *out, size_t n, const char letters[33])
{
	rand_bytes(out, n);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[(unsigned char)out[i] & 31];
	out[n] = '\0';
}

void rand_token(char *out, size_t n)
{
	rand_letters(out, n, "abcdefghijklmnopqrstuvwxyz234567");
}

void rand_code(char out[8])
{
	/* without 0, 1, I and O: 32 signs that nobody mistakes on paper */
	rand_letters(out, 7, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ");
}
