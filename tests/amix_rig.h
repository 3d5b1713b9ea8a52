/* amix_rig.h - a mix with people in it, each with a tone for a voice, who hear what
 * the net thread would give them, and check that they hear each moment once.
 */
#ifndef TESTS_AMIX_RIG_H
#define TESTS_AMIX_RIG_H

#include "mixer/adec.h"
#include "mixer/aenc.h"
#include "mixer/amix.h"

#include <stdbool.h>
#include <stdint.h>

#define RIG_MIX    7
#define RIG_OUTLET 900  /* of the thinnest class; the others follow */
#define RIG_MORE   1000 /* those of the other channels */
#define RIG_PEOPLE 25
#define RIG_TICKS  200 /* of sound that are kept per listener */

struct person {
	struct voice *voice;
	struct aenc *enc;
	struct adec *dec, *fec;
	double hz;
	float peak; /* 0: sends digital silence */
	uint8_t level_dbov;
	int64_t at;
	uint32_t seq;
	enum mix_class class; /* whose outlet it watches */
	uint32_t channel;
	bool must_be_silent; /* what it hears */
	bool cheap;          /* sends always the same packet of noise, or of silence */
	bool loose;          /* its class changes: a packet may be missed, or repeated */
	int64_t last_pts_us; /* of what it was given; 0: nothing yet */
	int64_t until_us;    /* and the end of that */
	int64_t missed_us, repeated_us; /* while loose, all together */
	uint32_t own, shared;           /* ticks in units of either kind */
	bool got_own;                   /* the last unit was one */
	uint32_t n_heard;               /* ticks */
	float heard[RIG_TICKS * 960];
};

struct rig {
	struct amix *mix;
	struct person people[RIG_PEOPLE];
	uint32_t n;
	int64_t now_us;
	struct au *shared[MIX_CHANNELS][MIX_CLASSES]; /* of this tick */
	uint32_t units[MIX_CLASSES]; /* of the listeners' mix of channel 0 */
	uint32_t taps, reports, n_speakers;
	struct speaker speakers[SPEAKERS_MAX];
};

extern struct rig rig;

/* All watch class `c`, which is on; the others are off. */
void rig_open(uint32_t n, enum mix_class c);
void rig_close(void);
/* Everybody sends 20 ms, and is given what comes out. */
void rig_tick(void);
void rig_ticks(int n);
/* Of the member, by its place: what it watches and what its own packets are. */
void rig_class(uint32_t i, enum mix_class c);
/* Which channel it hears, by its outlet and by its own packets. */
void rig_hears(uint32_t i, uint32_t channel);
void rig_mute(uint32_t i, bool muted);
uint32_t rig_selected(void);
/* How loud `of` is to `to`, over the last second. */
double rig_loudness(uint32_t to, uint32_t of);

#endif
