/* fuzz_srtp - any bytes as SRTP and SRTCP: none is genuine, and a reader stays inside;
 * and any bytes as a plain packet: protected and opened it is the same.
 */
#include "base/bytes.h"
#include "tests/test.h"
#include "transport/srtp.h"

#define ROOM 1400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct srtp *session(bool theirs)
{
	struct srtp_half a = {"0123456789abcde", "ABCDEFGHIJKLM"};
	struct srtp_half b = {"fedcba987654321", "mlkjihgfedcba"};
	struct srtp_keys keys = {SRTP_KIND_GCM, theirs ? b : a, theirs ? a : b};
	struct srtp *srtp;

	CHECK(srtp_session_create(&srtp, &keys) == 0);
	return srtp;
}

static void as_wire(struct srtp *srtp, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);
	size_t len = size;

	CHECK(copy);
	memcpy(copy, data, size);
	if (size >= 12)
		CHECK(srtp_open_rtp(srtp, copy, &len, 1) < 0 && len == size);
	memcpy(copy, data, size);
	if (size >= 8)
		CHECK(srtp_open_rtcp(srtp, copy, &len, 1) < 0 && len == size);
	free(copy);
}

/* The header is 12 bytes and what the first of them says. */
static void as_plain(struct srtp *out, struct srtp *in, const uint8_t *data, size_t size)
{
	uint8_t plain[ROOM], wire[ROOM + SRTCP_OVERHEAD];
	size_t head, len;
	int n;

	memcpy(plain, data, size);
	plain[0] = 0x80 | (plain[0] & 0x1f);
	head = 12 + 4 * (size_t)(plain[0] & 15);
	if (plain[0] & 0x10 && head + 4 <= size)
		head += 4 + 4 * (size_t)rd16(plain + head + 2);
	else
		plain[0] &= 0xef;
	if (head > size)
		return;
	n = srtp_seal_rtp(out, wire, plain, head, plain + head, size - head);
	CHECK(n == (int)size + 16);
	len = (size_t)n;
	CHECK(srtp_open_rtp(in, wire, &len, 1) == 0);
	CHECK(len == size && memcmp(wire, plain, size) == 0);
	n = srtp_seal_rtcp(out, wire, plain, size);
	CHECK(n == (int)size + 20);
	len = (size_t)n;
	CHECK(srtp_open_rtcp(in, wire, &len, 1) == 0);
	CHECK(len == size && memcmp(wire, plain, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srtp *out = session(true), *in = session(false);

	if (size) {
		as_wire(in, data, size);
		if (size >= 12 && size <= ROOM)
			as_plain(out, in, data, size);
	}
	srtp_session_destroy(out);
	srtp_session_destroy(in);
	return 0;
}
