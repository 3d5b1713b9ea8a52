/* porch.h - who is connected, but not in the class yet: session and peer are made
 * while somebody still looks into the own camera, so that the picture is there at once
 * when it enters. Nobody is told of it, it is shown and played nothing, and what it
 * sends is dropped on arrival. Control thread.
 */
#ifndef MCU_PORCH_H
#define MCU_PORCH_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdint.h>

struct member;
struct server;

#define PORCH_US (INT64_C(600) * 1000000) /* then it is let go */

/* -ENOSPC at LIMIT_WAITING. */
int porch_add(struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void porch_remove(struct member *member) RUNS_ON(on_ctl);

/* Lets go who waited too long. */
void porch_tick(struct server *server, int64_t now_us) RUNS_ON(on_ctl);
/* Says goodbye to all, as the server stops; they go when they like. */
void porch_bye(struct server *server) RUNS_ON(on_ctl);

#endif
