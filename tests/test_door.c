/* Who may come in, and how fast: the commands join and resume against a class that
 * only counts. Time is the test's.
 */
#include "mcu/command.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "mcu/breakout.h"
#include "mcu/call.h"
#include "mcu/guess.h"
#include "mcu/joins.h"
#include "mcu/live.h"
#include "mcu/lobby.h"
#include "mcu/notice.h"
#include "mcu/notice_tools.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mcu/roster.h"
#include "mcu/seats.h"
#include "signaling/session.h"
#include "tests/test.h"

#define START (5 * SEC_US)

struct ws {
	char ip[46];
};

static struct conf conf;
static struct server server = {.conf = &conf};
static struct room *room;
static struct member members[2000]; /* all that ever joined */
static uint32_t n_joined, n_back;

/* ---- what is behind the door --------------------------------------------------- */

const char *ws_remote_ip(const struct ws *ws)
{
	return ws->ip;
}

bool auth_key_matches(const struct auth_key *key, const char *purpose, const char *token)
{
	(void)key;
	return strncmp(purpose, "lecturer:", 9) == 0 && strcmp(token, "good") == 0;
}

struct room *room_by_code(struct server *of, const char *code)
{
	(void)of;
	return strcmp(code, "K7M4QXW") == 0 ? room : NULL;
}

void room_role_purpose(const char *code, enum role role, char out[ROOM_PURPOSE_MAX])
{
	snprintf(out, ROOM_PURPOSE_MAX, "%s:%s", role_name(role), code);
}

void seat_fresh(char id[SEAT_ID + 1])
{
	id[0] = '\0';
}

bool seat_read(const struct room *of, const char *token, char id[SEAT_ID + 1])
{
	(void)of;
	(void)token;
	(void)id;
	return false;
}

enum gate seats_gate(const struct room *of, enum role role, const char *id,
		     const char *ip)
{
	(void)of;
	(void)role;
	(void)id;
	(void)ip;
	return GATE_OPEN;
}

void seats_take_over(struct member *member)
{
	(void)member;
}

uint32_t breakout_crowd(const struct room *of)
{
	(void)of;
	return 0;
}

bool breakout_arrive(struct member *member)
{
	(void)member;
	return false;
}

void live_park(struct member *member)
{
	(void)member;
}

void lobby_knock(struct member *member)
{
	(void)member;
}

bool member_may(const struct member *member, uint32_t caps)
{
	(void)member;
	(void)caps;
	return true;
}

int member_join(struct member **out, const struct member_conf *of)
{
	struct member *member = &members[n_joined++];

	CHECK(n_joined < 2000);
	*member = (struct member){.server = of->server, .room = of->room};
	member->role = of->role;
	member->from = subscriber_of(of->ws->ip);
	room->members[room->n_members++] = member;
	*out = member;
	return 0;
}

int member_enter(struct member *member, const struct member_entry *entry)
{
	(void)member;
	(void)entry;
	return 0;
}

void call_enter(struct member *member)
{
	(void)member;
}

cJSON *notice_porch(const struct member *member)
{
	(void)member;
	return NULL;
}

struct member *member_by_session(struct server *of, const char *token)
{
	(void)of;
	return *token == 's' ? &members[atoi(token + 1)] : NULL;
}

void member_back(struct member *member, struct ws *ws)
{
	(void)member;
	(void)ws;
	n_back++;
}

void member_leave(struct member *member, const char *why, const char *bye)
{
	(void)why;
	(void)bye;
	for (uint32_t i = 0; i < room->n_members; i++)
		if (room->members[i] == member)
			room->members[i] = room->members[--room->n_members];
}

bool session_can_replay(const struct session *session, uint64_t seq)
{
	(void)session;
	(void)seq;
	return true;
}

bool session_replay(struct session *session, uint64_t seq)
{
	return session_can_replay(session, seq);
}

cJSON *notice_snapshot(const struct member *member, bool resumed)
{
	(void)member;
	(void)resumed;
	return NULL;
}

void notice_tools_to(const struct member *member)
{
	(void)member;
}

void notice_asks(const struct member *member)
{
	(void)member;
}

void notice_roster_to(const struct member *member)
{
	(void)member;
}

int call_offer(struct member *member)
{
	(void)member;
	return 0;
}

int call_resume(struct member *member)
{
	(void)member;
	return 0;
}

enum shed overload_shed(const struct overload *o)
{
	(void)o;
	return (enum shed)0;
}

/* ---- asking ---------------------------------------------------------------------- */

static uint32_t after_ms;

static const char *ask(command_fn *run, const char *ip, const char *d) RUNS_ON(on_ctl)
{
	struct ws ws = {""};
	struct command c = {.server = &server, .ws = &ws, .d = cJSON_Parse(d)};
	const char *code;

	CHECK(c.d);
	snprintf(ws.ip, sizeof(ws.ip), "%s", ip);
	code = run(&c);
	after_ms = c.after_ms;
	CHECK(!code == !!c.member);
	cJSON_Delete(c.reply);
	cJSON_Delete((cJSON *)(uintptr_t)c.d);
	return code ? code : "";
}

static const char *join(const char *ip, const char *code, const char *token)
	RUNS_ON(on_ctl)
{
	char d[200];

	snprintf(d, sizeof(d), "{\"code\":\"%s\",\"name\":\"A\",\"token\":\"%s\"}", code,
		 token);
	return ask(cmd_join, ip, d);
}

static const char *resume(int i) RUNS_ON(on_ctl)
{
	char d[60];

	snprintf(d, sizeof(d), "{\"token\":\"s%d\",\"seq\":0}", i);
	return ask(cmd_resume, "192.0.2.1", d);
}

static void begin(void) RUNS_ON(on_ctl)
{
	const struct bucket_rate rate = {LIMIT_JOINS_IP_SEC, LIMIT_JOINS_IP_BURST};

	conf.max_joins = LIMIT_JOINS_SEC;
	free(room);
	room = calloc(1, sizeof(*room));
	CHECK(room);
	room->server = &server;
	server.loaded = true;
	n_joined = n_back = 0;
	joins_destroy(server.joins);
	guess_destroy(server.guess);
	CHECK(joins_create(&server.joins, &rate) == 0);
	CHECK(guess_create(&server.guess) == 0);
	clock_fake(START);
}

#define IS(what, code) CHECK(strcmp(what, code) == 0)

/* A pupil behind the address of a school guesses codes: whoever has the code of a
 * class that is already there comes in, all others wait. */
static void test_guesser(void) RUNS_ON(on_ctl)
{
	begin();
	for (int i = 0; i < GUESS_WRONG_IP; i++)
		IS(join("192.0.2.1", "AAAAAAA", ""), "no_room");
	IS(join("192.0.2.1", "AAAAAAA", ""), "too_fast");
	IS(join("192.0.2.1", "K7M4QXW", ""), "too_fast"); /* nobody is there yet */
	IS(join("192.0.2.9", "K7M4QXW", ""), "");
	IS(join("192.0.2.1", "K7M4QXW", ""), "too_fast"); /* not from there */
	IS(join("192.0.2.1", "K7M4QXW", "good"), "");     /* the lecturer always may */
	IS(join("192.0.2.1", "K7M4QXW", ""), "");
	IS(join("::ffff:192.0.2.1", "K7M4QXW", ""), "");
	IS(join("192.0.2.1", "AAAAAAA", ""), "too_fast");
	IS(join("192.0.2.1", "K7M4QXW", "bad"), "too_fast");
	CHECK(n_joined == 4);
}

/* A loop of join and leave. */
static void test_loop(void) RUNS_ON(on_ctl)
{
	begin();
	for (int ms = 0; ms < 5000; ms += 5) {
		clock_fake(START + ms * MS_US);
		if (*join("192.0.2.1", "K7M4QXW", "") == 0)
			member_leave(&members[n_joined - 1], "left", NULL);
		else
			CHECK(after_ms > 0 && after_ms <= JOINS_LONGEST_MS);
	}
	CHECK(n_joined >= LIMIT_JOINS_IP_BURST + 4 * LIMIT_JOINS_IP_SEC);
	CHECK(n_joined <= LIMIT_JOINS_IP_BURST + 5 * LIMIT_JOINS_IP_SEC);
	IS(join("192.0.2.1", "K7M4QXW", "good"), ""); /* not the lecturer */
	IS(join("192.0.2.2", "K7M4QXW", ""), "");     /* nor others */
}

/* Many addresses: the class has a rate of its own. */
static void test_flood(void) RUNS_ON(on_ctl)
{
	char ip[32];

	begin();
	for (int i = 0; i < 4000; i++) {
		clock_fake(START + i * MS_US);
		snprintf(ip, sizeof(ip), "10.0.%d.%d", i >> 8, i & 255);
		(void)join(ip, "K7M4QXW", "");
	}
	CHECK(n_joined >= LIMIT_JOINS_BURST + 3 * LIMIT_JOINS_SEC);
	CHECK(n_joined <= LIMIT_JOINS_BURST + 4 * LIMIT_JOINS_SEC + 1);
	conf.max_joins = 10000;
	snprintf(ip, sizeof(ip), "10.1.0.1");
	clock_fake(START + 4100 * MS_US);
	IS(join(ip, "K7M4QXW", ""), "");
}

/* One member that comes and goes: it alone waits. A whole class that comes back
 * does not. */
static void test_resumes(void) RUNS_ON(on_ctl)
{
	begin();
	for (int i = 0; i < 1000; i++)
		CHECK(member_join(&(struct member *){NULL},
				  &(struct member_conf){
					  .server = &server,
					  .room = room,
					  .role = ROLE_STUDENT,
					  .ws = &(struct ws){"10.0.0.1"}}) == 0);
	for (int i = 0; i < ROSTER_LISTED; i++)
		members[i].listed = true;
	for (int i = 0; i < 1000; i++)
		IS(resume(i), "");
	for (int i = 0; i < 100; i++) {
		(void)resume(7);
		CHECK(n_back < 1000 + LIMIT_RESUMES_BURST);
	}
	IS(resume(7), "too_fast");
	CHECK(after_ms == 1000);
	clock_fake(START + SEC_US);
	IS(resume(7), "");
	IS(resume(8), "");
	members[7].role = ROLE_LECTURER;
	for (int i = 0; i < 100; i++)
		IS(resume(7), "");
	/* many listed ones, each at the pace of its own: the class is not told of
	 * more than of those who join */
	n_back = 0;
	for (int k = 0; k < 10; k++)
		for (int i = 10; i < ROSTER_LISTED; i++)
			(void)resume(i);
	CHECK(n_back <= LIMIT_JOINS_BURST);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	test_guesser();
	test_loop();
	test_flood();
	test_resumes();
	joins_destroy(server.joins);
	guess_destroy(server.guess);
	free(room);
	return 0;
}
