/* notice_json.h - what is told of a class, piece by piece, as JSON. Private to the
 * notices. Control thread.
 */
#ifndef MCU_NOTICE_JSON_H
#define MCU_NOTICE_JSON_H

#include "base/thread.h"
#include "db/db.h"
#include "mcu/member.h"
#include "mcu/room.h"

#include <cjson/cJSON.h>

cJSON *notice_json_member(const struct member *member) RUNS_ON(on_ctl);
cJSON *notice_json_roster(const struct room *room) RUNS_ON(on_ctl);
/* Adds the id of the member with this base, or "" when there is none. */
void notice_json_ref(cJSON *d, const char *key, const struct room *room, uint32_t base)
	RUNS_ON(on_ctl);
cJSON *notice_json_parts(const struct room *room) RUNS_ON(on_ctl);
/* `by`: base of a member, or 0. */
cJSON *notice_json_chat(const struct room *room, uint32_t by,
			const struct db_message *message) RUNS_ON(on_ctl);
/* Null while the view was not seen yet. */
cJSON *notice_json_layout(const struct room_picture *picture, uint32_t view) RUNS_ON(on_ctl);
/* The rule, and who interprets into which languages. */
cJSON *notice_json_hearing(const struct room *room) RUNS_ON(on_ctl);
cJSON *notice_json_quality(const struct member *member) RUNS_ON(on_ctl);
/* `error` may be NULL. */
cJSON *notice_json_record(const struct room *room, const char *error) RUNS_ON(on_ctl);

/* The places of a map, in pixels as in the event `layout`. */
cJSON *notice_json_tiles(const struct room *room, const struct tile_map *map,
			 enum shape shape) RUNS_ON(on_ctl);
/* `out` takes NOTICE_BASE64(len) characters, with the zero. */
#define NOTICE_BASE64(len) (((len) + 2) / 3 * 4 + 1)
void notice_base64(char *out, const uint8_t *data, size_t len);

/* Adds which picture the member is shown, as `layout` and `quality` have it. */
void notice_json_picture(cJSON *d, const struct member *member) RUNS_ON(on_ctl);
/* The view that the member is shown, moving or still. */
uint32_t notice_view(const struct member *member) RUNS_ON(on_ctl);

#endif
