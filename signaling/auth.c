#include "signaling/auth.h"

#include "base/rand.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LEN 32
#define MAC_LEN 32 /* SHA-256 */

/* RFC 6455 1.3 */
#define WS_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static void to_hex(char *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

void auth_hash(char out[AUTH_HASH_HEX + 1], const char *token)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!EVP_Digest(token, strlen(token), sum, &n, EVP_sha256(), NULL))
		abort(); /* an empty hash would let everybody in */
	to_hex(out, sum, AUTH_HASH_HEX / 2);
}

bool auth_matches(const char *token, const char *hash_hex)
{
	char mine[AUTH_HASH_HEX + 1];

	if (strlen(hash_hex) != AUTH_HASH_HEX)
		return false;
	auth_hash(mine, token);
	return CRYPTO_memcmp(mine, hash_hex, AUTH_HASH_HEX) == 0;
}

/* The key of this process. Made by whoever needs it first; whoever comes at
 * the same moment waits for the few microseconds that takes. */
static const uint8_t *process_key(void)
{
	static uint8_t key[KEY_LEN];
	static atomic_int state; /* 0: none, 1: being made, 2: ready */
	int none = 0;

	if (atomic_load_explicit(&state, memory_order_acquire) == 2)
		return key;
	if (atomic_compare_exchange_strong(&state, &none, 1)) {
		rand_bytes(key, sizeof(key));
		atomic_store_explicit(&state, 2, memory_order_release);
	}
	while (atomic_load_explicit(&state, memory_order_acquire) != 2)
		sched_yield();
	return key;
}

/* The length of `until` keeps the two parts apart: it ends at the line feed. */
static void sign_hex(char out[2 * MAC_LEN + 1], const char *what, int64_t until_ms)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t len = strlen(what) + 24;
	char *text = malloc(len);

	if (!text)
		abort(); /* a signature of nothing must not exist */
	snprintf(text, len, "%lld\n%s", (long long)until_ms, what);
	if (!HMAC(EVP_sha256(), process_key(), KEY_LEN, (const uint8_t *)text,
		  strlen(text), mac, &n))
		abort();
	free(text);
	to_hex(out, mac, MAC_LEN);
}

void auth_sign(char *out, size_t size, const char *what, int64_t until_ms)
{
	char hex[2 * MAC_LEN + 1];

	sign_hex(hex, what, until_ms);
	snprintf(out, size, "%lld.%s", (long long)until_ms, hex);
}

bool auth_verify(const char *signature, const char *what, int64_t now_ms)
{
	size_t digits = strspn(signature, "0123456789");
	char hex[2 * MAC_LEN + 1];
	int64_t until = 0;

	/* 15 digits are enough until the year 33658 and cannot overflow */
	if (digits == 0 || digits > 15 || signature[0] == '0' ||
	    signature[digits] != '.' || strlen(signature + digits + 1) != sizeof(hex) - 1)
		return false;
	for (size_t i = 0; i < digits; i++)
		until = until * 10 + (signature[i] - '0');
	if (until < now_ms)
		return false;
	sign_hex(hex, what, until);
	return CRYPTO_memcmp(hex, signature + digits + 1, sizeof(hex) - 1) == 0;
}

bool auth_ws_accept(char out[AUTH_WS_ACCEPT + 1], const char *key)
{
	uint8_t raw[AUTH_WS_KEY], sum[EVP_MAX_MD_SIZE];
	char text[AUTH_WS_KEY + sizeof(WS_GUID)], again[AUTH_WS_KEY + 1];
	unsigned n = 0;

	/* what decodes and encodes to itself is base64 of 16 bytes */
	if (strlen(key) != AUTH_WS_KEY ||
	    EVP_DecodeBlock(raw, (const uint8_t *)key, AUTH_WS_KEY) != 18)
		return false;
	EVP_EncodeBlock((uint8_t *)again, raw, 16);
	if (strcmp(again, key) != 0)
		return false;
	snprintf(text, sizeof(text), "%s" WS_GUID, key);
	if (!EVP_Digest(text, strlen(text), sum, &n, EVP_sha1(), NULL))
		return false;
	EVP_EncodeBlock((uint8_t *)out, sum, (int)n);
	return true;
}
