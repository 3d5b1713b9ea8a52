/* fuzz_stun - what ice_lite.h does with datagrams: as they come (first byte
 * even), or as attributes that get a right header, integrity and fingerprint.
 */
#include "base/bytes.h"
#include "tests/stun_hand.h"
#include "transport/ice_lite.h"

#include <assert.h>
#include <stdlib.h>

#define PWD "abcdefghijklmnopqrstuvwx"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(const void *p, size_t n, const uint8_t *data, size_t len)
{
	const uint8_t *at = p;

	return at >= data && n <= len && at + n <= data + len;
}

static void take(const uint8_t *data, size_t len, bool genuine)
{
	const struct addr from = {.ip = {[15] = 1}, .port = 5000};
	uint8_t out[ICE_ANSWER_MAX];
	struct ice_check check;
	struct ice_lite *ice;
	bool valid = false;
	int n;

	if (ice_peek(&check, data, len) < 0)
		return;
	assert(inside(check.ours, check.ours_len, data, len));
	assert(inside(check.theirs, check.theirs_len, data, len));
	if (ice_lite_create(&ice) < 0)
		return;
	n = ice_answer(ice, data, len, PWD, &from, out, &valid);
	assert(n < 0 || (genuine && n <= ICE_ANSWER_MAX));
	assert(n > 0 || !valid);
	assert(!valid || stun_is_answer(out, (size_t)n, data + 8, PWD));
	ice_lite_destroy(ice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t msg[1500] = {0};
	size_t body;

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		take(data + 1, size - 1, false);
		return 0;
	}
	body = (size - 1) & ~(size_t)3;
	if (body > sizeof(msg) - 20 - 24 - 8)
		return 0;
	wr16(msg, 1);
	wr32(msg + 4, 0x2112A442u);
	memcpy(msg + 20, data + 1, body);
	take(msg, stun_seal(msg, 20 + body, PWD), true);
	return 0;
}
