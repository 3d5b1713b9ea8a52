#include "signaling/auth_password.h"

#include "base/rand.h"
#include "signaling/auth_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* RFC 7914, 2: of blocks of 1 KB (r 8), N of them, once (p 1). */
#define COST   8192
#define BLOCK  8
#define TIMES  1
#define MEMORY (32u << 20) /* it may have; it takes a quarter */

static int derive(const char *password, const char *salt, char out[AUTH_VERIFIER + 1])
{
	uint8_t key[AUTH_VERIFIER / 2];

	if (!EVP_PBE_scrypt(password, strlen(password), (const unsigned char *)salt,
			    strlen(salt), COST, BLOCK, TIMES, MEMORY, key, sizeof(key)))
		return -EIO;
	for (size_t i = 0; i < sizeof(key); i++)
		snprintf(out + 2 * i, 3, "%02x", key[i]);
	OPENSSL_cleanse(key, sizeof(key));
	return 0;
}

int auth_password_make(const char *password, char salt[AUTH_SALT + 1],
		       char verifier[AUTH_VERIFIER + 1])
{
	uint8_t random[AUTH_SALT / 2];

	rand_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(salt + 2 * i, 3, "%02x", random[i]);
	return derive(password, salt, verifier);
}

int auth_password_check(const char *password, const char *salt, const char *verifier)
{
	char mine[AUTH_VERIFIER + 1];
	int err = derive(password, salt, mine);

	if (err)
		return err;
	return auth_equal(mine, verifier) ? 0 : -EACCES;
}
