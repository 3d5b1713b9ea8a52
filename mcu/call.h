/* call.h - offers, answers and restarts of one member's peer. Control thread. */
#ifndef MCU_CALL_H
#define MCU_CALL_H

#include "base/attr.h"
#include "base/thread.h"
#include "transport/net.h"

struct member;

/* Opens a peer when there is none and sends an offer. Returns 0 or -errno. */
int call_offer(struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* After a resume: sends again the offer that is not answered yet, or a fresh
 * one when the peer is gone. Offers are not among the events that are kept. */
int call_resume(struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* Takes the client's answer to offer `v`. NULL, or the code of what is wrong. */
const char *call_answer(struct member *member, const char *sdp, uint32_t v)
	RUNS_ON(on_ctl);

/* New ICE credentials, and an offer with them; a peer that is gone is replaced. */
int call_restart(struct member *member) RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* The client offers: replaces the peer. On success *answer is a text to free().
 * NULL, or the code of what is wrong. */
const char *call_take_offer(struct member *member, const char *sdp, char **answer)
	RUNS_ON(on_ctl);

void call_close(struct member *member) RUNS_ON(on_ctl);

/* It was warm and is in the class now: media begins. */
void call_enter(struct member *member) RUNS_ON(on_ctl);

/* The net thread saw this. */
void call_state(struct member *member, enum peer_state state) RUNS_ON(on_ctl);

#endif
