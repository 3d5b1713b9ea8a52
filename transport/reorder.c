#include "transport/reorder.h"

#include "base/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE LIMIT_REORDER_PACKETS /* a power of two */

_Static_assert((SIZE & (SIZE - 1)) == 0, "slots are found by a mask");

void reorder_init(struct reorder *r, int64_t next)
{
	*r = (struct reorder){.next = next};
}

static struct held **slot(const struct reorder *r, int64_t seq)
{
	return &r->slots[(uint64_t)seq & (SIZE - 1)];
}

void reorder_fini(struct reorder *r)
{
	for (size_t i = 0; r->slots && i < SIZE; i++)
		free(r->slots[i]);
	free(r->slots);
	*r = (struct reorder){0};
}

bool reorder_straight(struct reorder *r, int64_t seq)
{
	if (r->n || r->skipped || seq != r->next)
		return false;
	r->next++;
	return true;
}

static struct held *copy(const struct rtp_packet *pkt, int64_t now_us)
{
	struct held *h = malloc(sizeof(*h) + pkt->ext_len + pkt->payload_len);

	if (!h)
		return NULL;
	h->at_us = now_us;
	h->pkt = *pkt;
	if (pkt->ext_len)
		memcpy(h->data, pkt->ext, pkt->ext_len);
	if (pkt->payload_len)
		memcpy(h->data + pkt->ext_len, pkt->payload, pkt->payload_len);
	h->pkt.ext = pkt->ext ? h->data : NULL;
	h->pkt.payload = h->data + pkt->ext_len;
	return h;
}

int reorder_hold(struct reorder *r, int64_t seq, const struct rtp_packet *pkt,
		 int64_t now_us)
{
	struct held *h;

	if (seq < r->next)
		return -ESTALE;
	if (seq - r->next >= SIZE)
		return -ENOBUFS;
	if (!r->slots) {
		r->slots = calloc(SIZE, sizeof(struct held *));
		if (!r->slots)
			return -ENOMEM;
	}
	if (*slot(r, seq))
		return -EALREADY;
	h = copy(pkt, now_us);
	if (!h)
		return -ENOMEM;
	*slot(r, seq) = h;
	r->n++;
	return 0;
}

void reorder_skip_to(struct reorder *r, int64_t seq)
{
	for (int64_t s = r->next; r->n && s < seq && s - r->next < SIZE; s++) {
		struct held *h = *slot(r, s);

		if (!h)
			continue;
		*slot(r, s) = NULL;
		free(h);
		r->n--;
	}
	if (seq > r->next) {
		r->skipped += (uint32_t)(seq - r->next);
		r->next = seq;
	}
}

struct held *reorder_take(struct reorder *r, int64_t now_us, int64_t wait_us,
			  uint32_t *lost)
{
	int64_t seq = r->next;
	struct held *h;

	if (!r->n)
		return NULL;
	while (!*slot(r, seq))
		seq++;
	h = *slot(r, seq);
	if (seq != r->next && now_us - h->at_us < wait_us)
		return NULL;
	*lost = r->skipped + (uint32_t)(seq - r->next);
	*slot(r, seq) = NULL;
	r->n--;
	r->skipped = 0;
	r->next = seq + 1;
	return h;
}

bool reorder_waits(const struct reorder *r)
{
	return r->n && !*slot(r, r->next);
}
