/* sound.h - what each member of a class hears: the channels of its mix, as the rule of
 * the class and the languages that members chose have it. Control thread.
 */
#ifndef MCU_SOUND_H
#define MCU_SOUND_H

#include "base/attr.h"
#include "base/thread.h"
#include "mcu/hearing.h"
#include "mcu/room.h"

struct member;

/* The outlet of a channel in a class. */
uint32_t sound_outlet(const struct room *room, uint32_t channel, enum mix_class c);

/* The channel that the member hears. */
uint32_t sound_channel(const struct member *member);

/* The first channel that is the same mix by the rule: its listeners are one crowd. */
uint32_t sound_like(const struct room *room, uint32_t channel);

/* Opens the outlets that the room has on one more net thread; closes all. */
int sound_reach(struct room *room, struct net *net) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void sound_close(struct room *room) RUNS_ON(on_ctl);

/* One listener more or less of a class of a channel; it is encoded while there are
 * any. */
void sound_listen(struct room *room, uint32_t channel, enum mix_class c, int n)
	RUNS_ON(on_ctl);
/* What the listeners of the class lose, in percent. */
void sound_loss(struct room *room, uint32_t channel, enum mix_class c, uint8_t percent)
	RUNS_ON(on_ctl);

/* A voice was opened. */
void sound_begin(struct member *member) RUNS_ON(on_ctl);
/* Somebody's role, microphone, language or presence has changed in a way that others
 * hear: tells the mix what each voice is now. */
void sound_update(struct room *room) RUNS_ON(on_ctl);
/* Each second: again, when so many were to be told that not all letters fit. */
void sound_tick(struct room *room) RUNS_ON(on_ctl);

/* Stored, and in force at once; nothing is changed on an error. `speaks`: for each
 * member of the room the language it interprets into, by its place; NULL: as before,
 * by the names. */
int sound_settle(struct room *room, const struct hearing *hearing, const uint8_t *speaks)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
