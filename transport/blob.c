#include "transport/blob.h"

#include "base/bytes.h"
#include "transport/annexb.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_PAYLOAD    100
#define VP8_DESCRIPTOR 4
#define STAP_A_HEAD    1
#define STAP_A_UNIT    2 /* length before each unit in it */
#define FU_A_HEAD      2

/* Runs twice over the unit: first without memory to count, then to write. */
struct pen {
	struct blob_packet *packets; /* NULL: count only */
	uint8_t *data;
	size_t max; /* bytes of one payload */
	uint32_t n;
	size_t len;
};

static void begin(struct pen *pen)
{
	if (pen->packets)
		pen->packets[pen->n].offset = (uint32_t)pen->len;
	pen->n++;
}

static void put(struct pen *pen, const uint8_t *p, size_t len)
{
	if (pen->packets) {
		memcpy(pen->data + pen->len, p, len);
		pen->packets[pen->n - 1].len += (uint16_t)len;
	}
	pen->len += len;
}

/* The `i`-th of `n` nearly equal parts of `len`: where it begins. */
static size_t part(size_t len, size_t n, size_t i)
{
	return len / n * i + (i < len % n ? i : len % n);
}

static void put_fu_a(struct pen *pen, const uint8_t *nal, size_t len)
{
	size_t body = len - 1, room = pen->max - FU_A_HEAD;
	size_t n = (body + room - 1) / room;

	for (size_t i = 0; i < n; i++) {
		size_t from = part(body, n, i), to = part(body, n, i + 1);
		uint8_t head[FU_A_HEAD] = {
			(uint8_t)((nal[0] & 0xe0) | NAL_FU_A),
			(uint8_t)(nal_type(nal[0]) | (i == 0 ? FU_START : 0) |
				  (i + 1 == n ? FU_END : 0)),
		};

		begin(pen);
		put(pen, head, sizeof(head));
		put(pen, nal + 1 + from, to - from);
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
		begin(pen);
		if (many)
			put(pen, &head, 1);
		do {
			wr16(size, (uint16_t)len);
			if (many)
				put(pen, size, sizeof(size));
			put(pen, nal, len);
			len = annexb_next(&nal, &pos, au->data, au->len);
		} while (left > 0 && --left > 0);
	}
}

static void put_vp8(struct pen *pen, const struct au *au, uint32_t picture)
{
	size_t room = pen->max - VP8_DESCRIPTOR, n = (au->len + room - 1) / room;

	for (size_t i = 0; i < n; i++) {
		size_t from = part(au->len, n, i), to = part(au->len, n, i + 1);
		uint8_t head[VP8_DESCRIPTOR] = {
			(uint8_t)(0x80 | (i == 0 ? 0x10 : 0)),   /* X, S */
			0x80,                                    /* I */
			(uint8_t)(0x80 | (picture >> 8 & 0x7f)), /* M: 15 bits */
			(uint8_t)picture,
		};

		begin(pen);
		put(pen, head, sizeof(head));
		put(pen, au->data + from, to - from);
	}
}

static void run(struct pen *pen, const struct au *au, uint32_t vp8_picture)
{
	if (au->codec == CODEC_H264) {
		put_h264(pen, au);
	} else if (au->codec == CODEC_VP8) {
		put_vp8(pen, au, vp8_picture);
	} else {
		begin(pen);
		put(pen, au->data, au->len);
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
	if (au->codec != CODEC_H264 && au->codec != CODEC_VP8 && au->codec != CODEC_OPUS)
		return -ENOTSUP;
	if (au->codec == CODEC_OPUS && au->len > max_payload)
		return -EMSGSIZE;
	run(&count, au, vp8_picture);
	if (count.n == 0 || count.len > UINT32_MAX)
		return -EINVAL; /* no NAL unit in it */

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
