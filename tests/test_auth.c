/* Tokens: hashes, signatures and every byte of them, the WebSocket answer. */
#include "signaling/auth.h"
#include "tests/test.h"

#include <string.h>

static void test_hash(void)
{
	char hex[AUTH_HASH_HEX + 1];

	auth_hash(hex, "abc"); /* FIPS 180-2, appendix B.1 */
	CHECK(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223"
			  "b00361a396177a9cb410ff61f20015ad") == 0);
	CHECK(auth_matches("abc", hex));
	CHECK(!auth_matches("abd", hex));
	CHECK(!auth_matches("", hex));
	CHECK(!auth_matches("abc", ""));
	hex[63] ^= 1;
	CHECK(!auth_matches("abc", hex));
	hex[10] = '\0';
	CHECK(!auth_matches("abc", hex));
}

static void test_signature(void)
{
	const int64_t until = INT64_C(1763700000000);
	char sig[128], bad[256], other[128];
	size_t len;

	auth_sign(sig, sizeof(sig), "rec:r1", until);
	len = strlen(sig);
	CHECK(len == 13 + 1 + 64);
	CHECK(auth_verify(sig, "rec:r1", until));
	CHECK(auth_verify(sig, "rec:r1", until - 600000));
	CHECK(!auth_verify(sig, "rec:r1", until + 1));
	CHECK(!auth_verify(sig, "rec:r2", until));
	CHECK(!auth_verify(sig, "", until));
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bad, sig, len + 1);
			bad[i] = (char)(bad[i] ^ 1 << bit);
			CHECK(!auth_verify(bad, "rec:r1", 0));
		}
	for (size_t n = 0; n < len; n++) {
		snprintf(bad, n + 1, "%s", sig);
		CHECK(!auth_verify(bad, "rec:r1", 0));
	}
	snprintf(bad, sizeof(bad), "%s0", sig);
	CHECK(!auth_verify(bad, "rec:r1", 0));
	snprintf(bad, sizeof(bad), "0%s", sig); /* another text of the same number */
	CHECK(!auth_verify(bad, "rec:r1", 0));
	snprintf(bad, sizeof(bad), "99999999999999999999.%s", sig + 14);
	CHECK(!auth_verify(bad, "rec:r1", 0));
	CHECK(!auth_verify("", "rec:r1", 0));
	CHECK(!auth_verify(".", "rec:r1", 0));
	CHECK(!auth_verify("-1.", "rec:r1", -5));
	/* a later end is another signature */
	auth_sign(other, sizeof(other), "rec:r1", until + 1);
	CHECK(strcmp(sig + 14, other + 14) != 0);
	snprintf(bad, sizeof(bad), "%.13s%s", other, sig + 13);
	CHECK(!auth_verify(bad, "rec:r1", until));
}

static void test_ws_accept(void)
{
	char out[AUTH_WS_ACCEPT + 1];

	CHECK(auth_ws_accept(out, "dGhlIHNhbXBsZSBub25jZQ==")); /* RFC 6455 1.3 */
	CHECK(strcmp(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0);
	CHECK(!auth_ws_accept(out, ""));
	CHECK(!auth_ws_accept(out, "dGhlIHNhbXBsZSBub25jZQ="));
	CHECK(!auth_ws_accept(out, "dGhlIHNhbXBsZSBub25jZQ==="));
	CHECK(!auth_ws_accept(out, "dGhlIHNhbXBsZSBub25jZR=="));
	CHECK(!auth_ws_accept(out, "dGhlIHNhbXBsZSBub25jZQAA"));
	CHECK(!auth_ws_accept(out, "dGhlIHNhbXBsZSBub25j\nQ=="));
	CHECK(!auth_ws_accept(out, "========================"));
}

int main(void)
{
	test_hash();
	test_signature();
	test_ws_accept();
	return 0;
}
