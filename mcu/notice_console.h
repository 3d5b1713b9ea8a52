/* notice_console.h - what administrators are shown of the server and its classes, as
 * JSON. Control thread.
 */
#ifndef MCU_NOTICE_CONSOLE_H
#define MCU_NOTICE_CONSOLE_H

#include "base/thread.h"
#include "mcu/room.h"

#include <cjson/cJSON.h>
#include <stdint.h>

#define CONSOLE_PAGE 200 /* members in one answer */

/* The d of the hint admin.rooms. */
cJSON *notice_console_rooms(const struct server *server) RUNS_ON(on_ctl);
/* Everything of one class, its members from the number `from` on. */
cJSON *notice_console_room(const struct room *room, uint32_t from) RUNS_ON(on_ctl);
/* The d of the reply to admin.health. */
cJSON *notice_console_health(const struct server *server) RUNS_ON(on_ctl);

#endif
