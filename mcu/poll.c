#include "mcu/poll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"

#define BALLOT_ID 20 /* characters: nobody guesses another one's */

static const char *const kinds[POLL_KINDS] = {
	[POLL_ONE] = "one",
	[POLL_SEVERAL] = "several",
	[POLL_YES_NO] = "yesno",
	[POLL_NUMBER] = "number",
};

const char *poll_kind_name(enum poll_kind kind)
{
	return kinds[kind];
}

enum poll_kind poll_kind_by_name(const char *name)
{
	enum poll_kind kind = 0;

	while (kind < POLL_KINDS && strcmp(kinds[kind], name) != 0)
		kind++;
	return kind;
}

/* ---- ballots ---------------------------------------------------------------- */

int poll_create(struct poll **out, const struct poll_ask *ask, int64_t now_ms)
{
	struct poll *poll = calloc(1, sizeof(*poll));

	if (!poll)
		return -ENOMEM;
	poll->ask = *ask;
	poll->on = true;
	poll->started_ms = now_ms;
	rand_token(poll->id, BALLOT_ID);
	*out = poll;
	return 0;
}

void poll_destroy(struct poll *poll)
{
	if (!poll)
		return;
	for (uint32_t i = 0; i < poll->n; i++)
		free(poll->ballots[i].name);
	free(poll->ballots);
	free(poll);
}

static int ballot_add(struct poll *poll, const char *id, const char *name)
{
	struct ballot ballot = {.member = 0};

	if (poll->n == POLL_BALLOTS)
		return -ENOSPC;
	if (poll->n == poll->room) {
		uint32_t room = poll->room ? poll->room * 2 : 32;
		struct ballot *ballots = realloc(poll->ballots, room * sizeof(*ballots));

		if (!ballots)
			return -ENOMEM;
		poll->ballots = ballots;
		poll->room = room;
	}
	if (name) {
		ballot.name = strdup(name);
		if (!ballot.name)
			return -ENOMEM;
	}
	snprintf(ballot.id, sizeof(ballot.id), "%s", id);
	poll->ballots[poll->n++] = ballot;
	return 0;
}

static void ballot_count(struct poll *poll, const struct ballot *ballot, int by)
{
	for (uint32_t i = 0; i < poll->ask.n; i++)
		if (ballot->choices & 1u << i)
			poll->counts[i] += (uint32_t)by;
	poll->voters += ballot->choices ? (uint32_t)by : 0;
}

static void ballot_set(struct poll *poll, struct ballot *ballot, uint16_t choices,
		       int64_t now_ms)
{
	ballot_count(poll, ballot, -1);
	ballot->choices = choices;
	ballot->voted_ms = now_ms;
	ballot_count(poll, ballot, 1);
	poll->changed = true;
}

/* Compared in full: an id tells nothing of who has it. */
static struct ballot *ballot_free(struct poll *poll, const char *id)
{
	for (uint32_t i = 0; id && i < poll->n; i++)
		if (!poll->ballots[i].member && strcmp(poll->ballots[i].id, id) == 0)
			return &poll->ballots[i];
	return NULL;
}

int poll_vote_put(struct poll *poll, const struct poll_vote *vote, uint32_t *at)
{
	struct ballot *ballot = NULL;
	char id[BALLOT_ID + 1];
	int err;

	if (vote->hint && vote->hint <= poll->n &&
	    poll->ballots[vote->hint - 1].member == vote->member)
		ballot = &poll->ballots[vote->hint - 1];
	if (!ballot)
		ballot = ballot_free(poll, vote->ballot);
	if (!ballot) {
		rand_token(id, BALLOT_ID);
		err = ballot_add(poll, id, poll->ask.named ? vote->name : NULL);
		if (err)
			return err;
		ballot = &poll->ballots[poll->n - 1];
	}
	ballot->member = vote->member;
	ballot_set(poll, ballot, vote->choices, vote->now_ms);
	*at = (uint32_t)(ballot - poll->ballots);
	return 0;
}

void poll_vote_leave(struct poll *poll, uint32_t index)
{
	if (index < poll->n)
		poll->ballots[index].member = 0;
}

/* ---- as it is stored -------------------------------------------------------- */

void poll_row(const struct poll *poll, const char *room, struct db_poll *out)
{
	size_t used = 0;

	memset(out, 0, sizeof(*out));
	memcpy(out->id, poll->id, sizeof(out->id));
	snprintf(out->room, sizeof(out->room), "%s", room);
	snprintf(out->kind, sizeof(out->kind), "%s", kinds[poll->ask.kind]);
	snprintf(out->question, sizeof(out->question), "%s", poll->ask.question);
	/* one a line; those without texts are empty lines */
	for (uint32_t i = 0; i < poll->ask.n; i++)
		used += (size_t)snprintf(out->options + used, sizeof(out->options) - used,
					 "%s\n", poll->ask.options[i]);
	out->named = poll->ask.named;
	out->shown = poll->ask.show;
	out->started_ms = poll->started_ms;
	out->stopped_ms = poll->stopped_ms;
}

static int options_split(struct poll_ask *ask, const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : 0;

		if (!end || ask->n == POLL_OPTIONS || len >= sizeof(ask->options[0]))
			return -EINVAL;
		memcpy(ask->options[ask->n++], text, len);
		text = end + 1;
	}
	return ask->n < 2 ? -EINVAL : 0;
}

int poll_row_read(struct poll **out, const struct db_poll *row)
{
	struct poll_ask ask = {.kind = poll_kind_by_name(row->kind),
			       .named = row->named != 0,
			       .show = row->shown != 0};
	struct poll *poll;
	int err;

	if (ask.kind == POLL_KINDS || !row->id[0] || options_split(&ask, row->options))
		return -EINVAL;
	snprintf(ask.question, sizeof(ask.question), "%s", row->question);
	err = poll_create(&poll, &ask, row->started_ms);
	if (err)
		return err;
	memcpy(poll->id, row->id, sizeof(poll->id));
	poll->stopped_ms = row->stopped_ms;
	poll->on = !row->stopped_ms;
	*out = poll;
	return 0;
}

void poll_vote_row(const struct poll *poll, uint32_t at, const char *room,
		   struct db_vote *out)
{
	const struct ballot *ballot = &poll->ballots[at];

	memset(out, 0, sizeof(*out));
	memcpy(out->id, ballot->id, sizeof(out->id));
	memcpy(out->poll, poll->id, sizeof(out->poll));
	snprintf(out->room, sizeof(out->room), "%s", room);
	snprintf(out->name, sizeof(out->name), "%s", ballot->name ? ballot->name : "");
	out->choices = ballot->choices;
	out->voted_ms = ballot->voted_ms;
}

int poll_vote_row_read(struct poll *poll, const struct db_vote *row)
{
	int err;

	if (row->choices < 0 || row->choices >> poll->ask.n)
		return -EINVAL;
	err = ballot_add(poll, row->id, poll->ask.named ? row->name : NULL);
	if (!err)
		ballot_set(poll, &poll->ballots[poll->n - 1], (uint16_t)row->choices,
			   row->voted_ms);
	return err;
}
