#include "recorder/crowd.h"

#include "base/limits.h"

#include <errno.h>

void crowd_fini(struct crowd *crowd)
{
	struct sender *sender;

	for (uint32_t i = 0; (sender = idmap_next(&crowd->senders, &i));)
		sender_put(sender);
	idmap_fini(&crowd->senders);
}

int crowd_add(struct crowd *crowd, struct sender *sender, struct sender **before)
{
	int err = -ENOSPC;

	*before = crowd_remove(crowd, sender->who.source);
	if (crowd->senders.n < LIMIT_TRACKS_KNOWN)
		err = idmap_put(&crowd->senders, sender->who.source, sender);
	if (err)
		sender_put(sender);
	return err;
}

struct sender *crowd_find(const struct crowd *crowd, uint32_t source)
{
	return source ? idmap_get(&crowd->senders, source) : NULL;
}

struct sender *crowd_remove(struct crowd *crowd, uint32_t source)
{
	return source ? idmap_del(&crowd->senders, source) : NULL;
}

void crowd_cut(struct crowd *crowd)
{
	struct sender *sender;

	for (uint32_t i = 0; (sender = idmap_next(&crowd->senders, &i));)
		sender_cut(sender);
}
