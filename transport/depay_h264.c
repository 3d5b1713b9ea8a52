#include "transport/depay_unit.h"

#include "base/bytes.h"
#include "transport/annexb.h"

#include <errno.h>

static const uint8_t start_code[4] = {0, 0, 0, 1};

static void remember(struct param_set *set, const uint8_t *nal, size_t len)
{
	set->len = 0; /* rather none than an old one */
	if (len > sizeof(set->data))
		return;
	memcpy(set->data, nal, len);
	set->len = len;
}

/* Looks at the first bytes of a NAL unit, whole or a first fragment. */
static void note_nal(struct unit *unit, uint8_t type, const uint8_t *body, size_t len)
{
	if (type == NAL_SPS)
		unit->has_sps = true;
	if (type == NAL_PPS)
		unit->has_pps = true;
	if (type < NAL_SLICE || type > NAL_IDR)
		return;
	/* first_mb_in_slice, Exp-Golomb: a leading 1 is macroblock 0. Else the
	 * slices before it were among the lost packets. */
	if (!unit->has_slice && unit->after_hole && (len == 0 || !(body[0] & 0x80)))
		unit->broken = true;
	unit->has_slice = true;
	if (type == NAL_IDR)
		unit->key = true;
}

static int add_nal(struct h264_memory *memory, struct unit *unit, const uint8_t *nal,
		   size_t len)
{
	uint8_t type = nal_type(nal[0]);
	int err;

	note_nal(unit, type, nal + 1, len - 1);
	if (type == NAL_SPS)
		remember(&memory->sps, nal, len);
	if (type == NAL_PPS)
		remember(&memory->pps, nal, len);
	err = unit_append(unit, start_code, sizeof(start_code));
	return err ? err : unit_append(unit, nal, len);
}

static int add_stap_a(struct h264_memory *memory, struct unit *unit, struct cursor c)
{
	do {
		size_t len = cursor_u16(&c);
		const uint8_t *nal = cursor_take(&c, len);
		int err;

		if (!nal || len == 0 || nal_type(nal[0]) == 0 ||
		    nal_type(nal[0]) > NAL_LAST_SINGLE)
			return -EBADMSG;
		err = add_nal(memory, unit, nal, len);
		if (err)
			return err;
	} while (cursor_left(&c));
	return 0;
}

static int add_fu_a(struct unit *unit, uint8_t indicator, struct cursor c, bool gap)
{
	uint8_t head = cursor_u8(&c);
	uint8_t nal = (uint8_t)((indicator & 0xe0) | nal_type(head));
	bool start = head & FU_START, end = head & FU_END;
	int err;

	if (c.bad || cursor_left(&c) == 0 || (start && end) || nal_type(head) == 0 ||
	    nal_type(head) > NAL_LAST_SINGLE)
		return -EBADMSG;
	if (start == unit->in_fu) {
		/* no beginning, or no end of the one before */
		unit->broken = true;
		return gap ? 0 : -EBADMSG;
	}
	if (start) {
		note_nal(unit, nal_type(head), c.p, cursor_left(&c));
		err = unit_append(unit, start_code, sizeof(start_code));
		if (!err)
			err = unit_append(unit, &nal, 1);
		if (err)
			return err;
	}
	unit->in_fu = !end;
	return unit_append(unit, c.p, cursor_left(&c));
}

int depay_h264(struct h264_memory *memory, struct unit *unit,
	       const struct rtp_packet *pkt, bool gap)
{
	uint8_t first = pkt->payload[0], type = nal_type(first);
	struct cursor rest = cursor_of(pkt->payload + 1, pkt->payload_len - 1);

	if (type == NAL_FU_A)
		return add_fu_a(unit, first, rest, gap);
	if (unit->in_fu) {
		unit->broken = true;
		return gap ? 0 : -EBADMSG;
	}
	if (type == NAL_STAP_A)
		return add_stap_a(memory, unit, rest);
	/* STAP-B, MTAP and FU-B exist in interleaved mode only, never agreed */
	if (type == 0 || type > NAL_LAST_SINGLE)
		return -EBADMSG;
	return add_nal(memory, unit, pkt->payload, pkt->payload_len);
}

static int append_set(struct unit *unit, const struct param_set *set)
{
	int err = unit_append(unit, start_code, sizeof(start_code));

	return err ? err : unit_append(unit, set->data, set->len);
}

int depay_h264_finish(struct h264_memory *memory, struct unit *unit)
{
	size_t old = unit->len, added;
	uint8_t sets[2 * (sizeof(start_code) + PARAM_SET_MAX)];
	int err = 0;

	if (unit->in_fu)
		unit->broken = true;
	if (unit->broken || !unit->key || (unit->has_sps && unit->has_pps))
		return 0;
	if (!memory->sps.len || !memory->pps.len) {
		unit->key = false; /* nobody could decode it */
		return 0;
	}
	/* append, then turn to the front: a PPS refers to the SPS before it */
	err = append_set(unit, &memory->sps);
	if (!err)
		err = append_set(unit, &memory->pps);
	if (err)
		return err;
	added = unit->len - old;
	memcpy(sets, unit->data + old, added);
	memmove(unit->data + added, unit->data, old);
	memcpy(unit->data, sets, added);
	return 0;
}
