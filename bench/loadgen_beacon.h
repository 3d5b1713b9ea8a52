/* loadgen_beacon.h - what a sender shows and says so that its sound can be laid over
 * its picture at the other end: each LG_BEACON_US its whole picture takes a colour,
 * and at that instant a tone begins. Each beacon has a colour and a tone of its own, so
 * that several can be told apart in one composed picture and one mix. Owner: its sender.
 */
#ifndef BENCH_LOADGEN_BEACON_H
#define BENCH_LOADGEN_BEACON_H

#include "base/attr.h"
#include "mixer/picture.h"
#include "transport/blob.h"

#include <stdbool.h>

#define LG_BEACONS    3
#define LG_BEACON_FPS 25 /* no multiple of what a server composes: see below */
/* Frames from one flash to the next, 5.04 s, which is also a whole number of packets
 * of sound. Five seconds would meet a composition of 5, 10 or 15 pictures a second at
 * the same place each time; so the place is another one of five each time. */
#define LG_BEACON_FRAMES  126
#define LG_BEACON_US      (INT64_C(1000000) * LG_BEACON_FRAMES / LG_BEACON_FPS)
#define LG_BEACON_FIRST   25 /* frame of the first flash */
#define LG_FLASH_FRAMES   5
#define LG_BEACON_SAMPLES 960 /* 20 ms */

struct lg_beacon;

struct lg_beacon_conf {
	unsigned which; /* below LG_BEACONS */
	/* seconds by the clock of the picture in one second by the clock of the
	 * sound: 1, or a little less where the latter runs fast */
	double ratio;
	double late_s; /* the tone comes so much later than the flash (for tests) */
};

int lg_beacon_create(struct lg_beacon **out,
		     const struct lg_beacon_conf *conf) AULA_MUST_CHECK;
void lg_beacon_destroy(struct lg_beacon *b); /* NULL is accepted */

/* Frame `n`; the beacon's. All are key frames. */
struct blob *lg_beacon_frame(const struct lg_beacon *b, uint32_t n);
/* The sound after that of the last call, at first from its clock's 0 on. The caller's.
 * -ENOMEM, -EIO */
int lg_beacon_sound(struct lg_beacon *b, struct blob **out) AULA_MUST_CHECK;

/* The tone of a beacon, Hz. */
double lg_beacon_hz(unsigned which);
/* Which part of the picture has the colour of this beacon, 0 to 1. */
double lg_beacon_seen(const struct picture *pic, unsigned which);

#endif
