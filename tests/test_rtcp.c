#include "base/bytes.h"
#include "base/limits.h"
#include "tests/test.h"
#include "transport/rtcp.h"

#include <errno.h>
#include <stdbool.h>

struct seen {
	int calls, n_sr, n_block, n_bye, n_nack, n_pli, n_fir, n_remb, n_twcc, n_end;
	struct rtcp_sr sr;
	struct rtcp_block block;
	uint32_t ssrc;
	uint64_t bps;
	uint16_t pid[64], blp[64];
	uint8_t fir_seq, fb_count;
	uint16_t seq[64];
	int64_t recv_us[64];
};

static void on_sr(void *ctx, const struct rtcp_sr *sr)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_sr++;
	s->sr = *sr;
}

static void on_block(void *ctx, uint32_t from, const struct rtcp_block *block)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_block++;
	s->ssrc = from;
	s->block = *block;
}

static void on_bye(void *ctx, uint32_t ssrc)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_bye++;
	s->ssrc = ssrc;
}

static void on_nack(void *ctx, uint32_t ssrc, uint16_t pid, uint16_t blp)
{
	struct seen *s = ctx;

	s->calls++;
	s->ssrc = ssrc;
	if (s->n_nack < 64) {
		s->pid[s->n_nack] = pid;
		s->blp[s->n_nack] = blp;
	}
	s->n_nack++;
}

static void on_pli(void *ctx, uint32_t ssrc)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_pli++;
	s->ssrc = ssrc;
}

static void on_fir(void *ctx, uint32_t ssrc, uint8_t seq)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_fir++;
	s->ssrc = ssrc;
	s->fir_seq = seq;
}

static void on_remb(void *ctx, uint64_t bps)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_remb++;
	s->bps = bps;
}

static void on_twcc(void *ctx, uint16_t seq, int64_t recv_us)
{
	struct seen *s = ctx;

	s->calls++;
	if (s->n_twcc < 64) {
		s->seq[s->n_twcc] = seq;
		s->recv_us[s->n_twcc] = recv_us;
	}
	s->n_twcc++;
}

static void on_twcc_end(void *ctx, uint8_t fb_count)
{
	struct seen *s = ctx;

	s->calls++;
	s->n_end++;
	s->fb_count = fb_count;
}

static int parse(struct seen *seen, const uint8_t *data, size_t len)
{
	struct rtcp_sink sink = {
		.ctx = seen,
		.sr = on_sr,
		.block = on_block,
		.bye = on_bye,
		.nack = on_nack,
		.pli = on_pli,
		.fir = on_fir,
		.remb = on_remb,
		.twcc = on_twcc,
		.twcc_end = on_twcc_end,
	};
	uint8_t *tight = malloc(len ? len : 1); /* so that a sanitizer sees the end */
	int err;

	CHECK(tight);
	memcpy(tight, data, len);
	memset(seen, 0, sizeof(*seen));
	err = rtcp_parse(tight, len, &sink);
	free(tight);
	return err;
}

static void compound_round_trip(void)
{
	uint8_t buf[1200];
	struct rtcp_out o = {.data = buf, .size = sizeof(buf)};
	const struct rtcp_sr sr = {7, 0x123456789abcdef0, 90000, 1000, 123456};
	const struct rtcp_block blocks[2] = {
		{1, 255, -5, 0x10001, 0xffffffff, 0x56789abc, 65536},
		{2, 128, -9000000, 3, 4, 5, 6},
	};
	const uint32_t ssrcs[] = {11, 12};
	struct seen seen;

	rtcp_put_sr(&o, &sr, blocks, 2);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.n_sr == 1 && seen.n_block == 2);
	CHECK(seen.sr.ntp == sr.ntp && seen.sr.rtp_ts == 90000 &&
	      seen.sr.packets == 1000);
	CHECK(seen.sr.bytes == 123456 && seen.ssrc == 7);
	CHECK(seen.block.ssrc == 2 && seen.block.lost == -0x800000); /* saturates */
	o.len = 0;
	rtcp_put_rr(&o, 8, blocks, 1);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.n_sr == 0 && seen.n_block == 1);
	CHECK(seen.block.fraction_lost == 255 && seen.block.lost == -5);
	CHECK(seen.block.highest_seq == 0x10001 && seen.block.jitter == 0xffffffff);
	CHECK(seen.block.lsr == 0x56789abc && seen.block.dlsr == 65536 && seen.ssrc == 8);

	rtcp_put_cname(&o, 8, "aula");
	rtcp_put_cname(&o, 8, "aulas");
	rtcp_put_cname(&o, 8, "");
	rtcp_put_pli(&o, 8, 21);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.n_pli == 1 && seen.ssrc == 21);
	rtcp_put_remb(&o, 8, 1234567, ssrcs, 2);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.n_remb == 1);
	CHECK(seen.bps <= 1234567 && seen.bps > 1234567 - 16); /* 18 bits of mantissa */
	rtcp_put_bye(&o, 8);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.n_bye == 1 && seen.ssrc == 8);
	CHECK(!o.full && o.len % 4 == 0);
}

static void nack_packs(void)
{
	const uint16_t seqs[] = {65530, 65531, 65546 - 65536, 11, 100, 300};
	uint8_t buf[64];
	struct rtcp_out o = {.data = buf, .size = sizeof(buf)};
	struct seen seen;

	rtcp_put_nack(&o, 1, 2, seqs, 6);
	CHECK(!o.full && parse(&seen, buf, o.len) == 0 && seen.n_nack == 4);
	CHECK(seen.pid[0] == 65530 && seen.blp[0] == (1 | 1 << 15));
	CHECK(seen.pid[1] == 11 && seen.blp[1] == 0);
	CHECK(seen.pid[2] == 100 && seen.pid[3] == 300 && seen.ssrc == 2);

	o = (struct rtcp_out){.data = buf, .size = 20};
	rtcp_put_nack(&o, 1, 2, seqs, 6); /* room for two of the four */
	CHECK(o.full && o.len == 20 && parse(&seen, buf, o.len) == 0 && seen.n_nack == 2);
	o = (struct rtcp_out){.data = buf, .size = sizeof(buf)};
	rtcp_put_nack(&o, 1, 2, seqs, 0);
	CHECK(o.len == 0 && !o.full);
}

static void full_buffer_stays(void)
{
	uint8_t buf[16];
	struct rtcp_out o = {.data = buf, .size = sizeof(buf)};
	struct seen seen;

	rtcp_put_pli(&o, 1, 2);
	CHECK(o.len == 12 && !o.full);
	rtcp_put_pli(&o, 1, 3);
	CHECK(o.len == 12 && o.full);
	CHECK(parse(&seen, buf, o.len) == 0 && seen.ssrc == 2);
}

/* Each writer at each size: all of it or nothing. */
static void writers_keep_within(void)
{
	const struct rtcp_sr sr = {.ssrc = 1};
	const struct rtcp_block block = {.ssrc = 2, .lost = 0x1000000};
	const uint16_t seq = 7;
	const uint32_t ssrc = 3;
	struct seen seen;

	memset(&seen, 0, sizeof(seen));
	for (size_t size = 0; size < 64; size++) {
		for (int what = 0; what < 7; what++) {
			uint8_t *buf = malloc(size ? size : 1);
			struct rtcp_out o = {.data = buf, .size = size};

			CHECK(buf);
			if (what == 0)
				rtcp_put_sr(&o, &sr, &block, 1);
			else if (what == 1)
				rtcp_put_rr(&o, 1, &block, 1);
			else if (what == 2)
				rtcp_put_cname(&o, 1, "aula");
			else if (what == 3)
				rtcp_put_bye(&o, 1);
			else if (what == 4)
				rtcp_put_nack(&o, 1, 2, &seq, 1);
			else if (what == 5)
				rtcp_put_pli(&o, 1, 2);
			else
				rtcp_put_remb(&o, 1, 300000, &ssrc, 1);
			CHECK(o.full ? o.len == 0 : o.len > 0 && o.len <= size);
			CHECK(o.full || parse(&seen, buf, o.len) == 0);
			CHECK(!seen.n_block || seen.block.lost == 0x7fffff);
			free(buf);
		}
	}
}

#define FB "\0\0\0\1\0\0\0\2" /* who, about whom */
#define RR "\x80\xc9\0\1\0\0\0\1"

static void refuses_bad_compounds(void)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
	} bad[] = {
		{"nothing", "", 0},
		{"3 bytes", "\x80\xc9\0", 3},
		{"length beyond the datagram", "\x80\xc9\0\2\0\0\0\1", 8},
		{"second header of 3 bytes", RR "\x80\xc9\0", 11},
		{"version 1", "\x40\xc9\0\1\0\0\0\1", 8},
		{"version 3 in the second", RR "\xc0\xc9\0\1\0\0\0\1", 16},
		{"31 blocks, none there", "\x9f\xc9\0\1\0\0\0\1", 8},
		{"SR of 20 bytes", "\x80\xc8\0\5aaaabbbbccccddddeeee", 24},
		{"RR without SSRC", "\x80\xc9\0\0", 4},
		{"SDES item beyond the end", "\x81\xca\0\2\0\0\0\1\1\5ab", 12},
		{"SDES without an end", "\x81\xca\0\2\0\0\0\1\1\2ab", 12},
		{"SDES of two chunks, one there", "\x82\xca\0\2\0\0\0\1\1\1a\0", 12},
		{"BYE of 31, one there", "\x9f\xcb\0\1\0\0\0\1", 8},
		{"BYE with a long reason",
		 "\x81\xcb\0\2\0\0\0\1\x04"
		 "abc",
		 12},
		{"padding of 0", "\xa0\xc9\0\2\0\0\0\1\0\0\0\0", 12},
		{"padding beyond the packet", "\xa0\xc9\0\2\0\0\0\1\0\0\0\x09", 12},
		{"padding of an empty packet", "\xa0\xcc\0\0", 4},
		{"NACK without an FCI", "\x81\xcd\0\2" FB, 12},
		{"NACK of 8 bytes", "\x81\xcd\0\1\0\0\0\1", 8},
		{"PLI of 8 bytes", "\x81\xce\0\1\0\0\0\1", 8},
		{"FIR without an FCI", "\x84\xce\0\2" FB, 12},
		{"FIR with half an FCI", "\x84\xce\0\3" FB "\0\0\0\3", 16},
		{"REMB without numbers", "\x8f\xce\0\3" FB "REMB", 16},
		{"REMB of 255, one there", "\x8f\xce\0\5" FB "REMB\xff\0\0\1\0\0\0\1",
		 24},
		{"TWCC without head", "\x8f\xcd\0\3" FB "\0\0\0\0", 16},
		{"TWCC without chunks", "\x8f\xcd\0\4" FB "\0\0\0\1\0\0\0\0", 20},
		{"TWCC with too few chunks",
		 "\x8f\xcd\0\5" FB "\0\0\0\x08\0\0\0\0\0\7\0\0", 24},
		{"TWCC of 65535",
		 "\x8f\xcd\0\x08" FB "\0\0\xff\xff\0\0\0\0"
		 "\x1f\xff\x1f\xff\x1f\xff\x1f\xff\x1f\xff\x1f\xff\x1f\xff"
		 "\x1f\xff",
		 36},
		{"TWCC run of 0", "\x8f\xcd\0\5" FB "\0\0\0\1\0\0\0\0\0\0\0\0", 24},
		{"TWCC without deltas", "\x8f\xcd\0\5" FB "\0\0\0\3\0\0\0\0\x20\3\0\0",
		 24},
		{"TWCC with half a delta", "\x8f\xcd\0\5" FB "\0\0\0\2\0\0\0\0\x40\2\0\0",
		 24},
		{"TWCC with the reserved symbol",
		 "\x8f\xcd\0\5" FB "\0\0\0\1\0\0\0\0\x60\1\0\0", 24},
		{"a good one, then a bad one", "\x81\xce\0\2" FB "\x81\xcd\0\2" FB, 24},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct seen seen;
		int err = parse(&seen, (const uint8_t *)bad[i].bytes, bad[i].len);

		if (err != -EBADMSG || seen.calls)
			fprintf(stderr, "%s\n", bad[i].what);
		CHECK(err == -EBADMSG && seen.calls == 0);
	}
}

static void takes_odd_compounds(void)
{
	static const struct {
		const char *what, *bytes;
		size_t len;
		int calls;
	} good[] = {
		{"RR alone", RR, 8, 0},
		{"reduced size: PLI alone", "\x81\xce\0\2" FB, 12, 1},
		{"APP", "\x80\xcc\0\2\0\0\0\1name", 12, 0},
		{"XR with a block length beyond", "\x80\xcf\0\2\0\0\0\1\4\0\xff\xff", 12,
		 0},
		{"unknown type", "\x80\x7f\0\1abcd", 8, 0},
		{"unknown feedback", "\x9e\xcd\0\2" FB, 12, 0},
		{"application feedback of others", "\x8f\xce\0\3" FB "XXXX", 16, 0},
		{"RR with a profile's own words", "\x80\xc9\0\2\0\0\0\1abcd", 12, 0},
		{"BYE of nobody", "\x80\xcb\0\0", 4, 0},
		{"BYE with a reason", "\x81\xcb\0\2\0\0\0\1\3abc", 12, 1},
		{"SDES of nobody", "\x80\xca\0\0", 4, 0},
		{"padding in the last", RR "\xa1\xce\0\3" FB "\0\0\0\4", 24, 1},
		{"padding in the first", "\xa1\xce\0\3" FB "\0\0\0\4" RR, 24, 1},
		{"REMB of no SSRC", "\x8f\xce\0\4" FB "REMB\0\0\0\1", 20, 1},
		{"TWCC of nothing", "\x8f\xcd\0\4" FB "\0\0\0\0\0\0\0\0", 20, 1},
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct seen seen;
		int err = parse(&seen, (const uint8_t *)good[i].bytes, good[i].len);

		if (err || seen.calls != good[i].calls)
			fprintf(stderr, "%s: %d, %d calls\n", good[i].what, err,
				seen.calls);
		CHECK(err == 0 && seen.calls == good[i].calls);
	}
}

static void reads_figures(void)
{
	struct seen seen;

	CHECK(parse(&seen, (const uint8_t *)"\x8f\xce\0\4" FB "REMB\0\xff\xff\xff", 20) ==
	      0);
	CHECK(seen.bps == UINT64_MAX); /* 2^81: saturates */
	CHECK(parse(&seen, (const uint8_t *)"\x8f\xce\0\4" FB "REMB\0\0\0\0", 20) == 0);
	CHECK(seen.n_remb == 1 && seen.bps == 0);
	CHECK(parse(&seen,
		    (const uint8_t *)"\x84\xce\0\6" FB "\0\0\0\3\5\0\0\0"
				     "\0\0\0\4\6\0\0\0",
		    28) == 0);
	CHECK(seen.n_fir == 2 && seen.ssrc == 4 && seen.fir_seq == 6);
}

static void reads_twcc(void)
{
	/* base 65535, 10 packets, reference 2 (128 ms), feedback 9: a vector of
	 * two-bit symbols, then a run of small ones */
	static const char bytes[] =
		"\x8f\xcd\0\x08" FB "\xff\xff\0\x0a\0\0\2\x09"
		"\xd8\x60" /* small, large, lost, small, large, lost, lost */
		"\x20\x03" /* 3 small */
		"\4\xff\xfe\0\0\x10\1\2\3\0\0\0";
	static const int64_t ticks[] = {4, 2, -1, 2, 18, -1, -1, 19, 21, 24};
	struct seen seen;

	CHECK(parse(&seen, (const uint8_t *)bytes, 36) == 0);
	CHECK(seen.n_twcc == 10 && seen.n_end == 1 && seen.fb_count == 9);
	for (int i = 0; i < 10; i++) {
		CHECK(seen.seq[i] == (uint16_t)(65535 + i));
		CHECK(seen.recv_us[i] == (ticks[i] < 0 ? -1 : 128000 + 250 * ticks[i]));
	}
}

static void limits_twcc(void)
{
	/* one run that ends at the limit, then one packet more */
	uint8_t two[24 + 24] = {0x8f, 0xcd, 0, 5};
	struct seen seen;

	wr16(two + 14, LIMIT_TWCC_STATUSES);
	wr16(two + 20, LIMIT_TWCC_STATUSES);
	CHECK(parse(&seen, two, 24) == 0 && seen.n_twcc == LIMIT_TWCC_STATUSES);
	memcpy(two + 24, two, 24);
	wr16(two + 24 + 14, 1);
	CHECK(parse(&seen, two, 48) == -EBADMSG && seen.calls == 0);
	wr16(two + 14, LIMIT_TWCC_STATUSES - 1);
	CHECK(parse(&seen, two, 48) == 0 && seen.n_end == 2);
}

static void skips_null_members(void)
{
	const struct rtcp_sink nothing = {.ctx = NULL};

	CHECK(rtcp_parse((const uint8_t *)"\x81\xce\0\2" FB RR, 20, &nothing) == 0);
}

int main(void)
{
	compound_round_trip();
	nack_packs();
	full_buffer_stays();
	writers_keep_within();
	refuses_bad_compounds();
	takes_odd_compounds();
	reads_figures();
	reads_twcc();
	limits_twcc();
	skips_null_members();
	return 0;
}
