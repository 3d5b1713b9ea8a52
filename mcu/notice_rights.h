/* notice_rights.h - what members are told of what they may, and of who waits outside, as
 * JSON. Control thread.
 */
#ifndef MCU_NOTICE_RIGHTS_H
#define MCU_NOTICE_RIGHTS_H

#include "base/thread.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct member;
struct room;

#define LOBBY_LISTED 50 /* of who waits are told by name */

/* Names of bits. */
cJSON *notice_json_caps(uint32_t caps);
/* Adds kind, locked, lobby, unmute, camera, share, chat. */
void notice_json_policy(cJSON *d, const struct room *room);
/* {"n","waiting":[{"id","name","role","since_ms"}]}: the first LOBBY_LISTED. */
cJSON *notice_json_lobby(const struct room *room) RUNS_ON(on_ctl);

/* To one: what it may now; that it is let in; who waits. */
void notice_caps(const struct member *member) RUNS_ON(on_ctl);
void notice_admitted(const struct member *member) RUNS_ON(on_ctl);
void notice_lobby_to(const struct member *member) RUNS_ON(on_ctl);
/* Who waits, to all who may admit. */
void notice_lobby(const struct room *room) RUNS_ON(on_ctl);

#endif
