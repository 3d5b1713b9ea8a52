/* door.h - who comes to a class, with which code and token, how fast, and whether there
 * is room for newcomers now: the same for all ways in. Control thread.
 */
#ifndef MCU_DOOR_H
#define MCU_DOOR_H

#include "base/thread.h"
#include "mcu/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct room;
struct server;

/* Finds the class (NULL with an empty code) and the role. Codes are short, so whoever
 * was wrong too often waits. Two pass nevertheless, so that one pupil does not keep a
 * whole school out that has one address: who has a good token, since that cannot be
 * guessed, and who has the code of a class that others of the same address are in.
 * NULL or an error code. */
const char *door_find(struct server *server, const char *ip, const char *code,
		      const char *token, struct room **room, enum role *role)
	RUNS_ON(on_ctl);

/* 0: it is counted, and may come. Else in how many ms it may ask again. */
uint32_t door_wait_ms(struct room *room, const char *ip) RUNS_ON(on_ctl);

/* Load is shed, and it is not of the staff: that is counted. */
bool door_busy(const struct server *server, enum role role) RUNS_ON(on_ctl);

#endif
