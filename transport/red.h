/* red.h - redundant audio (RFC 2198) unwrapped. */
#ifndef TRANSPORT_RED_H
#define TRANSPORT_RED_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define RED_BLOCKS_MAX 8

struct red_block {
	uint8_t pt;
	uint32_t ts_offset; /* how much older than the packet's timestamp */
	const uint8_t *data;
	size_t len;
};

/* Splits a payload; the last block is the primary one. Returns how many, or
 * -EBADMSG when a length points outside. */
int red_parse(struct red_block blocks[RED_BLOCKS_MAX], const uint8_t *data,
	      size_t len) AULA_MUST_CHECK;

#endif
