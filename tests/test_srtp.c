/* test_srtp - what srtp.h protects is opened by libsrtp and the other way round,
 * also where sequence numbers wrap; replays, forgeries and reuse are refused.
 */
#include "transport/srtp.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "tests/test.h"
#include "transport/srtp_gcm.h"
#include "transport/srtp_index.h"
#include "transport/srtp_replay.h"

#include <errno.h>
#include <srtp2/srtp.h>

static const struct srtp_half half_a = {"0123456789abcde", "ABCDEFGHIJKLM"};
static const struct srtp_half half_b = {"fedcba987654321", "mlkjihgfedcba"};

/* The other side: plain libsrtp with the halves swapped. */
static srtp_t reference(enum srtp_kind kind, const struct srtp_half *half,
			srtp_ssrc_type_t type)
{
	srtp_policy_t policy = {.ssrc.type = type, .window_size = 1024};
	unsigned char key[30];
	srtp_t session;

	if (kind == SRTP_KIND_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_rtp_default(&policy.rtp);
		srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
	}
	memcpy(key, half->key, 16);
	memcpy(key + 16, half->salt, 14);
	policy.key = key;
	CHECK(srtp_create(&session, &policy) == srtp_err_status_ok);
	return session;
}

struct pair {
	struct srtp *srtp;
	srtp_t in, out; /* of the other side */
};

static void pair_init(struct pair *p, enum srtp_kind kind)
{
	struct srtp_keys keys = {kind, half_a, half_b};

	CHECK(srtp_library_init() == 0);
	CHECK(srtp_library_init() == 0); /* of a second thread */
	CHECK(srtp_session_create(&p->srtp, &keys) == 0);
	p->in = reference(kind, &half_b, ssrc_any_inbound);
	p->out = reference(kind, &half_a, ssrc_any_outbound);
}

static void pair_fini(struct pair *p)
{
	srtp_session_destroy(p->srtp);
	srtp_dealloc(p->in);
	srtp_dealloc(p->out);
}

static size_t packet(uint8_t *out, uint32_t ssrc, uint16_t seq, size_t payload, bool ext)
{
	static const uint8_t extension[8] = {0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0};
	size_t n = 12;

	memset(out, 0, 12);
	out[0] = ext ? 0x90 : 0x80;
	out[1] = 111;
	wr16(out + 2, seq);
	wr32(out + 8, ssrc);
	if (ext) {
		memcpy(out + n, extension, 8);
		n += 8;
	}
	for (size_t i = 0; i < payload; i++)
		out[n + i] = (uint8_t)(seq + i * 7);
	return n;
}

/* ---- out ---------------------------------------------------------------------- */

static void send_one(struct pair *p, uint32_t ssrc, uint16_t seq, size_t payload,
		     bool ext)
{
	_Alignas(16) uint8_t plain[2000], wire[2000];
	size_t head = packet(plain, ssrc, seq, payload, ext);
	int n = srtp_seal_rtp(p->srtp, wire, plain, head, plain + head, payload);

	CHECK(n > (int)(head + payload) && n <= (int)(head + payload) + SRTP_OVERHEAD);
	CHECK(payload < 16 || memcmp(wire + head, plain + head, payload) != 0);
	CHECK(srtp_unprotect(p->in, wire, &n) == srtp_err_status_ok);
	CHECK(n == (int)(head + payload) && memcmp(wire, plain, (size_t)n) == 0);
}

/* Through two turns of the sequence number, with holes and swaps. */
static void test_out(enum srtp_kind kind)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 160, 1100};
	struct pair p;
	uint8_t wire[200], plain[100];
	uint32_t step = 97;

	pair_init(&p, kind);
	for (uint32_t i = 32000; i < 2 * 65536 + 500; i += step) {
		send_one(&p, 0x11223344, (uint16_t)(i + 1), sizes[i % 7], i % 2);
		send_one(&p, 0x11223344, (uint16_t)i, sizes[i % 5], i % 3);
		send_one(&p, 0xdeadbeef, (uint16_t)(i - 32000), 20, false);
	}
	/* a number is used once */
	packet(plain, 0xdeadbeef, (uint16_t)0, 20, false);
	wr16(plain + 2, (uint16_t)(2 * 65536 + 500 - 32000 - 1));
	CHECK(srtp_seal_rtp(p.srtp, wire, plain, 12, plain + 12, 20) > 0);
	CHECK(srtp_seal_rtp(p.srtp, wire, plain, 12, plain + 12, 20) == -EALREADY);
	plain[0] = 0x40;
	CHECK(srtp_seal_rtp(p.srtp, wire, plain, 12, plain + 12, 20) == -EINVAL);
	pair_fini(&p);
}

static void test_out_rtcp(enum srtp_kind kind)
{
	_Alignas(16) uint8_t plain[64] = {0x80, 200, 0, 6}, wire[128];
	struct pair p;

	pair_init(&p, kind);
	wr32(plain + 4, 77);
	for (int i = 0; i < 300; i++) {
		size_t len = i % 2 ? 28 : 8;
		int n;

		plain[27] = (uint8_t)i;
		n = srtp_seal_rtcp(p.srtp, wire, plain, len);
		CHECK(n > (int)len && n <= (int)len + SRTCP_OVERHEAD);
		CHECK(srtp_unprotect_rtcp(p.in, wire, &n) == srtp_err_status_ok);
		CHECK(n == (int)len && memcmp(wire, plain, len) == 0);
	}
	CHECK(srtp_seal_rtcp(p.srtp, wire, plain, 7) == -EINVAL);
	pair_fini(&p);
}

static void test_index(void)
{
	struct srtp_index index = {0};
	uint64_t v = 0;

	CHECK(srtp_index_take(&index, 1, 100, &v) == 0 && v == 100);
	CHECK(srtp_index_take(&index, 1, 100, &v) == -EALREADY);
	CHECK(srtp_index_take(&index, 1, 40, &v) == 0 && v == 40);
	CHECK(srtp_index_take(&index, 1, 40, &v) == -EALREADY);
	CHECK(srtp_index_take(&index, 1, 36, &v) == -EALREADY); /* 64 behind */
	CHECK(srtp_index_take(&index, 1, 32867, &v) == 0 && v == 32867);
	CHECK(srtp_index_take(&index, 1, 98, &v) == 0 && v == 65536 + 98);
	CHECK(srtp_index_take(&index, 1, 98 - 63, &v) == 0 && v == 65536 + 35);
	for (uint32_t i = 2; i <= SRTP_INDEX_SSRCS; i++)
		CHECK(srtp_index_take(&index, i, 3, &v) == 0);
	CHECK(srtp_index_take(&index, 99, 3, &v) == -EMFILE);
	/* before the first number there is nothing */
	CHECK(srtp_index_take(&index, 2, 65535, &v) == -EALREADY);
	CHECK(srtp_index_take(&index, 2, 0, &v) == 0 && v == 0);
}

/* What has to stay readable, and what is added. */
static void test_sizes(void)
{
	struct srtp_gcm *gcm;
	uint8_t plain[12 + 50] = {0x80, 100}, wire[128];

	CHECK(srtp_gcm_create(&gcm, &half_a) == 0);
	CHECK(srtp_gcm_seal(gcm, wire, plain, 12, plain + 12, 50, 1) == 12 + 50 + 16);
	CHECK(memcmp(wire, plain, 12) == 0);
	CHECK(srtp_gcm_seal_rtcp(gcm, wire, plain, 8) == 8 + 16 + 4);
	CHECK(rd32(wire + 24) == 0x80000001u);
	srtp_gcm_destroy(gcm);
}

/* ---- in ------------------------------------------------------------------------- */

static size_t from_peer(struct pair *p, uint8_t *wire, uint32_t ssrc, uint16_t seq)
{
	int n = (int)packet(wire, ssrc, seq, 40, false) + 40;

	CHECK(srtp_protect(p->out, wire, &n) == srtp_err_status_ok);
	return (size_t)n;
}

static void test_in(enum srtp_kind kind)
{
	_Alignas(16) uint8_t wire[200], copy[200], plain[200];
	struct pair p;
	size_t len, again;

	pair_init(&p, kind);
	CHECK(!srtp_knows(p.srtp, 7));
	for (uint32_t i = 60000; i < 140000; i += 1 + i % 60) {
		len = again = from_peer(&p, wire, 7, (uint16_t)i);
		memcpy(copy, wire, len);
		packet(plain, 7, (uint16_t)i, 40, false);
		CHECK(srtp_open_rtp(p.srtp, wire, &len, 1) == 0);
		CHECK(len == 52 && memcmp(wire, plain, 52) == 0);
		CHECK(srtp_open_rtp(p.srtp, copy, &again, 1) == -EACCES); /* a replay */
	}
	CHECK(srtp_knows(p.srtp, 7));
	/* forged: takes no place, for any number of senders */
	for (uint32_t i = 0; i < 50; i++) {
		len = from_peer(&p, wire, 100, (uint16_t)i);
		wire[len - 1] ^= 1;
		wr32(wire + 8, 1000 + i);
		CHECK(srtp_open_rtp(p.srtp, wire, &len, 1) == -EACCES);
	}
	len = 12; /* shorter than a tag */
	CHECK(srtp_open_rtp(p.srtp, wire, &len, 1) == -EACCES);
	pair_fini(&p);
}

/* Marks what is fresh, as for a packet that was genuine. */
static bool take(struct srtp_replay *r, uint64_t index)
{
	bool fresh = srtp_replay_fresh(r, index);

	if (fresh)
		srtp_replay_mark(r, index);
	return fresh;
}

static void test_replay(void)
{
	struct srtp_replay r = {0};

	CHECK(srtp_replay_guess(&r, 65000) == 65000);
	CHECK(take(&r, 65000) && !take(&r, 65000));
	CHECK(srtp_replay_guess(&r, 65535) == 65535 && srtp_replay_guess(&r, 3) == 65539);
	CHECK(srtp_replay_guess(&r, 32232) == 32232 &&
	      srtp_replay_guess(&r, 32231) == 65536 + 32231);
	CHECK(take(&r, 65539) && take(&r, 65535) && !take(&r, 65535));
	CHECK(srtp_replay_guess(&r, 65534) == 65534);
	/* the edges of the window */
	CHECK(take(&r, 65539 - SRTP_REPLAY_WINDOW + 1));
	CHECK(!take(&r, 65539 - SRTP_REPLAY_WINDOW + 1));
	CHECK(!take(&r, 65539 - SRTP_REPLAY_WINDOW));
	CHECK(take(&r, 65539 + 1000) && take(&r, 65539 + 999));
	CHECK(!take(&r, 65539));
	/* before the first one there is nothing */
	r = (struct srtp_replay){0};
	CHECK(take(&r, 5) && srtp_replay_guess(&r, 65530) == 65530);
	/* each number once, in any order */
	r = (struct srtp_replay){0};
	for (uint64_t i = 1000; i < 5000; i += 40) {
		for (uint64_t k = 0; k < 40; k++)
			CHECK(take(&r, i + k * 7 % 40));
		for (uint64_t k = 0; k < 240 && k < i - 1000; k++)
			CHECK(!take(&r, i + 39 - k));
	}
}

/* The same bytes into ours and into libsrtp: the same verdict, the same plain text. */
static void compare(struct srtp *ours, srtp_t theirs, const uint8_t *wire, size_t len,
		    bool rtcp)
{
	_Alignas(16) uint8_t a[300] = {0}, b[300] = {0};
	size_t n = len;
	int m = (int)len, err;
	srtp_err_status_t status;

	memcpy(a, wire, len);
	memcpy(b, wire, len);
	err = rtcp ? srtp_open_rtcp(ours, a, &n, 1) : srtp_open_rtp(ours, a, &n, 1);
	status = rtcp ? srtp_unprotect_rtcp(theirs, b, &m)
		      : srtp_unprotect(theirs, b, &m);
	CHECK((err == 0) == (status == srtp_err_status_ok));
	CHECK(err == 0 || err == -EACCES);
	CHECK(err || (n == (size_t)m && memcmp(a, b, n) == 0));
}

static size_t make_wire(struct pair *p, uint8_t *wire, bool rtcp, bool ext, uint16_t seq)
{
	int n = (int)packet(wire, 7, seq, 40, ext) + 40;

	if (!rtcp) {
		CHECK(srtp_protect(p->out, wire, &n) == srtp_err_status_ok);
		return (size_t)n;
	}
	memcpy(wire, (const uint8_t[]){0x81, 201, 0, 7, 0, 0, 0, 7}, 8);
	n = 32;
	CHECK(srtp_protect_rtcp(p->out, wire, &n) == srtp_err_status_ok);
	return (size_t)n;
}

static void test_tampered(enum srtp_kind kind, bool rtcp, bool ext)
{
	static const uint8_t flips[] = {1, 0x10, 0x80, 0xff};
	_Alignas(16) uint8_t wire[300], bad[300];
	struct pair p;
	srtp_t theirs;

	pair_init(&p, kind);
	theirs = reference(kind, &half_a, ssrc_any_inbound);
	for (uint16_t seq = 1; seq < 4; seq++) {
		size_t len = make_wire(&p, wire, rtcp, ext, seq);

		for (size_t i = 0; i < len; i++) {
			for (size_t f = 0; f < sizeof(flips); f++) {
				memcpy(bad, wire, len);
				bad[i] ^= flips[f];
				compare(p.srtp, theirs, bad, len, rtcp);
			}
			if (i >= (rtcp ? 8 : 12)) /* cut off, and a byte too long */
				compare(p.srtp, theirs, wire, i, rtcp);
		}
		wire[len] = 0;
		compare(p.srtp, theirs, wire, len + 1, rtcp);
		compare(p.srtp, theirs, wire, len, rtcp); /* this one is genuine */
		CHECK(srtp_knows(p.srtp, 7));
		compare(p.srtp, theirs, wire, len, rtcp); /* and this a replay */
	}
	srtp_dealloc(theirs);
	pair_fini(&p);
}

/* Losses, swaps and wraps: the two guess alike. Late ones come within both windows. */
static void test_in_order_of_chance(void)
{
	static struct {
		uint8_t wire[100];
		size_t len;
	} late[64];
	_Alignas(16) uint8_t wire[300];
	struct pair p;
	srtp_t theirs;
	uint32_t state = 1, seq = 30000;

	pair_init(&p, SRTP_KIND_GCM);
	theirs = reference(SRTP_KIND_GCM, &half_a, ssrc_any_inbound);
	for (int i = 0; i < 20000; i++) {
		size_t slot;

		state = state * 1664525 + 1013904223;
		slot = (size_t)i % 64;
		seq += 1 + (state >> 24 & 3) + (i % 1000 == 0 ? 9000 : 0);
		late[slot].len = from_peer(&p, wire, 7, (uint16_t)seq);
		memcpy(late[slot].wire, wire, late[slot].len);
		slot = (slot + 64 - (state >> 26) % 48) % 64; /* up to 47 late */
		if (late[slot].len && i % 1000 > 64)
			compare(p.srtp, theirs, late[slot].wire, late[slot].len, false);
	}
	srtp_dealloc(theirs);
	pair_fini(&p);
}

static void test_bad(void)
{
	static const struct {
		uint8_t head[16];
		size_t len;
	} bad[] = {
		{{0x80, 111}, 12},               /* no tag */
		{{0x80, 111}, 27},               /* half of one */
		{{0x8f, 111}, 12 + 15 * 4 + 15}, /* CSRCs over it */
		{{0x90, 111}, 12 + 16 + 3},      /* half a head */
		{{0x90, 111, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1}, 35},
		{{0x90, 111, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0xff, 0xff}, 80},
		{{0x00, 111}, 80},
		{{0xc0, 111}, 80},
	};
	struct srtp_keys keys = {SRTP_KIND_GCM, half_a, half_b};
	uint8_t data[200];
	struct srtp *srtp;

	CHECK(srtp_session_create(&srtp, &keys) == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = bad[i].len;

		memset(data, 0, sizeof(data));
		memcpy(data, bad[i].head, 16);
		CHECK(srtp_open_rtp(srtp, data, &len, 1) == -EACCES && len == bad[i].len);
	}
	for (size_t n = 8; n < 60; n++) {
		size_t len = n;

		memset(data, 0, sizeof(data));
		data[0] = 0x80;
		CHECK(srtp_open_rtcp(srtp, data, &len, 1) == -EACCES && len == n);
	}
	CHECK(!srtp_knows(srtp, 0));
	srtp_session_destroy(srtp);
}

static void test_senders(enum srtp_kind kind)
{
	_Alignas(16) uint8_t wire[200], rr[64] = {0x80, 201, 0, 1};
	struct pair p;
	size_t len;
	int n = 8;

	pair_init(&p, kind);
	for (uint32_t i = 1; i < LIMIT_SSRCS; i++) {
		len = from_peer(&p, wire, i, 1);
		CHECK(srtp_open_rtp(p.srtp, wire, &len, i) == 0);
	}
	wr32(rr + 4, 99); /* who only listens is one of them too */
	CHECK(srtp_protect_rtcp(p.out, rr, &n) == srtp_err_status_ok);
	len = (size_t)n;
	CHECK(srtp_open_rtcp(p.srtp, rr, &len, 8) == 0 && len == 8 &&
	      srtp_knows(p.srtp, 99));
	len = from_peer(&p, wire, 500, 1);
	CHECK(srtp_open_rtp(p.srtp, wire, &len, SRTP_IDLE_US) == -EMFILE);
	CHECK(srtp_open_rtp(p.srtp, wire, &len, 1 + SRTP_IDLE_US) == 0);
	CHECK(srtp_knows(p.srtp, 500) && !srtp_knows(p.srtp, 1));
	len = from_peer(&p, wire, 501, 1);
	CHECK(srtp_open_rtp(p.srtp, wire, &len, 1 + SRTP_IDLE_US) == -EMFILE);
	/* the stream that went can come back when there is place */
	len = from_peer(&p, wire, 1, 2);
	CHECK(srtp_open_rtp(p.srtp, wire, &len, 2 + SRTP_IDLE_US) == 0);
	pair_fini(&p);
}

int main(void)
{
	for (int kind = SRTP_KIND_GCM; kind <= SRTP_KIND_CM_SHA1; kind++) {
		test_out((enum srtp_kind)kind);
		test_out_rtcp((enum srtp_kind)kind);
		test_in((enum srtp_kind)kind);
		test_senders((enum srtp_kind)kind);
		test_tampered((enum srtp_kind)kind, false, false);
		test_tampered((enum srtp_kind)kind, false, true);
		test_tampered((enum srtp_kind)kind, true, false);
	}
	test_in_order_of_chance();
	test_replay();
	test_bad();
	test_index();
	test_sizes();
	return 0;
}
