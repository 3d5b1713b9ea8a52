/* Sessions against a WebSocket that only writes down what it is asked to do. */
#include "signaling/session.h"

#include "base/count.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

struct ws {
	int n_texts, n_keeps;
	uint16_t code;
	bool broken;
	char last[70000];
};

int ws_send(struct ws *ws, const char *text, size_t len)
{
	CHECK(strlen(text) == len && len < sizeof(ws->last));
	if (ws->broken)
		return -EPIPE;
	memcpy(ws->last, text, len + 1);
	ws->n_texts++;
	return 0;
}

void ws_close(struct ws *ws, uint16_t code, const char *reason)
{
	(void)reason;
	ws->code = code;
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
	b.broken = true;
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

int main(void)
{
	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	test_events();
	test_attach();
	test_gap();
	test_bytes();
	return 0;
}
