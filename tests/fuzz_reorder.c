/* fuzz_reorder - any order of sequence numbers and times through seqnum, reorder
 * and nack: what comes out rises, nothing is told twice, the bounds hold.
 */
#include "base/bytes.h"
#include "base/limits.h"
#include "transport/nack.h"
#include "transport/reorder.h"
#include "transport/seqnum.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
	struct seqnum seq;
	struct reorder reorder;
	struct nack nack;
	int64_t now_us, out;
	uint16_t wire;
};

static void drain(struct state *s)
{
	struct held *h;
	uint32_t lost = 0;

	while ((h = reorder_take(&s->reorder, s->now_us, 500000, &lost)) != NULL) {
		int64_t seq = s->reorder.next - 1;

		assert(seq > s->out && (uint16_t)seq == h->pkt.seq);
		assert(h->pkt.payload_len == 2 && rd16(h->pkt.payload) == h->pkt.seq);
		s->out = seq;
		free(h);
	}
	nack_below(&s->nack, s->reorder.next);
	assert(s->reorder.n <= LIMIT_REORDER_PACKETS);
}

static void place(struct state *s, int64_t seq)
{
	uint8_t body[2];
	struct rtp_packet pkt = {.seq = (uint16_t)seq, .payload = body, .payload_len = 2};
	int err;

	wr16(body, pkt.seq);
	if (reorder_straight(&s->reorder, seq)) {
		assert(seq > s->out);
		s->out = seq;
		return;
	}
	err = reorder_hold(&s->reorder, seq, &pkt, s->now_us);
	assert(err == 0 || err == -ESTALE || err == -EALREADY || err == -ENOBUFS);
	if (err == -ENOBUFS) {
		reorder_skip_to(&s->reorder, seq);
		err = reorder_hold(&s->reorder, seq, &pkt, s->now_us);
		assert(err == 0);
	}
	drain(s);
}

static void arrive(struct state *s)
{
	int64_t before = s->seq.high, seq;

	switch (seqnum_take(&s->seq, s->wire, &seq)) {
	case SEQNUM_IGNORE:
		return;
	case SEQNUM_START:
		assert(seq >= before);
		reorder_fini(&s->reorder);
		reorder_init(&s->reorder, seq);
		nack_below(&s->nack, seq);
		s->out = seq - 1;
		break;
	case SEQNUM_OK:
		assert(seq <= before + SEQNUM_JUMP && seq >= before - SEQNUM_JUMP);
		if (seq > before)
			nack_missing(&s->nack, before + 1, seq, s->now_us);
		else
			nack_got(&s->nack, seq);
		break;
	}
	assert((uint16_t)seq == s->wire && s->seq.high >= seq);
	place(s, seq);
}

static void ask(struct state *s)
{
	uint16_t seqs[16];
	size_t n = nack_due(&s->nack, s->seq.high, s->now_us, 30000, seqs, 16);

	assert(n <= 16 && s->nack.n <= NACK_MAX);
	for (uint32_t i = 1; i < s->nack.n; i++)
		assert(s->nack.list[i].seq > s->nack.list[i - 1].seq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(data, size);
	struct state s = {.now_us = 1000};

	while (cursor_left(&c) >= 2) {
		uint8_t what = cursor_u8(&c), by = cursor_u8(&c);

		s.now_us += (what >> 3) * 1000;
		switch (what & 7) {
		case 0:
			s.wire = (uint16_t)(s.wire + by * 50); /* a jump */
			break;
		case 1:
			s.wire = (uint16_t)(s.wire - by);
			break;
		case 2:
			reorder_skip_to(&s.reorder, s.reorder.next + by / 8);
			drain(&s);
			break;
		case 3:
			s.now_us += by * 10000;
			drain(&s);
			ask(&s);
			continue;
		default:
			s.wire = (uint16_t)(s.wire + 1 + (by > 200));
			break;
		}
		arrive(&s);
	}
	reorder_fini(&s.reorder);
	return 0;
}
