/* Who may do what, by the table alone: sets that must hold whatever else is changed in
 * it, overrides, locks, and the words that are stored.
 */
#include "mcu/policy.h"

#include <errno.h>
#include <string.h>

#include "tests/test.h"

static const struct policy_own none;

static void names(void)
{
	for (enum role role = ROLE_OBSERVER; role < ROLES; role++)
		CHECK(role_by_name(role_name(role)) == role);
	for (enum kind kind = KIND_DISCUSSION; kind < KINDS; kind++)
		CHECK(kind_by_name(kind_name(kind)) == kind);
	for (uint32_t cap = 1; cap & CAP_ALL; cap <<= 1)
		CHECK(cap_by_name(cap_name(cap)) == cap);
	CHECK(role_by_name("teacher") == ROLE_NONE && role_by_name("") == ROLE_NONE);
	CHECK(kind_by_name("Lecture") == KINDS && kind_by_name("") == KINDS);
	CHECK(cap_by_name("fly") == 0 && cap_by_name("") == 0);
}

/* In every kind of class. */
static void the_table(void)
{
	for (enum kind kind = KIND_DISCUSSION; kind < KINDS; kind++) {
		uint32_t students = policy_role_caps(kind, ROLE_STUDENT);
		uint32_t moderators = policy_role_caps(kind, ROLE_MODERATOR);
		uint32_t lecturers = policy_role_caps(kind, ROLE_LECTURER);

		CHECK(policy_role_caps(kind, ROLE_NONE) == 0);
		CHECK(policy_role_caps(kind, ROLE_OBSERVER) == 0);
		CHECK((policy_role_caps(kind, ROLE_GUEST) & ~students) == 0);
		CHECK((students & ~moderators) == 0 && (moderators & ~lecturers) == 0);
		CHECK(policy_role_caps(kind, ROLE_ADMIN) == (lecturers | CAP_SERVER));
		CHECK(!(students & (CAP_ADMIT | CAP_MODERATE | CAP_ROOM | CAP_RECORD |
				    CAP_LINKS | CAP_LIMIT | CAP_SERVER)));
		CHECK(!(moderators & (CAP_ROOM | CAP_RECORD | CAP_SERVER)));
	}
	CHECK(!(policy_role_caps(KIND_EXAM, ROLE_STUDENT) & (CAP_CHAT | CAP_SPEAK)));
	CHECK(!(policy_role_caps(KIND_LECTURE, ROLE_STUDENT) & CAP_SPEAK));
}

static void overrides(void)
{
	struct policy policy = {.kind = KIND_LECTURE};
	struct policy_own own = none;

	CHECK(policy_own_change(&own, CAP_SPEAK | CAP_CAMERA, CAP_CHAT) == 0);
	CHECK(policy_caps(&policy, ROLE_STUDENT, &own) & CAP_SPEAK);
	CHECK(!(policy_caps(&policy, ROLE_STUDENT, &own) & CAP_CHAT));
	/* what is said later counts */
	CHECK(policy_own_change(&own, CAP_CHAT, CAP_SPEAK) == 0);
	CHECK(own.grants == (CAP_CAMERA | CAP_CHAT) && own.denies == CAP_SPEAK);
	/* refused whole */
	CHECK(policy_own_change(&own, CAP_SHARE, CAP_SHARE) == -EINVAL);
	CHECK(policy_own_change(&own, CAP_SHARE | CAP_ROOM, 0) == -EINVAL);
	CHECK(policy_own_change(&own, CAP_SHARE, CAP_MODERATE) == -EINVAL);
	CHECK(policy_own_change(&own, CAP_ALL + 1u, 0) == -EINVAL);
	CHECK(own.grants == (CAP_CAMERA | CAP_CHAT) && own.denies == CAP_SPEAK);
	/* from a lecturer nothing is taken */
	own = (struct policy_own){0, CAP_SPEAK};
	CHECK(policy_caps(&policy, ROLE_LECTURER, &own) & CAP_SPEAK);
	CHECK(policy_caps(&policy, ROLE_ADMIN, &own) & CAP_SPEAK);
	CHECK(!(policy_caps(&policy, ROLE_MODERATOR, &own) & CAP_SPEAK));
}

static void locks(void)
{
	struct policy policy = {.kind = KIND_DISCUSSION, .locks = CAP_SPEAK | CAP_CHAT};
	const struct policy_own granted = {CAP_SPEAK, 0}, both = {CAP_CHAT, CAP_SPEAK};
	uint32_t caps = policy_caps(&policy, ROLE_STUDENT, &none);

	CHECK(!(caps & (CAP_SPEAK | CAP_CHAT)) && (caps & CAP_CAMERA));
	CHECK(policy_caps(&policy, ROLE_STUDENT, &granted) == (caps | CAP_SPEAK));
	CHECK(policy_caps(&policy, ROLE_STUDENT, &both) == (caps | CAP_CHAT));
	CHECK(policy_caps(&policy, ROLE_MODERATOR, &none) & CAP_SPEAK);
	CHECK(policy_staff(ROLE_MODERATOR) && !policy_staff(ROLE_INTERPRETER));
}

static void words(void)
{
	static const char *const bad[] = {"lectures",      "-",     "-record",
					  "-speak,-share", "+chat", "locked?"};
	struct policy policy, read, before;
	char text[POLICY_TEXT + 1], longer[POLICY_TEXT + 2];

	for (enum kind kind = KIND_DISCUSSION; kind < KINDS; kind++)
		for (uint32_t i = 0; i < 8; i++) {
			policy_preset(&policy, kind);
			CHECK(!policy.unwatched); /* unless somebody says so */
			policy.unwatched = i & 4;
			policy.locked = i & 1;
			policy.lobby = i & 2;
			policy.locks = (i & 3) == 3 ? CAPS_LOCKABLE : CAP_CHAT;
			policy_write(&policy, text, sizeof(text));
			memset(&read, 0, sizeof(read));
			CHECK(policy_read(&read, text) == 0);
			CHECK(read.kind == policy.kind && read.locked == policy.locked);
			CHECK(read.lobby == policy.lobby && read.locks == policy.locks);
			CHECK(read.unwatched == policy.unwatched);
		}
	CHECK(policy_read(&read, "") == 0 && read.kind == KIND_DISCUSSION);
	CHECK(!read.locked && !read.lobby && !read.locks);
	policy_preset(&read, KIND_EXAM);
	before = read;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(policy_read(&read, bad[i]) == -EINVAL);
	memset(longer, ' ', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK(policy_read(&read, longer) == -EINVAL);
	CHECK(read.kind == before.kind && read.lobby == before.lobby);
}

int main(void)
{
	names();
	the_table();
	overrides();
	locks();
	words();
	return 0;
}
