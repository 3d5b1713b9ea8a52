#include "transport/blob.h"

#include "base/bytes.h"
#include "transport/annexb.h"
#include "transport/blob_pen.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_PAYLOAD    100
#define VP8_DESCRIPTOR 4
#define STAP_A_HEAD    1
#define STAP_A_UNIT    2 /* length before each unit in it */
#define FU_A_HEAD      2

/* The size of the parts of `len` bytes, of which none has more than `room`: as few as
 * possible, and all equal but the last, which may be shorter. A run of equal ones is
 * cheaper to send (sock.h). */
static size_t part_size(size_t len, size_t room)
{
	size_t n = (len + room - 1) / room;

	return (len + n - 1) / n;
}

static void put_fu_a(struct pen *pen, const uint8_t *nal, size_t len)
{
	size_t size = part_size(len - 1, pen->max - FU_A_HEAD);

	for (size_t at = 1; at < len; at += size) {
		bool last = at + size >= len;
		uint8_t head[FU_A_HEAD] = {
			(uint8_t)((nal[0] & 0xe0) | NAL_FU_A),
			(uint8_t)(nal_type(nal[0]) | (at == 1 ? FU_START : 0) |
				  (last ? FU_END : 0)),
		};

		pen_begin(pen);
		pen_put(pen, head, sizeof(head));
		pen_put(pen, nal + at, last ? len - at : size);
	}
}

/* How many units from `nal` on go into one STAP-A; *head gets its first byte. */
static unsigned int stap_a_units(const struct pen *pen, const struct au *au,
				 const uint8_t *nal, size_t len, const uint8_t *pos,
				 uint8_t *head)
{
	size_t sum = STAP_A_HEAD;
	unsigned int n = 0;
	uint8_t nri = 0, bad = 0;

	do {
		sum += STAP_A_UNIT + len;
		if (sum > pen->max)
			break;
		bad |= nal[0] & 0x80;
		nri = (nal[0] & 0x60) > nri ? nal[0] & 0x60 : nri;
		n++;
	} while ((len = annexb_next(&nal, &pos, au->data, au->len)) > 0);
	*head = (uint8_t)(bad | nri | NAL_STAP_A);
	return n;
}

static void put_h264(struct pen *pen, const struct au *au)
{
	const uint8_t *nal, *pos = NULL;
	size_t len = annexb_next(&nal, &pos, au->data, au->len);

	while (len > 0) {
		uint8_t head, size[STAP_A_UNIT];
		unsigned int left = stap_a_units(pen, au, nal, len, pos, &head);
		bool many = left > 1;

		if (len > pen->max) {
			put_fu_a(pen, nal, len);
			len = annexb_next(&nal, &pos, au->data, au->len);
			continue;
		}
		pen_begin(pen);
		if (many)
			pen_put(pen, &head, 1);
		do {
			wr16(size, (uint16_t)len);
			if (many)
				pen_put(pen, size, sizeof(size));
			pen_put(pen, nal, len);
			len = annexb_next(&nal, &pos, au->data, au->len);
		} while (left > 0 && --left > 0);
	}
}

static void put_vp8(struct pen *pen, const struct au *au, uint32_t picture)
{
	size_t size = part_size(au->len, pen->max - VP8_DESCRIPTOR);

	for (size_t at = 0; at < au->len; at += size) {
		uint8_t head[VP8_DESCRIPTOR] = {
			(uint8_t)(0x80 | (at == 0 ? 0x10 : 0)),  /* X, S */
			0x80,                                    /* I */
			(uint8_t)(0x80 | (picture >> 8 & 0x7f)), /* M: 15 bits */
			(uint8_t)picture,
		};

		pen_begin(pen);
		pen_put(pen, head, sizeof(head));
		pen_put(pen, au->data + at, at + size >= au->len ? au->len - at : size);
	}
}

static void run(struct pen *pen, const struct au *au, uint32_t vp8_picture)
{
	if (au->codec == CODEC_H264) {
		put_h264(pen, au);
	} else if (au->codec == CODEC_VP8) {
		put_vp8(pen, au, vp8_picture);
	} else if (au->codec == CODEC_AV1) {
		pen_av1(pen, au);
	} else {
		pen_begin(pen);
		pen_put(pen, au->data, au->len);
	}
}

static void blob_free(struct ref *ref)
{
	struct blob *blob = (struct blob *)ref; /* ref is its first field */

	au_put(blob->au);
	free(blob);
}

int blob_create(struct blob **out, struct au *au, size_t max_payload,
		uint32_t vp8_picture)
{
	struct pen count = {.max = max_payload}, write = {.max = max_payload};
	struct blob *blob;
	size_t table;

	if (max_payload < MIN_PAYLOAD || max_payload > UINT16_MAX || au->len == 0)
		return -EINVAL;
	if (au->codec == CODEC_NONE || au->codec == CODEC_VP9)
		return -ENOTSUP;
	if (au->codec == CODEC_OPUS && au->len > max_payload)
		return -EMSGSIZE;
	run(&count, au, vp8_picture);
	if (count.n == 0 || count.len > UINT32_MAX)
		return -EINVAL; /* no NAL unit or no OBU in it */

	table = count.n * sizeof(struct blob_packet);
	blob = calloc(1, sizeof(*blob) + table + count.len);
	if (!blob)
		return -ENOMEM;
	write.packets = (struct blob_packet *)(blob + 1);
	write.data = (uint8_t *)(blob + 1) + table;
	run(&write, au, vp8_picture);
	ref_init(&blob->ref, blob_free);
	blob->au = au_get(au);
	blob->n = count.n;
	blob->packets = write.packets;
	blob->data = write.data;
	*out = blob;
	return 0;
}
