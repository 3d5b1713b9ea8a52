/* Keys of sessions are shorter than their tokens: two members whose tokens begin
 * alike both get one.
 */
#include "signaling/session.h"

#include "tests/test.h"

/* The code under test makes its sessions here. */
#define session_create  made_create
#define session_destroy made_destroy
#define session_token   made_token
static int made_create(struct session **out);
static void made_destroy(struct session *session);
static const char *made_token(const struct session *session);
#include "mcu/member.c"

static struct session {
	const char *token;
	bool alive;
} made[16];
static const char *const *next;
static int n_made;

static int made_create(struct session **out)
{
	made[n_made] = (struct session){next[n_made], true};
	*out = &made[n_made++];
	return 0;
}

static void made_destroy(struct session *session)
{
	if (session)
		session->alive = false;
}

static const char *made_token(const struct session *session)
{
	return session->token;
}

int main(void)
{
	static const char *const tokens[16] = {
		"abcdefAAAA", "abcdefBBBB", "abcdefCCCC", "xyzdefAAAA",
		"abcdefDDDD", "abcdefDDDD", "abcdefDDDD", "abcdefDDDD",
		"abcdefDDDD", "abcdefDDDD", "abcdefDDDD", "abcdefDDDD",
	};
	static struct server server;
	struct member a = {.server = &server}, b = {.server = &server},
		      c = {.server = &server};

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	next = tokens;
	CHECK(session_open(&a) == 0 && n_made == 1);
	CHECK(session_open(&b) == 0 && n_made == 4);
	CHECK(!made[1].alive && !made[2].alive && made[3].alive);
	CHECK(member_by_session(&server, "abcdefAAAA") == &a);
	CHECK(member_by_session(&server, "xyzdefAAAA") == &b);
	/* not for ever */
	CHECK(session_open(&c) == -EEXIST && n_made == 4 + TOKEN_TRIES && !c.session);
	CHECK(member_by_session(&server, "abcdefAAAA") == &a);
	session_close(&c);
	session_close(&b);
	CHECK(!made[3].alive && !member_by_session(&server, "xyzdefAAAA"));
	idmap_fini(&server.session_of);
	return 0;
}
