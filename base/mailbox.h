/* mailbox.h - asks another thread to run something. Many producers, one
 * owner, bounded; policy when full: the newest is refused.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include "base/attr.h"

#include <stdint.h>

struct mailbox;

int mailbox_create(struct mailbox **out, uint32_t size) AULA_MUST_CHECK;

/* Runs what is still inside, then frees it. Owner only. NULL is accepted. */
void mailbox_destroy(struct mailbox *box);

/* ANY_THREAD. Lets the owner call fn(arg) in order of posting. -ENOBUFS when
 * full: `arg` is then still the caller's. */
int mailbox_post(struct mailbox *box, void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* Owner: runs all that was posted before this call. Returns how many. */
uint32_t mailbox_run(struct mailbox *box);

/* Owner: sleeps until something is posted or `timeout_ms` is over (-1: ever). */
void mailbox_wait(struct mailbox *box, int timeout_ms);

int mailbox_fd(const struct mailbox *box);

#endif
