#include "transport/red_out.h"

#include "transport/net.h"

#include <string.h>

#define HEAD       4 /* bytes of the head of a copy */
#define LAST_HEAD  1
#define OFFSET_MAX 0x3fff
#define LEN_MAX    0x3ff

void red_out_begin(struct red_out *red)
{
	for (int i = 0; i < RED_OUT_COPIES; i++)
		red->by_copies[i].unit = NULL;
}

static uint32_t offset_of(const struct blob *before, const struct au *unit)
{
	return net_audio_ts(unit->pts_us) - net_audio_ts(before->au->pts_us);
}

/* How many of them can be told of and fit. */
static uint8_t fitting(const struct red_out_one *one, unsigned n)
{
	const struct au *unit = one->unit->au;
	size_t len = LAST_HEAD + unit->len;
	uint8_t fit = 0;

	for (; fit < n && one->before[fit]; fit++) {
		const struct blob *copy = one->before[fit];
		uint32_t offset = offset_of(copy, unit);

		len += HEAD + copy->au->len;
		if (offset == 0 || offset > OFFSET_MAX || copy->au->len > LEN_MAX ||
		    len > sizeof(one->data))
			break;
	}
	return fit;
}

/* The eldest goes first (RFC 2198 3). */
static void fill(struct red_out_one *one, unsigned n)
{
	const struct au *unit = one->unit->au;
	uint8_t *head = one->data, *body;

	one->len = 0;
	one->copies = fitting(one, n);
	if (!one->copies)
		return;
	body = head + HEAD * one->copies + LAST_HEAD;
	for (uint8_t i = one->copies; i-- > 0; head += HEAD) {
		const struct au *copy = one->before[i]->au;
		uint32_t offset = offset_of(one->before[i], unit);

		head[1] = (uint8_t)(offset >> 6);
		head[2] = (uint8_t)(offset << 2 | copy->len >> 8);
		head[3] = (uint8_t)copy->len;
		memcpy(body, copy->data, copy->len);
		body += copy->len;
	}
	memcpy(body, unit->data, unit->len);
	one->len = (uint16_t)(body + unit->len - one->data);
}

const uint8_t *red_out_write(struct red_out *red, struct blob *const *before, unsigned n,
			     const struct blob *unit, uint8_t pt, size_t *len)
{
	struct red_out_one *one = &red->by_copies[n - 1];
	bool same = one->unit == unit;

	for (unsigned i = 0; i < n; i++)
		same = same && one->before[i] == before[i];
	if (!same) {
		one->unit = unit;
		for (unsigned i = 0; i < n; i++)
			one->before[i] = before[i];
		fill(one, n);
	}
	if (!one->len)
		return NULL;
	/* clients differ in the payload type only */
	for (uint8_t i = 0; i < one->copies; i++)
		one->data[HEAD * i] = 0x80 | pt;
	one->data[HEAD * one->copies] = pt;
	*len = one->len;
	return one->data;
}
