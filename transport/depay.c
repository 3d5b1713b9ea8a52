#include "transport/depay.h"

#include "base/limits.h"
#include "transport/depay_unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct depay {
	enum codec codec;
	bool started; /* a packet of the unit in hand came, with timestamp ts */
	uint32_t ts;
	bool after_loss; /* for the next unit that is handed out */
	struct unit unit;
	struct au *ready; /* complete, when one packet completed two */
	struct h264_memory h264;
};

int unit_append(struct unit *unit, const uint8_t *data, size_t len)
{
	size_t room = unit->room ? unit->room : 4096;
	uint8_t *grown;

	if (len > LIMIT_AU_BYTES - unit->len)
		return -EBADMSG;
	while (room < unit->len + len)
		room *= 2;
	if (room > unit->room) {
		grown = realloc(unit->data, room);
		if (!grown)
			return -ENOMEM;
		unit->data = grown;
		unit->room = room;
	}
	memcpy(unit->data + unit->len, data, len);
	unit->len += len;
	return 0;
}

int depay_create(struct depay **out, enum codec codec)
{
	struct depay *depay;

	if (codec != CODEC_H264 && codec != CODEC_VP8 && codec != CODEC_VP9)
		return -ENOTSUP;
	depay = calloc(1, sizeof(*depay));
	if (!depay)
		return -ENOMEM;
	depay->codec = codec;
	*out = depay;
	return 0;
}

void depay_destroy(struct depay *depay)
{
	if (!depay)
		return;
	au_put(depay->ready);
	free(depay->unit.data);
	free(depay);
}

static int add(struct depay *depay, const struct rtp_packet *pkt, bool gap)
{
	struct unit *unit = &depay->unit;
	int err;

	if (unit->broken)
		return 0;
	if (depay->codec == CODEC_H264)
		err = depay_h264(&depay->h264, unit, pkt, gap);
	else if (depay->codec == CODEC_VP8)
		err = depay_vp8(unit, pkt, gap);
	else
		err = depay_vp9(unit, pkt, gap);
	if (err)
		unit->broken = true;
	return err;
}

/* Ends the unit in hand; *out gets it unless it is broken. */
static int finish(struct depay *depay, struct au **out)
{
	struct unit *unit = &depay->unit;
	struct au *au = NULL;
	int err = 0;

	if (depay->codec == CODEC_H264)
		err = depay_h264_finish(&depay->h264, unit);
	if (!err && !unit->broken && unit->len > 0)
		err = au_create(&au, unit->data, unit->len);
	if (au) {
		au->codec = depay->codec;
		au->flags = (unit->key ? AU_KEY : 0) |
			    (depay->after_loss ? AU_AFTER_LOSS : 0);
	}
	depay->after_loss = !au;
	depay->started = false;
	*unit = (struct unit){.data = unit->data, .room = unit->room};
	if (au)
		*out = au;
	return err;
}

/* Ends the unit in hand when the packet belongs to another one. A hole before
 * the packet may be in the unit in hand, behind it, or both. */
static int turn(struct depay *depay, const struct rtp_packet *pkt, bool gap,
		struct au **out)
{
	if (gap && depay->started)
		depay->unit.broken = true;
	if (gap)
		depay->after_loss = true;
	/* an empty packet keeps a path alive and belongs to no unit */
	if (depay->started && depay->ts != pkt->ts && pkt->payload_len > 0)
		return finish(depay, out);
	return 0;
}

int depay_push(struct depay *depay, const struct rtp_packet *pkt, bool gap,
	       struct au **out)
{
	struct au *first = depay->ready, *next = NULL;
	int err = 0, end_err = 0, turn_err;

	/* While `ready` waits no unit is in hand: at most two are complete here,
	 * and no more than one after an error. */
	turn_err = turn(depay, pkt, gap, &first);
	if (pkt->payload_len > 0) {
		if (!depay->started) {
			depay->started = true;
			depay->ts = pkt->ts;
			depay->unit.after_hole = gap;
		}
		err = add(depay, pkt, gap);
		if (pkt->marker)
			end_err = finish(depay, &next);
	}
	if (!err)
		err = turn_err ? turn_err : end_err;
	if (err) {
		depay->ready = first ? first : next;
		return err;
	}
	*out = first ? first : next;
	depay->ready = first ? next : NULL;
	return 0;
}
