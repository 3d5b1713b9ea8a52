/* camera_rig.h - a hub with one peer that sends, packet by packet, for tests. */
#ifndef TESTS_CAMERA_RIG_H
#define TESTS_CAMERA_RIG_H

#include "tests/hub_rig.h"

#include <stdbool.h>
#include <stdint.h>

enum { CAM_RID = 7, CAM_RRID = 8 }; /* ids of extensions */

extern struct rig cam_rig;
extern struct sdp cam_sdp; /* what peer 1 agreed to */

/* Opens the hub with peer 1, which is up. */
void cam_begin(void) RUNS_ON(on_net);
/* It agrees anew, to cam_sdp. */
void cam_agree(void) RUNS_ON(on_net);

/* One packet of it. */
struct cam_out {
	uint32_t ssrc;
	const char *mid, *rid;
	uint8_t pt;
	bool key;
	uint16_t seq;
	int osn;  /* of a retransmission, -1: none */
	int twcc; /* -1: none */
	uint32_t ts;
};
extern const struct cam_out cam_video; /* of its camera, in VP8 */

/* False: it is not admitted. */
bool cam_transmit(struct cam_out o) RUNS_ON(on_net);
/* Frame `seq` of a stream; its time follows from the number. */
bool cam_frame(struct cam_out o, uint16_t seq, bool key) RUNS_ON(on_net);

/* Takes all units out of a ring: how many; the last one's flags and source. */
uint32_t cam_take(struct ring *ring);
extern uint32_t cam_flags, cam_source;

#endif
