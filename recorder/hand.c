#include "recorder/hand.h"

#include "base/clock.h"
#include "base/count.h"

enum { OUTSIDE, INSIDE, LEFT, ENDED };

void hand_init(struct hand *hand, void (*free_fn)(struct ref *ref))
{
	ref_init(&hand->ref, free_fn);
	atomic_init(&hand->since_us, 0);
	atomic_init(&hand->state, OUTSIDE);
}

static void run(void *arg)
{
	struct hand *hand = arg;

	hand->fn(hand);
	ref_put(&hand->ref);
}

int hand_start(struct hand *hand, struct thread_role *role, const char *name,
	       void (*fn)(struct hand *hand))
{
	int err;

	hand->fn = fn;
	ref_get(&hand->ref);
	err = thread_start(&hand->thread, role, name, run, hand);
	if (err)
		ref_put(&hand->ref);
	return err;
}

void hand_enter(struct hand *hand)
{
	atomic_store(&hand->since_us, clock_us());
	atomic_store(&hand->state, INSIDE);
}

bool hand_leave(struct hand *hand)
{
	int was = INSIDE;

	return atomic_compare_exchange_strong(&hand->state, &was, OUTSIDE);
}

void hand_end(struct hand *hand)
{
	atomic_store(&hand->state, ENDED);
}

bool hand_ended(struct hand *hand)
{
	return atomic_load(&hand->state) == ENDED;
}

void hand_join(struct hand *hand)
{
	thread_join(hand->thread);
	hand->thread = NULL;
}

int64_t hand_silent_us(struct hand *hand)
{
	/* in this order: since_us is of this time inside, or of a later one */
	if (atomic_load(&hand->state) != INSIDE)
		return 0;
	return clock_us() - atomic_load(&hand->since_us);
}

bool hand_abandon(struct hand *hand)
{
	int was = INSIDE;

	if (!atomic_compare_exchange_strong(&hand->state, &was, LEFT))
		return false;
	thread_leave(hand->thread);
	hand->thread = NULL;
	count_add(COUNT_REC_ABANDONED, 1);
	return true;
}

bool hand_left(struct hand *hand)
{
	return atomic_load(&hand->state) == LEFT;
}
