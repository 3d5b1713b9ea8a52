/* blob_pen.h - a blob while it is written. Private to blob*.c. Each payload format
 * runs twice over a unit: first without memory, to count, then to write.
 */
#ifndef TRANSPORT_BLOB_PEN_H
#define TRANSPORT_BLOB_PEN_H

#include "transport/blob.h"

#include <stddef.h>
#include <string.h>

struct pen {
	struct blob_packet *packets; /* NULL: count only */
	uint8_t *data;
	size_t max; /* bytes of one payload */
	uint32_t n;
	size_t len;
};

static inline void pen_begin(struct pen *pen)
{
	if (pen->packets)
		pen->packets[pen->n].offset = (uint32_t)pen->len;
	pen->n++;
}

/* Appends to the packet begun last. */
static inline void pen_put(struct pen *pen, const uint8_t *p, size_t len)
{
	if (pen->packets) {
		memcpy(pen->data + pen->len, p, len);
		pen->packets[pen->n - 1].len += (uint16_t)len;
	}
	pen->len += len;
}

/* A temporal unit of AV1; writes nothing when it is malformed. */
void pen_av1(struct pen *pen, const struct au *au);

#endif
