/* ids.h - the numbers by which threads name each other's objects. A room and a
 * member each get a block of 128; its low bits say what is meant. Never 0,
 * never used twice while the process lives.
 */
#ifndef MCU_IDS_H
#define MCU_IDS_H

#include <stdint.h>

#define ID_BLOCK 128u

enum {                    /* of a room's block */
       ID_VIEW = 0,       /* and those after it: see views.h */
       ID_RUNG = 8,       /* the rungs, and the outlets of the same numbers: rungs.h */
       ID_MIX = 40,       /* the mix, and the outlet of its first class */
       ID_RECORDING = 44, /* ID_MIX + 1 to + 3: the outlets of the other classes */
       ID_DECK = 48,      /* the page that is shown, a source; see deck.h */
       ID_CLIP = 49,      /* a clip, a source and a voice; see clip.h */
       ID_CHANNELS = 64,  /* the outlets of the other channels: see sound.h */
};

enum { /* of a member's block */
       ID_MEMBER = 0,
       ID_VOICE = 1,
       ID_CAMERA = 2,
       ID_SCREEN = 3,
};

static inline uint32_t id_base(uint32_t id)
{
	return id & ~(ID_BLOCK - 1);
}

static inline uint32_t id_part(uint32_t id)
{
	return id & (ID_BLOCK - 1);
}

#endif
