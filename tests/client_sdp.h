/* client_sdp.h - what a usual client agreed to, for tests. */
#ifndef TESTS_CLIENT_SDP_H
#define TESTS_CLIENT_SDP_H

#include "transport/sdp.h"

enum { /* payload types and extension ids of that client */
       CLIENT_OPUS = 111,
       CLIENT_RED = 63,
       CLIENT_VP8 = 96,
       CLIENT_VP8_RTX = 97,
       CLIENT_H264 = 102,
       CLIENT_H264_RTX = 103,
       CLIENT_MID = 4,
       CLIENT_TWCC = 3,
};

/* Four sections: voice and mix, view, camera, screen. No ICE, no fingerprint. */
void client_sdp(struct sdp *sdp);

#endif
