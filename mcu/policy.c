#include "mcu/policy.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const role_names[ROLES] = {
	[ROLE_NONE] = "none",
	[ROLE_OBSERVER] = "observer",
	[ROLE_GUEST] = "guest",
	[ROLE_STUDENT] = "student",
	[ROLE_INTERPRETER] = "interpreter",
	[ROLE_MODERATOR] = "moderator",
	[ROLE_LECTURER] = "lecturer",
	[ROLE_ADMIN] = "admin",
};

static const char *const kind_names[KINDS] = {
	[KIND_DISCUSSION] = "discussion", [KIND_LECTURE] = "lecture",
	[KIND_SEMINAR] = "seminar",       [KIND_EXAM] = "exam",
	[KIND_ONE_TO_ONE] = "one-to-one",
};

/* By the number of the bit. */
static const char *const cap_names[] = {
	"speak",    "camera", "share",     "chat",   "hand",       "react",  "vote",
	"poll",     "timer",  "interpret", "record", "recordings", "layout", "admit",
	"moderate", "room",   "links",     "limit",  "server",
};
#define N_CAPS (sizeof(cap_names) / sizeof(cap_names[0]))
_Static_assert(N_CAPS == CAPS_NAMED, "each bit has a name");
_Static_assert((1u << N_CAPS) - 1 == CAP_ALL, "and each name a bit");

/* Those with which nobody is disturbed. */
#define QUIET (CAP_HAND | CAP_REACT | CAP_VOTE)
/* To be heard and seen. */
#define LIVE  (CAP_SPEAK | CAP_CAMERA)
#define TALK  (LIVE | CAP_CHAT | QUIET)
#define PUPIL (TALK | CAP_SHARE | CAP_RECORDINGS)
/* What keeps a class in order. */
#define ORDER (CAP_ADMIT | CAP_MODERATE | CAP_LAYOUT | CAP_LINKS | CAP_POLL | CAP_TIMER)
#define STAFF (PUPIL | ORDER)
#define LEAD  (STAFF | CAP_RECORD | CAP_ROOM | CAP_LIMIT)

/* The one table: what each role may in each kind of class. A moderator keeps order for
 * the lecturer: it does not record, nor end the class. */
static const uint32_t table[KINDS][ROLES] = {
	[KIND_DISCUSSION] =
		{
			[ROLE_GUEST] = TALK,
			[ROLE_STUDENT] = PUPIL,
			[ROLE_INTERPRETER] = TALK | CAP_INTERPRET,
			[ROLE_MODERATOR] = STAFF,
			[ROLE_LECTURER] = LEAD,
			[ROLE_ADMIN] = LEAD | CAP_SERVER,
		},
	[KIND_LECTURE] =
		{
			[ROLE_GUEST] = QUIET,
			[ROLE_STUDENT] = QUIET | CAP_CHAT | CAP_RECORDINGS,
			[ROLE_INTERPRETER] = TALK | CAP_INTERPRET,
			[ROLE_MODERATOR] = STAFF,
			[ROLE_LECTURER] = LEAD,
			[ROLE_ADMIN] = LEAD | CAP_SERVER,
		},
	[KIND_SEMINAR] =
		{
			[ROLE_GUEST] = TALK | CAP_SHARE,
			[ROLE_STUDENT] = PUPIL | CAP_LAYOUT,
			[ROLE_INTERPRETER] = TALK | CAP_INTERPRET,
			[ROLE_MODERATOR] = STAFF,
			[ROLE_LECTURER] = LEAD,
			[ROLE_ADMIN] = LEAD | CAP_SERVER,
		},
	[KIND_EXAM] =
		{
			/* nobody tells another the answer */
			[ROLE_STUDENT] = CAP_CAMERA | CAP_HAND | CAP_VOTE,
			[ROLE_INTERPRETER] = CAP_INTERPRET | CAP_HAND,
			[ROLE_MODERATOR] = STAFF,
			[ROLE_LECTURER] = LEAD,
			[ROLE_ADMIN] = LEAD | CAP_SERVER,
		},
	[KIND_ONE_TO_ONE] =
		{
			[ROLE_GUEST] = TALK | CAP_SHARE,
			[ROLE_STUDENT] = PUPIL | CAP_LAYOUT | CAP_TIMER,
			[ROLE_INTERPRETER] = TALK | CAP_INTERPRET,
			[ROLE_MODERATOR] = STAFF,
			[ROLE_LECTURER] = LEAD,
			[ROLE_ADMIN] = LEAD | CAP_SERVER,
		},
};

void policy_preset(struct policy *out, enum kind kind)
{
	*out = (struct policy){
		.kind = kind,
		.lobby = kind == KIND_EXAM || kind == KIND_ONE_TO_ONE,
	};
}

bool policy_staff(enum role role)
{
	return role >= ROLE_MODERATOR;
}

uint32_t policy_role_caps(enum kind kind, enum role role)
{
	assert((unsigned)kind < KINDS && (unsigned)role < ROLES);
	return table[kind][role];
}

uint32_t policy_caps(const struct policy *policy, enum role role,
		     const struct policy_own *own)
{
	uint32_t caps = policy_role_caps(policy->kind, role);

	if (!policy_staff(role))
		caps &= ~policy->locks;
	caps |= own->grants;
	return role >= ROLE_LECTURER ? caps : caps & ~own->denies;
}

int policy_own_change(struct policy_own *own, uint32_t grants, uint32_t denies)
{
	if ((grants & denies) || ((grants | denies) & ~(uint32_t)CAPS_PERSONAL))
		return -EINVAL;
	own->grants = (own->grants & ~denies) | grants;
	own->denies = (own->denies & ~grants) | denies;
	return 0;
}

/* ---- names ------------------------------------------------------------------ */

static uint32_t name_find(const char *const *names, uint32_t n, const char *name)
{
	uint32_t i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *role_name(enum role role)
{
	return role_names[role];
}

enum role role_by_name(const char *name)
{
	uint32_t i = name_find(role_names, ROLES, name);

	return i < ROLES ? (enum role)i : ROLE_NONE;
}

const char *kind_name(enum kind kind)
{
	return kind_names[kind];
}

enum kind kind_by_name(const char *name)
{
	return (enum kind)name_find(kind_names, KINDS, name);
}

const char *cap_name(uint32_t cap)
{
	uint32_t i = 0;

	while (i < N_CAPS && cap != 1u << i)
		i++;
	assert(i < N_CAPS);
	return cap_names[i];
}

uint32_t cap_by_name(const char *name)
{
	uint32_t i = name_find(cap_names, N_CAPS, name);

	return i < N_CAPS ? 1u << i : 0;
}

/* ---- as words --------------------------------------------------------------- */

void policy_write(const struct policy *policy, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s%s%s%s", kind_name(policy->kind),
				    policy->locked ? " locked" : "",
				    policy->lobby ? " lobby" : "",
				    policy->unwatched ? " unwatched" : "");

	for (uint32_t i = 0; i < N_CAPS && n < size; i++)
		if (policy->locks & 1u << i)
			n += (size_t)snprintf(out + n, size - n, " -%s", cap_names[i]);
	assert(n < size);
}

static int read_word(struct policy *policy, const char *word)
{
	uint32_t cap = *word == '-' ? cap_by_name(word + 1) : 0;
	enum kind kind = kind_by_name(word);

	if (kind < KINDS)
		policy->kind = kind;
	else if (strcmp(word, "locked") == 0)
		policy->locked = true;
	else if (strcmp(word, "lobby") == 0)
		policy->lobby = true;
	else if (strcmp(word, "unwatched") == 0)
		policy->unwatched = true;
	else if (cap & CAPS_LOCKABLE)
		policy->locks |= cap;
	else
		return -EINVAL;
	return 0;
}

int policy_read(struct policy *out, const char *text)
{
	struct policy policy = {.kind = KIND_DISCUSSION};
	char words[POLICY_TEXT + 1], *rest = words, *word;

	if (strlen(text) > POLICY_TEXT)
		return -EINVAL;
	memcpy(words, text, strlen(text) + 1);
	while ((word = strtok_r(rest, " ", &rest)))
		if (read_word(&policy, word))
			return -EINVAL;
	*out = policy;
	return 0;
}
