/* workshop_seal.h - the workshop's last step: when there are keys (seals.h), the files of
 * a recording that all was made of are sealed in their place, by aula-derive. The
 * database is the queue here, too: what waits is the recordings whose row does not say
 * that they are sealed, also those of before there were keys. Control thread.
 */
#ifndef MCU_WORKSHOP_SEAL_H
#define MCU_WORKSHOP_SEAL_H

#include "base/thread.h"

#include <stdbool.h>

struct server;
struct workshop;

/* At the start: what could not be sealed before is tried again. w->seal_look is never
 * true without keys. */
void workshop_seal_init(struct workshop *w) RUNS_ON(on_ctl);
/* True: the database is asked for one that waits. Once there is none w->seal_look is
 * false. */
bool workshop_seal_ask(struct workshop *w) RUNS_ON(on_ctl);
/* There is a file of this recording now, maybe finished by an earlier server's rescue,
 * that is sealed neither: whatever its row says. `w` may be NULL. */
void workshop_seal_late(struct workshop *w, struct server *server, const char *id)
	RUNS_ON(on_ctl);
/* The program ended, with this status; -1: it was killed. */
void workshop_sealed(struct workshop *w, int exit_status) RUNS_ON(on_ctl);

#endif
