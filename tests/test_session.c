/* Sessions against a WebSocket that only writes down what it is asked to do. */
#include "signaling/session.h"

#include "base/count.h"
#include "tests/test.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

struct ws {
	int n_texts, n_keeps, n_hints;
	uint16_t code;
	int err; /* of each ws_send */
	bool behind;
	char last[70000];
};

int ws_send(struct ws *ws, const char *text, size_t len)
{
	CHECK(strlen(text) == len && len < sizeof(ws->last));
	if (ws->err)
		return ws->err;
	memcpy(ws->last, text, len + 1);
	ws->n_texts++;
	return 0;
}

int ws_send_hint(struct ws *ws, const char *text, size_t len)
{
	if (ws->behind)
		return -EAGAIN;
	ws->n_hints++;
	return ws_send(ws, text, len);
}

void ws_close(struct ws *ws, uint16_t code, const char *reason)
{
	(void)reason;
	ws->code = code;
}

void ws_alive(struct ws *ws, int64_t at_us)
{
	(void)ws;
	(void)at_us;
}

void ws_keep(struct ws *ws)
{
	ws->n_keeps++;
}

static struct ws a, b;

static void event(struct session *s, int i) RUNS_ON(on_ctl)
{
	cJSON *d = cJSON_CreateObject();

	CHECK(d && cJSON_AddNumberToObject(d, "i", i));
	session_event(s, "chat.msg", d);
}

static struct session *make(void) RUNS_ON(on_ctl)
{
	struct session *s = NULL;

	CHECK(session_create(&s) == 0);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	return s;
}

static void test_events(void) RUNS_ON(on_ctl)
{
	struct session *s = make(), *other;

	CHECK(strlen(session_token(s)) == SESSION_TOKEN);
	CHECK(session_create(&other) == 0);
	CHECK(strcmp(session_token(s), session_token(other)) != 0);
	session_destroy(other);
	session_destroy(NULL);

	event(s, 1); /* nobody there: kept */
	session_attach(s, &a);
	CHECK(a.n_keeps == 1 && session_ws(s) == &a && a.n_texts == 0);
	event(s, 2);
	CHECK(strcmp(a.last, "{\"t\":\"chat.msg\",\"seq\":2,\"d\":{\"i\":2}}") == 0);
	session_hint(s, "speakers", NULL);
	CHECK(strcmp(a.last, "{\"t\":\"speakers\",\"d\":{}}") == 0);
	CHECK(session_seq(s) == 2 && a.n_texts == 2);
	CHECK(session_replay(s, 0) && a.n_texts == 4);
	CHECK(session_replay(s, 1) && a.n_texts == 5);
	CHECK(session_replay(s, 2) && a.n_texts == 5);
	CHECK(!session_replay(s, 3) && a.n_texts == 5);
	CHECK(!session_replay(s, UINT64_MAX));
	session_destroy(s);
}

static void test_attach(void) RUNS_ON(on_ctl)
{
	struct session *s = make();

	session_attach(s, &a);
	session_attach(s, &a);
	CHECK(a.n_keeps == 1 && a.code == 0);
	session_attach(s, &b);
	CHECK(a.code == 4409 && b.n_keeps == 1 && session_ws(s) == &b);
	session_attach(s, NULL);
	CHECK(b.code == 0 && !session_ws(s));
	session_hint(s, "speakers", cJSON_CreateObject());
	CHECK(b.n_texts == 0);
	b.err = -EPIPE;
	session_attach(s, &b);
	event(s, 1);
	session_attach(s, &a);
	CHECK(session_replay(s, 0) && a.n_texts == 1);
	session_destroy(s);
}

static void test_gap(void) RUNS_ON(on_ctl)
{
	struct session *s = make();
	int64_t resumed = count_get(COUNT_WS_RESUMED),
		snapshot = count_get(COUNT_WS_SNAPSHOT);

	for (int i = 1; i <= SESSION_EVENTS + 10; i++)
		event(s, i);
	session_attach(s, &a);
	CHECK(!session_replay(s, 0) && !session_replay(s, 9) && a.n_texts == 0);
	CHECK(session_replay(s, 10) && a.n_texts == SESSION_EVENTS);
	CHECK(strstr(a.last, "\"seq\":522,"));
	CHECK(count_get(COUNT_WS_RESUMED) == resumed + 1);
	CHECK(count_get(COUNT_WS_SNAPSHOT) == snapshot + 2);
	session_destroy(s);
}

/* Large events: memory is bounded by bytes as well. */
static void test_bytes(void) RUNS_ON(on_ctl)
{
	static char sdp[60001];
	struct session *s = make();

	memset(sdp, 's', sizeof(sdp) - 1);
	for (int i = 0; i < 10; i++) {
		cJSON *d = cJSON_CreateObject();

		CHECK(cJSON_AddStringToObject(d, "sdp", sdp));
		session_event(s, "rtc.offer", d);
	}
	session_attach(s, &a);
	CHECK(!session_replay(s, 5));
	CHECK(session_replay(s, 6) && a.n_texts == 4);
	session_destroy(s);
}

/* A text of `len` bytes, and what surrounds them. */
static struct session_text *text_of(size_t len) RUNS_ON(on_ctl)
{
	char *d = malloc(len + 20);
	struct session_text *text;

	CHECK(d);
	strcpy(d, "{\"x\":\"");
	memset(d + 6, 'x', len);
	strcpy(d + 6 + len, "\"}");
	text = session_text_create("chat.msg", d);
	CHECK(text);
	return text;
}

static cJSON *level(int n)
{
	cJSON *d = cJSON_CreateObject();

	CHECK(cJSON_AddNumberToObject(d, "n", n));
	return d;
}

/* Told one by one, but alike: the words are right whoever else was told them. */
static void test_alike(void) RUNS_ON(on_ctl)
{
	struct session_alike alike = {0};
	struct session *s = make(), *other;

	CHECK(session_create(&other) == 0);
	session_attach(s, &a);
	session_attach(other, &b);
	for (int i = 0; i < 3 * SESSION_ALIKE; i++) {
		session_event_alike(s, &alike, "quality", level(i));
		session_event_alike(other, &alike, "quality", level(i % 2));
	}
	CHECK(alike.next >= 3 * SESSION_ALIKE); /* the oldest went */
	session_event_alike(s, &alike, "layout", level(1));
	CHECK(strcmp(a.last, "{\"t\":\"layout\",\"seq\":25,\"d\":{\"n\":1}}") == 0);
	CHECK(strcmp(b.last, "{\"t\":\"quality\",\"seq\":24,\"d\":{\"n\":1}}") == 0);
	session_alike_fini(&alike);
	CHECK(!alike.texts[0] && !alike.texts[SESSION_ALIKE - 1]);
	CHECK(session_replay(s, 24)); /* sessions keep what they were told */
	CHECK(strcmp(a.last, "{\"t\":\"layout\",\"seq\":25,\"d\":{\"n\":1}}") == 0);
	session_destroy(s);
	session_destroy(other);
}

/* One text, each session's own number around it. */
static void test_shared(void) RUNS_ON(on_ctl)
{
	struct session *s = make(), *other;
	struct session_text *text = text_of(3);

	CHECK(session_create(&other) == 0);
	session_attach(s, &a);
	session_attach(other, &b);
	event(other, 1);
	session_event_shared(s, text);
	session_event_shared(other, text);
	session_hint_shared(s, text);
	session_text_put(text);
	CHECK(a.n_texts == 2 && a.n_hints == 1 && b.n_hints == 0);
	CHECK(strcmp(a.last, "{\"t\":\"chat.msg\",\"d\":{\"x\":\"xxx\"}}") == 0);
	CHECK(strcmp(b.last, "{\"t\":\"chat.msg\",\"seq\":2,\"d\":{\"x\":\"xxx\"}}") ==
	      0);
	session_destroy(other);
	CHECK(session_replay(s, 0) && a.n_texts == 3);
	CHECK(strcmp(a.last, "{\"t\":\"chat.msg\",\"seq\":1,\"d\":{\"x\":\"xxx\"}}") ==
	      0);
	CHECK(session_seq(s) == 1);
	session_destroy(s);
	session_text_put(NULL);
	CHECK(!session_text_create("chat.msg", NULL));
}

#define CLASS 100

/* What a whole class keeps is there once. */
static void test_memory(void) RUNS_ON(on_ctl)
{
	static struct session *sessions[CLASS];
	size_t before, used;

	for (int i = 0; i < CLASS; i++)
		CHECK(session_create(&sessions[i]) == 0);
	before = mallinfo2().uordblks;
	for (int k = 0; k < SESSION_EVENTS; k++) {
		struct session_text *text = text_of(1000);

		for (int i = 0; i < CLASS; i++)
			session_event_shared(sessions[i], text);
		session_text_put(text);
	}
	used = mallinfo2().uordblks - before;
	for (int i = 0; i < CLASS; i++) {
		CHECK(session_can_replay(sessions[i], 0));
		session_destroy(sessions[i]);
	}
	/* beside the list that each has of it; not where a sanitizer has its own malloc:
	 * there it is 0 */
	CHECK(used < (size_t)SESSION_EVENTS * (1400 + CLASS * 17));
}

/* A replay fits into the queue of a connection. */
static void test_replay_bytes(void) RUNS_ON(on_ctl)
{
	struct session *s = make();
	struct session_text *text = text_of(60000);

	for (int i = 0; i < 40; i++)
		session_event_shared(s, text);
	session_text_put(text);
	session_attach(s, &a);
	CHECK(!session_can_replay(s, 40 - 18));
	CHECK(session_replay(s, 40 - 17) && a.n_texts == 17);
	session_destroy(s);
}

/* Sent to who is there, and to nobody later. */
static void test_once(void) RUNS_ON(on_ctl)
{
	struct session *s = make();
	cJSON *d = cJSON_CreateObject();

	session_send_once(s, "rtc.offer", NULL);
	session_attach(s, &a);
	CHECK(session_replay(s, 0) && a.n_texts == 0);
	CHECK(d && cJSON_AddNumberToObject(d, "v", 1));
	a.behind = true; /* of hints only */
	session_hint(s, "speakers", NULL);
	CHECK(a.n_texts == 0);
	session_send_once(s, "rtc.offer", d);
	CHECK(strcmp(a.last, "{\"t\":\"rtc.offer\",\"d\":{\"v\":1}}") == 0);
	CHECK(a.n_texts == 1 && session_seq(s) == 0);
	session_destroy(s);
}

/* No memory: a client never goes on as if it had seen everything. */
static void test_lost(void) RUNS_ON(on_ctl)
{
	struct session *s = make();

	event(s, 1);
	session_event_shared(s, NULL);
	CHECK(session_seq(s) == 2 && !session_can_replay(s, 1));
	session_hint_shared(s, NULL);
	/* who is there would go on without it, so it ends, and resumes */
	memset(&b, 0, sizeof(b));
	session_attach(s, &b);
	session_event_shared(s, NULL);
	CHECK(b.code == 1013 && session_seq(s) == 3);
	session_attach(s, &a);
	a.err = -ENOMEM;
	event(s, 3);
	CHECK(a.code == 1013 && session_can_replay(s, 3) && !session_can_replay(s, 2));
	session_destroy(s);
}

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	test_events();
	test_attach();
	test_gap();
	test_bytes();
	test_alike();
	test_shared();
	test_memory();
	test_replay_bytes();
	test_once();
	test_lost();
	return 0;
}
