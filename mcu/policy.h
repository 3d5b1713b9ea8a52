/* policy.h - who may do what: capabilities as bits, roles as sets of bits, kinds of
 * classes as a set for each role. Every way in asks policy_caps() and nothing else.
 * Pure: no state, any thread.
 */
#ifndef MCU_POLICY_H
#define MCU_POLICY_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What somebody may do, a bit each. */
enum cap {
	CAP_SPEAK = 1 << 0,       /* switch the own microphone on */
	CAP_CAMERA = 1 << 1,      /* the own camera */
	CAP_SHARE = 1 << 2,       /* the own screen */
	CAP_CHAT = 1 << 3,        /* write to all */
	CAP_HAND = 1 << 4,        /* raise a hand */
	CAP_REACT = 1 << 5,       /* send reactions */
	CAP_VOTE = 1 << 6,        /* answer polls */
	CAP_POLL = 1 << 7,        /* make and end polls */
	CAP_TIMER = 1 << 8,       /* start and stop the class's timer */
	CAP_INTERPRET = 1 << 9,   /* speak into a channel of another language */
	CAP_RECORD = 1 << 10,     /* start and stop recordings, delete them */
	CAP_RECORDINGS = 1 << 11, /* see the recordings */
	CAP_LAYOUT = 1 << 12,     /* choose the layout, put somebody in front */
	CAP_ADMIT = 1 << 13,      /* see who waits in the lobby, let in, send away */
	CAP_MODERATE = 1 << 14,   /* mute, allow, deny and remove others, call hands */
	CAP_ROOM = 1 << 15,       /* the class's kind and switches; end the class */
	CAP_LINKS = 1 << 16,      /* see whose link is weak */
	CAP_LIMIT = 1 << 17,      /* limit what links carry */
	CAP_SERVER = 1 << 18,     /* the classes of the whole server */
	CAP_ALL = (1 << 19) - 1,
};
#define CAPS_NAMED 19

/* What can be given to one member or taken from it; the rest comes with a role. */
#define CAPS_PERSONAL \
	(CAP_SPEAK | CAP_CAMERA | CAP_SHARE | CAP_CHAT | CAP_HAND | CAP_REACT | \
	 CAP_VOTE | CAP_POLL | CAP_TIMER | CAP_INTERPRET | CAP_RECORD | CAP_RECORDINGS | \
	 CAP_LAYOUT | CAP_ADMIT | CAP_LINKS)

/* What a switch of the class takes from all below a moderator. */
#define CAPS_LOCKABLE \
	(CAP_SPEAK | CAP_CAMERA | CAP_SHARE | CAP_CHAT | CAP_HAND | CAP_REACT)

/* Rising: nobody acts upon one of a higher role. */
enum role {
	ROLE_NONE,
	ROLE_OBSERVER,
	ROLE_GUEST,
	ROLE_STUDENT,
	ROLE_INTERPRETER,
	ROLE_MODERATOR,
	ROLE_LECTURER,
	ROLE_ADMIN,
	ROLES
};

enum kind {
	KIND_DISCUSSION, /* of a class that says nothing */
	KIND_LECTURE,
	KIND_SEMINAR,
	KIND_EXAM,
	KIND_ONE_TO_ONE,
	KINDS
};

/* What a class says about all in it. */
struct policy {
	enum kind kind;
	bool locked;    /* no newcomers but staff and those whose seat is held */
	bool lobby;     /* newcomers below a moderator wait to be admitted */
	bool unwatched; /* nobody watches it without a seat, see rest_live.h */
	uint32_t locks; /* of CAPS_LOCKABLE: what members may not */
};

/* What was said of one member, of CAPS_PERSONAL. No bit is in both. */
struct policy_own {
	uint32_t grants, denies;
};

/* The switches that a class of this kind begins with. */
void policy_preset(struct policy *out, enum kind kind);

/* What it may: (the role's set of the kind without the locks, or granted) but not
 * denied. Who is granted something by name has it in spite of a lock, so that one may
 * speak in a class that is muted. Nothing is ever taken from a lecturer or above. */
uint32_t policy_caps(const struct policy *policy, enum role role,
		     const struct policy_own *own);
/* The role's set of the kind, alone. */
uint32_t policy_role_caps(enum kind kind, enum role role);

/* As words, for the database: "lecture locked lobby unwatched -speak -share". A text that
 * it does not know all of is refused (-EINVAL, `out` untouched); an empty one is the
 * usual. */
#define POLICY_TEXT 128
void policy_write(const struct policy *policy, char *out, size_t size);
int policy_read(struct policy *out, const char *text) AULA_MUST_CHECK;

/* Of the staff: no lock holds for them, and a lobby is not for them. */
bool policy_staff(enum role role);

/* More grants and denies of somebody; what is in both, or not personal, -EINVAL. */
int policy_own_change(struct policy_own *own, uint32_t grants,
		      uint32_t denies) AULA_MUST_CHECK;

const char *role_name(enum role role);
enum role role_by_name(const char *name); /* ROLE_NONE: not one */
const char *kind_name(enum kind kind);
enum kind kind_by_name(const char *name); /* KINDS: not one */
const char *cap_name(uint32_t cap);       /* of exactly one bit */
uint32_t cap_by_name(const char *name);   /* 0: not one */

#endif
