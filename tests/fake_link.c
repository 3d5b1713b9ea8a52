#include "tests/fake_link.h"

#include "tests/test.h"

#include <string.h>

#define LINKS_MAX 320
#define KNOWN_MAX 64

struct link {
	void *ctx;
	bool open, up;
	uint32_t n_known, known[KNOWN_MAX];
};

struct links {
	struct link_events events;
};

struct fake_sent fake_sent[FAKE_SENT_MAX];
uint32_t fake_n, fake_flushes, fake_open;

static struct link all[LINKS_MAX];
static uint32_t n_all;
static struct links the_links;

void fake_clear(void)
{
	fake_n = fake_flushes = 0;
}

struct link *fake_link(uint32_t i)
{
	CHECK(i < n_all);
	return &all[i];
}

void fake_up(struct link *link)
{
	link->up = true;
	the_links.events.up(link->ctx);
}

void fake_down(struct link *link, enum link_down why)
{
	link->up = false;
	the_links.events.down(link->ctx, why);
}

bool fake_rtp(struct link *link, const uint8_t *data, size_t len, int64_t now_us)
{
	uint8_t copy[1500];
	struct rtp_packet pkt;
	bool known = false;

	CHECK(link->open && len <= sizeof(copy));
	memcpy(copy, data, len);
	CHECK(rtp_parse(&pkt, copy, len) == 0);
	for (uint32_t i = 0; i < link->n_known; i++)
		known |= link->known[i] == pkt.ssrc;
	if (!known) {
		if (!the_links.events.admit_ssrc(link->ctx, copy, len))
			return false;
		CHECK(link->n_known < KNOWN_MAX);
		link->known[link->n_known++] = pkt.ssrc;
	}
	the_links.events.rtp(link->ctx, copy, len, now_us);
	return true;
}

void fake_rtcp(struct link *link, const uint8_t *data, size_t len, int64_t now_us)
{
	uint8_t copy[1500];

	CHECK(link->open && len <= sizeof(copy));
	memcpy(copy, data, len);
	the_links.events.rtcp(link->ctx, copy, len, now_us);
}

/* ---- link.h ----------------------------------------------------------------- */

int links_create(struct links **out, struct loop *loop, const struct links_conf *conf,
		 const struct link_events *events)
{
	(void)loop;
	(void)conf;
	the_links.events = *events;
	n_all = 0;
	*out = &the_links;
	return 0;
}

void links_destroy(struct links *links)
{
	(void)links;
	CHECK(fake_open == 0);
}

void links_describe(const struct links *links, struct sdp_local *local)
{
	(void)links;
	(void)local;
}

bool links_only_private(const struct links *links)
{
	(void)links;
	return true;
}

int link_open(struct link **out, struct links *links, const struct link_conf *conf)
{
	(void)links;
	CHECK(n_all < LINKS_MAX);
	all[n_all] = (struct link){.ctx = conf->ctx, .open = true};
	*out = &all[n_all++];
	fake_open++;
	return 0;
}

void link_close(struct link *link)
{
	if (!link)
		return;
	CHECK(link->open);
	link->open = link->up = false;
	fake_open--;
}

int link_remote(struct link *link, const struct sdp *remote)
{
	(void)remote;
	return link->open ? 0 : -1;
}

int link_restart(struct link *link, const char *ufrag, const char *pwd)
{
	(void)ufrag;
	(void)pwd;
	return link->open ? 0 : -1;
}

int link_send_rtp(struct link *link, const uint8_t *header, size_t header_len,
		  const uint8_t *payload, size_t payload_len)
{
	struct fake_sent *s = &fake_sent[fake_n++];

	CHECK(link->up && fake_n < FAKE_SENT_MAX);
	CHECK(header_len + payload_len <= sizeof(s->data));
	s->link = link;
	s->rtcp = false;
	s->len = header_len + payload_len;
	memcpy(s->data, header, header_len);
	memcpy(s->data + header_len, payload, payload_len);
	CHECK(rtp_parse(&s->pkt, s->data, s->len) == 0);
	if (!(s->data[0] & 0x20)) /* no padding */
		CHECK(s->pkt.payload_len == payload_len);
	return (int)s->len;
}

int link_send_rtcp(struct link *link, const uint8_t *data, size_t len)
{
	struct fake_sent *s = &fake_sent[fake_n++];

	CHECK(link->up && fake_n < FAKE_SENT_MAX && len <= sizeof(s->data));
	s->link = link;
	s->rtcp = true;
	s->len = len;
	memcpy(s->data, data, len);
	return (int)len;
}

void links_flush(struct links *links)
{
	(void)links;
	fake_flushes++;
}

void link_warm(const struct link *link, enum link_warm stage)
{
	(void)link;
	(void)stage;
}

void link_traffic(const struct link *link, struct link_traffic *traffic)
{
	(void)link;
	*traffic = (struct link_traffic){0};
}

void link_describe(const struct link *link, struct link_info *info)
{
	*info = (struct link_info){.up = link->up};
}
