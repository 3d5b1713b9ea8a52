#include "signaling/session.h"

#include "base/count.h"
#include "base/rand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of kept events. With SESSION_EVENTS the bound of a session's memory;
 * policy of both: the oldest goes, and a client that missed it gets a snapshot. */
#define BYTES_MAX (256 * 1024)

struct kept {
	char *text;
	size_t len;
};

struct session { /* control thread */
	char token[SESSION_TOKEN + 1];
	struct ws *ws; /* NULL: away */
	uint64_t seq;  /* of the newest event; 0: none yet */
	uint32_t n;    /* kept: the events seq - n + 1 .. seq */
	size_t bytes;
	struct kept ring[SESSION_EVENTS]; /* event i at i % SESSION_EVENTS */
};

static struct kept *slot(struct session *session, uint64_t seq)
{
	return &session->ring[seq % SESSION_EVENTS];
}

static void forget_oldest(struct session *session)
{
	struct kept *oldest = slot(session, session->seq - session->n + 1);

	session->bytes -= oldest->len;
	session->n--;
	free(oldest->text);
	*oldest = (struct kept){NULL, 0};
}

static void forget_all(struct session *session)
{
	while (session->n > 0)
		forget_oldest(session);
}

int session_create(struct session **out)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return -ENOMEM;
	rand_token(session->token, SESSION_TOKEN);
	*out = session;
	return 0;
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	forget_all(session);
	free(session);
}

const char *session_token(const struct session *session)
{
	return session->token;
}

void session_attach(struct session *session, struct ws *ws)
{
	struct ws *before = session->ws;

	if (before == ws)
		return;
	session->ws = ws;
	if (before && ws)
		ws_close(before, 4409, "replaced");
	if (ws)
		ws_keep(ws);
}

struct ws *session_ws(const struct session *session)
{
	return session->ws;
}

/* Takes the text. */
static void keep(struct session *session, char *text, size_t len)
{
	if (session->n == SESSION_EVENTS)
		forget_oldest(session);
	session->seq++;
	session->n++;
	session->bytes += len;
	*slot(session, session->seq) = (struct kept){text, len};
	while (session->bytes > BYTES_MAX)
		forget_oldest(session);
}

static void send_text(struct session *session, const char *text, size_t len)
	RUNS_ON(on_ctl)
{
	/* What a lost connection did not take is replayed to the next one. */
	if (session->ws)
		(void)ws_send(session->ws, text, len);
}

/* Takes the text, NULL when there was no memory for it. */
static void event(struct session *session, char *text) RUNS_ON(on_ctl)
{
	size_t len;

	if (!text) {
		/* It is lost: nobody may believe that nothing was. */
		forget_all(session);
		session->seq++;
		return;
	}
	len = strlen(text);
	send_text(session, text, len);
	keep(session, text, len);
}

void session_event(struct session *session, const char *type, cJSON *d)
{
	event(session, proto_event(type, session->seq + 1, d));
}

void session_event_text(struct session *session, const char *type, const char *d)
{
	event(session, proto_event_text(type, session->seq + 1, d));
}

void session_hint_text(struct session *session, const char *type, const char *d)
{
	char *text = session->ws ? proto_event_text(type, 0, d) : NULL;

	if (text)
		send_text(session, text, strlen(text));
	free(text);
}

void session_hint(struct session *session, const char *type, cJSON *d)
{
	char *text;

	if (!session->ws) {
		cJSON_Delete(d);
		return;
	}
	text = proto_event(type, 0, d);
	if (text)
		send_text(session, text, strlen(text));
	free(text);
}

bool session_can_replay(const struct session *session, uint64_t seq)
{
	return seq <= session->seq && session->seq - seq <= session->n;
}

bool session_replay(struct session *session, uint64_t seq)
{
	bool whole = session_can_replay(session, seq);

	count_add(whole ? COUNT_WS_RESUMED : COUNT_WS_SNAPSHOT, 1);
	for (uint64_t i = seq + 1; whole && i <= session->seq; i++)
		send_text(session, slot(session, i)->text, slot(session, i)->len);
	return whole;
}

uint64_t session_seq(const struct session *session)
{
	return session->seq;
}
