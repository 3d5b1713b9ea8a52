/* poll.h - one question to a class: what is asked, who answered what, the sums.
 *
 * An answer is a ballot. It belongs to a member while that is in the class; its id is
 * the secret by which the same page takes it over when it comes back as a new member,
 * after a restart of the server for example. A ballot counts once and can be changed
 * until the end. Of an anonymous poll no name is kept. At most POLL_BALLOTS (policy:
 * further ones are refused). No telling and no storing here. Control thread.
 */
#ifndef MCU_POLL_H
#define MCU_POLL_H

#include "base/attr.h"
#include "base/limits.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLL_OPTIONS 10
#define POLL_KEYS    9 /* of a poll that is answered by numbers alone */
#define POLL_BALLOTS 10000

enum poll_kind { POLL_ONE, POLL_SEVERAL, POLL_YES_NO, POLL_NUMBER, POLL_KINDS };
const char *poll_kind_name(enum poll_kind kind);
enum poll_kind poll_kind_by_name(const char *name); /* POLL_KINDS: not one */

/* What is asked. A poll by yes or no and one by numbers have no texts of options. */
struct poll_ask {
	enum poll_kind kind;
	char question[LIMIT_POLL_QUESTION + 1]; /* may be empty: asked aloud */
	uint32_t n;                             /* of options */
	char options[POLL_OPTIONS][LIMIT_POLL_OPTION + 1];
	bool named; /* names are kept with the answers */
	bool show;  /* all see the sums, not only those who may ask */
};

struct ballot {
	char id[DB_ID + 1];
	uint32_t member;  /* base of whose it is now; 0: nobody's */
	uint16_t choices; /* a bit each; 0: taken back */
	int64_t voted_ms;
	char *name; /* NULL: anonymous */
};

struct poll {
	char id[DB_ID + 1];
	struct poll_ask ask;
	bool on;
	int64_t started_ms, stopped_ms; /* wall clock */
	uint32_t counts[POLL_OPTIONS];
	uint32_t voters; /* ballots with a choice */
	bool changed;    /* since the sums were told */
	uint32_t n, room;
	struct ballot *ballots;
};

/* One that runs; poll_destroy() accepts NULL. */
int poll_create(struct poll **out, const struct poll_ask *ask,
		int64_t now_ms) AULA_MUST_CHECK;
void poll_destroy(struct poll *poll);

/* A ballot as it will be, a new one or one that is there: see poll_vote_put(). */
struct poll_vote {
	uint32_t member;    /* base */
	const char *ballot; /* that its page says to have, or NULL */
	uint32_t hint;      /* its index + 1, where the member knows it; 0: it does not */
	const char *name;
	uint16_t choices;
	int64_t now_ms;
};
/* Counts it; *at is then the index of the ballot. -ENOSPC, -ENOMEM: nothing is. A
 * ballot of another one who is in the class is not taken over. */
int poll_vote_put(struct poll *poll, const struct poll_vote *vote,
		  uint32_t *at) AULA_MUST_CHECK;
/* Nobody's from now on. */
void poll_vote_leave(struct poll *poll, uint32_t index);

/* As it is stored, and of what was stored; -EINVAL: a row that cannot be one. */
void poll_row(const struct poll *poll, const char *room, struct db_poll *out);
int poll_row_read(struct poll **out, const struct db_poll *row) AULA_MUST_CHECK;
void poll_vote_row(const struct poll *poll, uint32_t at, const char *room,
		   struct db_vote *out);
int poll_vote_row_read(struct poll *poll, const struct db_vote *row) AULA_MUST_CHECK;

/* A page of the answers as CSV (RFC 4180) from line *from on, for free(); *from is then
 * that of the next page, 0: there is none. Of an anonymous poll the sums, of a named
 * one line for each answer of each. NULL without memory. */
char *poll_csv(const struct poll *poll, uint32_t *from);

#endif
