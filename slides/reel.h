/* reel.h - what the program that reads decks says over its pipe while it plays a clip:
 * pieces, each with a header. First one that tells what comes, then pictures and sound
 * in the order of their times, then the end. Who reads it trusts nobody: the program
 * may have been taken over by what it was given to play. Both are on one machine.
 */
#ifndef SLIDES_REEL_H
#define SLIDES_REEL_H

#include "base/attr.h"
#include "slides/sheet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REEL_HEAD   28   /* bytes */
#define REEL_BLOCK  960  /* samples of a piece of sound: 20 ms, 48 kHz, mono, signed 16 */
#define REEL_SIDE   1280 /* px of a picture at most */
#define REEL_PIXELS (1280u * 720u)
/* Bytes behind a header at most. */
#define REEL_BODY     (REEL_PIXELS * 3 / 2)
#define REEL_BLOCK_US INT64_C(20000)

enum reel_kind { REEL_START, REEL_PICTURE, REEL_SOUND, REEL_END, REEL_KINDS };

struct reel_head {
	enum reel_kind kind;
	enum sheet_fault fault; /* REEL_END: why */
	int64_t at_us;          /* in the clip */
	uint16_t w_px, h_px;    /* of pictures, even; REEL_START: of all of them */
	/* REEL_START only */
	uint16_t rotation_deg; /* to be turned clockwise: 0, 90, 180, 270 */
	bool sound;            /* there will be some */
	uint32_t length_ms;    /* of all of the clip */
};

/* Of what follows the header: I420 without gaps, or samples. */
size_t reel_body_len(const struct reel_head *head);

void reel_head_write(uint8_t out[REEL_HEAD], const struct reel_head *head);
/* -EBADMSG: it cannot be one; `head` is untouched. */
int reel_head_read(struct reel_head *head, const uint8_t *data,
		   size_t len) AULA_MUST_CHECK;

#endif
