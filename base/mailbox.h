/* mailbox.h - asks another thread to run something. Many producers, one owner,
 * bounded. Policy when full: the newest is refused. Beyond the size there is a
 * reserve of as many letters again for what must not be refused: closing, muting,
 * "it is done". A reserve that is full, too, means an owner that stopped working
 * long ago; then these are refused as well.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAILBOX_NOTE 40 /* bytes of a note at most */

struct mailbox;

/* `size` letters, and the reserve. */
int mailbox_create(struct mailbox **out, uint32_t size) AULA_MUST_CHECK;

/* Runs what is still inside, then frees it. Owner only. NULL is accepted. */
void mailbox_destroy(struct mailbox *box);

/* ANY_THREAD. Lets the owner call fn(arg) in order of posting. -ENOBUFS when
 * full: `arg` is then still the caller's. */
int mailbox_post(struct mailbox *box, void (*fn)(void *arg), void *arg) AULA_MUST_CHECK;

/* ANY_THREAD. The same in the same order, with the reserve. */
int mailbox_post_must(struct mailbox *box, void (*fn)(void *arg),
		      void *arg) AULA_MUST_CHECK;

/* ANY_THREAD. The same without an allocation: `len` bytes are copied into the
 * mailbox (at most MAILBOX_NOTE), and fn() is given that copy, which is aligned
 * for any pointer and lasts until fn returns. `must`: with the reserve. */
int mailbox_note(struct mailbox *box, void (*fn)(void *note), const void *note,
		 size_t len, bool must) AULA_MUST_CHECK;

/* ANY_THREAD. Wakes the owner up as a letter would; cannot fail. */
void mailbox_ring(struct mailbox *box);

/* Owner: runs all that was posted before this call. Returns how many. */
uint32_t mailbox_run(struct mailbox *box);

/* Owner: sleeps until something is posted or `timeout_ms` is over (-1: ever). */
void mailbox_wait(struct mailbox *box, int timeout_ms);

int mailbox_fd(const struct mailbox *box);

#endif
