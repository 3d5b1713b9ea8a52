#include "tests/stun_hand.h"

#include "base/bytes.h"
#include "base/rand.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define ROOM   2048
#define COOKIE 0x2112A442u

static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static size_t put_attr(uint8_t *msg, size_t at, uint16_t type, const void *value,
		       size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;

	wr16(msg + at, type);
	wr16(msg + at + 2, (uint16_t)len);
	memset(msg + at + 4, 0, padded);
	if (len)
		memcpy(msg + at + 4, value, len);
	return at + 4 + padded;
}

size_t stun_seal(uint8_t *msg, size_t len, const char *pwd)
{
	uint8_t mac[20];
	unsigned int n = 20;

	wr16(msg + 2, (uint16_t)(len - 20 + 24));
	HMAC(EVP_sha1(), pwd, (int)strlen(pwd), msg, len, mac, &n);
	len = put_attr(msg, len, 0x0008, mac, 20);
	wr16(msg + 2, (uint16_t)(len - 20 + 8));
	wr32(mac, crc32_of(msg, len) ^ 0x5354554eu);
	return put_attr(msg, len, 0x8028, mac, 4);
}

size_t stun_write_check(uint8_t *out, const struct stun_check *check)
{
	static const uint8_t priority[4] = {0x6e, 0, 0x1e, 0xff};
	static const uint8_t tie[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	size_t n = 20;

	wr16(out, 0x0001);
	wr32(out + 4, COOKIE);
	memcpy(out + 8, check->id, 12);
	n = put_attr(out, n, 0x0006, check->username, strlen(check->username));
	n = put_attr(out, n, 0x802a, tie, 8);
	n = put_attr(out, n, 0x0024, priority, 4);
	if (check->nominate)
		n = put_attr(out, n, 0x0025, NULL, 0);
	if (check->extra_type)
		n = put_attr(out, n, check->extra_type, tie, 4);
	return stun_seal(out, n, check->pwd);
}

size_t stun_write_nomination(uint8_t out[512], uint8_t id[12], const char *server_ufrag,
			     const char *server_pwd, const char *ufrag)
{
	char username[300];
	struct stun_check check = {
		.username = username, .pwd = server_pwd, .nominate = true};

	snprintf(username, sizeof(username), "%.256s:%.32s", server_ufrag, ufrag);
	rand_bytes(id, sizeof(check.id));
	memcpy(check.id, id, sizeof(check.id));
	return stun_write_check(out, &check);
}

bool stun_is_answer(const uint8_t *data, size_t len, const uint8_t id[12],
		    const char *pwd)
{
	uint8_t copy[ROOM], mac[20];
	unsigned int n = 20;
	size_t at = 20;

	if (len < 20 || len > sizeof(copy) || rd16(data) != 0x0101 ||
	    rd32(data + 4) != COOKIE || memcmp(data + 8, id, 12) != 0)
		return false;
	while (at + 4 <= len && rd16(data + at) != 0x0008)
		at += 4 + ((rd16(data + at + 2) + 3u) & ~3u);
	if (at + 24 > len)
		return false;
	memcpy(copy, data, at);
	wr16(copy + 2, (uint16_t)(at - 20 + 24));
	HMAC(EVP_sha1(), pwd, (int)strlen(pwd), copy, at, mac, &n);
	return memcmp(mac, data + at + 4, 20) == 0;
}
