/* test_ice_lite - checks that are right, and a table of those that are not. */
#include "transport/ice_lite.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "tests/stun_hand.h"
#include "tests/test.h"

#include <errno.h>

#define USER "oursours:them"
#define PWD  "abcdefghijklmnopqrstuvwx"

static size_t good(uint8_t *msg, bool nominate)
{
	struct stun_check check = {USER, PWD, nominate, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9}};

	return stun_write_check(msg, &check);
}

static void test_peek(void)
{
	uint8_t msg[512];
	size_t len = good(msg, true);
	struct ice_check check;

	CHECK(ice_peek(&check, msg, len) == 0);
	CHECK(check.ours_len == 8 && memcmp(check.ours, "oursours", 8) == 0);
	CHECK(check.theirs_len == 4 && memcmp(check.theirs, "them", 4) == 0);
	CHECK(check.nominated);
	len = good(msg, false);
	CHECK(ice_peek(&check, msg, len) == 0 && !check.nominated);
	/* every shorter one is refused */
	for (size_t i = 0; i < len; i++)
		CHECK(ice_peek(&check, msg, i) == -EBADMSG);
	msg[1] = 0x11;
	CHECK(ice_peek(&check, msg, len) == -ENOMSG);
}

static void test_answer(const char *ip, int most)
{
	uint8_t msg[512], out[ICE_ANSWER_MAX];
	size_t len = good(msg, true);
	struct ice_lite *ice;
	struct addr from;
	bool valid = false;
	int n;

	CHECK(addr_parse(&from, ip, 0x1234) == 0);
	CHECK(ice_lite_create(&ice) == 0);
	n = ice_answer(ice, msg, len, PWD, &from, out, &valid);
	CHECK(n > 0 && n <= most && n <= (int)len && valid);
	CHECK(stun_is_answer(out, (size_t)n, msg + 8, PWD));
	CHECK(!stun_is_answer(out, (size_t)n, msg + 8, "another one, as long ...."));
	/* XOR-MAPPED-ADDRESS is the first attribute: the port against the cookie */
	CHECK(rd16(out + 20) == 0x0020 && rd16(out + 26) == (0x1234 ^ 0x2112));
	if (addr_is_v4(&from))
		CHECK(rd32(out + 28) == (rd32(from.ip + 12) ^ 0x2112A442u));
	/* each flipped bit makes it a forgery */
	for (size_t bit = 0; bit < len * 8; bit++) {
		msg[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(ice_answer(ice, msg, len, PWD, &from, out, &valid) == -EACCES ||
		      (bit / 8 >= 2 && bit / 8 < 4));
		msg[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(ice_answer(ice, msg, len, "abcdefghijklmnopqrstuvwy", &from, out, &valid) ==
	      -EACCES);
	CHECK(ice_answer(ice, msg, len, "", &from, out, &valid) == -EACCES);
	ice_lite_destroy(ice);
}

/* What we do not understand, but must: said so only to who has the password. */
static void test_unknown_attribute(void)
{
	struct stun_check check = {USER, PWD, true, 0x7f01, {0}};
	uint8_t msg[512], out[ICE_ANSWER_MAX];
	size_t len = stun_write_check(msg, &check);
	struct ice_lite *ice;
	struct addr from;
	bool valid = true;
	int n;

	CHECK(addr_parse(&from, "10.1.2.3", 4000) == 0);
	CHECK(ice_lite_create(&ice) == 0);
	n = ice_answer(ice, msg, len, PWD, &from, out, &valid);
	CHECK(n > 0 && n <= (int)len && !valid && rd16(out) == 0x0111);
	check.pwd = "zbcdefghijklmnopqrstuvwx";
	len = stun_write_check(msg, &check);
	CHECK(ice_answer(ice, msg, len, PWD, &from, out, &valid) == -EACCES);
	/* one that may be ignored is */
	check.extra_type = 0xc057;
	check.pwd = PWD;
	len = stun_write_check(msg, &check);
	CHECK(ice_answer(ice, msg, len, PWD, &from, out, &valid) > 0 && valid);
	ice_lite_destroy(ice);
}

/* ---- bad ones ---------------------------------------------------------------- */

static size_t attr(uint8_t *msg, size_t at, uint16_t type, const char *value, size_t len)
{
	wr16(msg + at, type);
	wr16(msg + at + 2, (uint16_t)len);
	memset(msg + at + 4, 0, len + 3);
	memcpy(msg + at + 4, value, len);
	return at + 4 + ((len + 3) & ~(size_t)3);
}

/* A message with these attributes; its length field is right. */
struct bad {
	const char *what;
	const char *user; /* NULL: no USERNAME */
	int users;        /* how many times */
	int fill;         /* attributes before */
	int mac;          /* length of MESSAGE-INTEGRITY; -1: none */
	bool late;        /* USERNAME after the integrity */
	int expect;
};

static const struct bad table[] = {
	{"as it should be", USER, 1, 0, 20, false, 0},
	{"no USERNAME", NULL, 0, 0, 20, false, -EBADMSG},
	{"no colon", "oursoursthem", 1, 0, 20, false, -EBADMSG},
	{"empty", "", 1, 0, 20, false, -EBADMSG},
	{"only a colon", ":", 1, 0, 20, false, -EBADMSG},
	{"our half too short", "our:them", 1, 0, 20, false, -EBADMSG},
	{"their half too short", "oursours:the", 1, 0, 20, false, -EBADMSG},
	{"two USERNAMEs", USER, 2, 0, 20, false, -EBADMSG},
	{"no MESSAGE-INTEGRITY", USER, 1, 0, -1, false, -EBADMSG},
	{"short MESSAGE-INTEGRITY", USER, 1, 0, 16, false, -EBADMSG},
	{"long MESSAGE-INTEGRITY", USER, 1, 0, 24, false, -EBADMSG},
	{"USERNAME is not protected", USER, 1, 0, 20, true, -EBADMSG},
	{"as many attributes as may be", USER, 1, LIMIT_STUN_ATTRS - 2, 20, false, 0},
	{"one more", USER, 1, LIMIT_STUN_ATTRS - 1, 20, false, -EBADMSG},
};

static size_t write_bad(uint8_t *msg, const struct bad *bad)
{
	static const char zeros[32];
	size_t n = 20;

	memset(msg, 0, 20);
	wr16(msg, 0x0001);
	wr32(msg + 4, 0x2112A442u);
	for (int i = 0; i < bad->fill; i++)
		n = attr(msg, n, 0x8022, "abc", 3);
	for (int i = 0; bad->user && !bad->late && i < bad->users; i++)
		n = attr(msg, n, 0x0006, bad->user, strlen(bad->user));
	if (bad->mac >= 0)
		n = attr(msg, n, 0x0008, zeros, (size_t)bad->mac);
	if (bad->late)
		n = attr(msg, n, 0x0006, bad->user, strlen(bad->user));
	wr16(msg + 2, (uint16_t)(n - 20));
	return n;
}

static void test_table(void)
{
	uint8_t msg[2048];
	struct ice_check check;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t len = write_bad(msg, &table[i]);

		if (ice_peek(&check, msg, len) == table[i].expect)
			continue;
		fprintf(stderr, "%s\n", table[i].what);
		CHECK(false);
	}
}

static void test_header(void)
{
	uint8_t msg[512];
	size_t len = good(msg, false);
	struct ice_check check;

	wr16(msg + 2, (uint16_t)(len - 20 + 4)); /* more than there is */
	CHECK(ice_peek(&check, msg, len) == -EBADMSG);
	wr16(msg + 2, (uint16_t)(len - 20 - 4)); /* less */
	CHECK(ice_peek(&check, msg, len) == -EBADMSG);
	wr16(msg + 2, (uint16_t)(len - 20 - 1)); /* no multiple of 4 */
	CHECK(ice_peek(&check, msg, len - 1) == -EBADMSG);
	wr16(msg + 2, (uint16_t)(len - 20));
	CHECK(ice_peek(&check, msg, len) == 0);
	for (int type = 0; type < 0x400; type++) {
		wr16(msg, (uint16_t)type);
		CHECK((ice_peek(&check, msg, len) == 0) == (type == 1));
	}
	wr16(msg, 1);
	msg[4] ^= 1; /* the cookie */
	CHECK(ice_peek(&check, msg, len) == -EBADMSG);
	msg[4] ^= 1;
	wr16(msg + 22, 0xffff); /* the first attribute leaves the message */
	CHECK(ice_peek(&check, msg, len) == -EBADMSG);
}

/* What stands behind the integrity is not protected: it must not nominate. */
static void test_unprotected_nomination(void)
{
	uint8_t msg[512], out[ICE_ANSWER_MAX];
	size_t len = good(msg, false);
	struct ice_lite *ice;
	struct ice_check check;
	struct addr from;
	bool valid = false;

	memmove(msg + len - 4, msg + len - 8, 8); /* FINGERPRINT moves by one */
	wr16(msg + len - 8, 0x0025);
	wr16(msg + len - 6, 0);
	wr16(msg + 2, (uint16_t)(len + 4 - 20));
	CHECK(ice_peek(&check, msg, len + 4) == 0 && !check.nominated);
	CHECK(addr_parse(&from, "::1", 4000) == 0 && ice_lite_create(&ice) == 0);
	CHECK(ice_answer(ice, msg, len + 4, PWD, &from, out, &valid) == -EACCES || valid);
	ice_lite_destroy(ice);
}

int main(void)
{
	test_peek();
	test_answer("192.0.2.7", 64);
	test_answer("2001:db8::7", 76);
	test_unknown_attribute();
	test_table();
	test_header();
	test_unprotected_nomination();
	return 0;
}
