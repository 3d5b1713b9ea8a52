/* room_tell.h - a class in words, for 'room show' and 'top CODE'. */
#ifndef CTL_ROOM_TELL_H
#define CTL_ROOM_TELL_H

#include "ctl/json.h"

#include <stdio.h>

/* All of room.show. */
void room_tell(const cJSON *show, FILE *to, unsigned width);
/* Its members as a table, `most` of them at most (0: all). */
void room_tell_members(const cJSON *show, FILE *to, unsigned width, unsigned most);

#endif
