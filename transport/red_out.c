#include "transport/red_out.h"

#include "transport/net.h"

#include <string.h>

#define HEAD       4 /* bytes of the block that is a copy */
#define LAST_HEAD  1
#define OFFSET_MAX 0x3fff
#define LEN_MAX    0x3ff

static void fill(struct red_out *red)
{
	const struct au *before = red->before->au, *unit = red->unit->au;
	uint32_t offset = net_audio_ts(unit->pts_us) - net_audio_ts(before->pts_us);
	uint8_t *p = red->data;

	red->len = 0;
	if (offset == 0 || offset > OFFSET_MAX || before->len > LEN_MAX ||
	    HEAD + LAST_HEAD + before->len + unit->len > sizeof(red->data))
		return;
	p[1] = (uint8_t)(offset >> 6);
	p[2] = (uint8_t)(offset << 2 | before->len >> 8);
	p[3] = (uint8_t)before->len;
	memcpy(p + HEAD + LAST_HEAD, before->data, before->len);
	memcpy(p + HEAD + LAST_HEAD + before->len, unit->data, unit->len);
	red->len = (uint16_t)(HEAD + LAST_HEAD + before->len + unit->len);
}

const uint8_t *red_out_write(struct red_out *red, const struct blob *before,
			     const struct blob *unit, uint8_t pt, size_t *len)
{
	if (red->before != before || red->unit != unit) {
		red->before = before;
		red->unit = unit;
		fill(red);
	}
	if (!red->len)
		return NULL;
	/* clients differ in the payload type only */
	red->data[0] = 0x80 | pt;
	red->data[HEAD] = pt;
	*len = red->len;
	return red->data;
}
