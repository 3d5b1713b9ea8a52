/* hand.h - a thread that may be left behind: it calls what may never return. It is
 * counted: by its owner and by the thread itself.
 *
 * Between hand_enter() and hand_leave() it touches nothing but what it owns, or what is
 * counted; so its owner may go on without it at any time in there.
 */
#ifndef RECORDER_HAND_H
#define RECORDER_HAND_H

#include "base/attr.h"
#include "base/ref.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct hand {
	struct ref ref; /* of what it is the first field of */
	struct thread *thread;
	_Atomic int64_t since_us; /* clock_us(), while it is in there */
	atomic_int state;
	void (*fn)(struct hand *hand);
};

void hand_init(struct hand *hand, void (*free_fn)(struct ref *ref));

/* Starts the thread: it runs fn(hand). */
int hand_start(struct hand *hand, struct thread_role *role, const char *name,
	       void (*fn)(struct hand *hand)) AULA_MUST_CHECK;

/* The thread. hand_leave() is false when it was left behind: then it lets go of what it
 * has, and ends. */
void hand_enter(struct hand *hand);
bool hand_leave(struct hand *hand) AULA_MUST_CHECK;
/* The last but for waking its owner up. Outside. */
void hand_end(struct hand *hand);

/* The owner: has it ended? Then hand_join() waits but for a moment. */
bool hand_ended(struct hand *hand);
void hand_join(struct hand *hand);
/* How long it is in there; 0: it is not. */
int64_t hand_silent_us(struct hand *hand);
/* False: it just came out. */
bool hand_abandon(struct hand *hand);
/* Also of the thread: was it left behind? */
bool hand_left(struct hand *hand);

#endif
