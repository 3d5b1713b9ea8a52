#include "signaling/session.h"

#include "base/count.h"
#include "base/limits.h"
#include "base/rand.h"
#include "base/ref.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of kept events that no other session has: with SESSION_EVENTS the bound
 * of a session's memory. */
#define OWN_MAX (256 * 1024)
/* Bytes of all kept events: a replay must fit into the queue of a connection,
 * beside what is new. Policy of all three: the oldest goes, and a client that
 * missed it gets a snapshot. */
#define REPLAY_MAX (LIMIT_WS_QUEUE_HARD / 2)
#define ENVELOPE   64 /* bytes around `d`, about */
#define RING_LEAST 16 /* events; powers of two, up to SESSION_EVENTS */

_Static_assert((SESSION_EVENTS & (SESSION_EVENTS - 1)) == 0, "the ring doubles");

struct session_text {
	struct ref ref;
	const char *type;
	char *d;
	size_t len; /* of d, and ENVELOPE */
	char *hint; /* the whole message without a number; NULL: not made yet */
};

struct kept {
	struct session_text *text;
	bool own; /* of this session alone */
};

struct session { /* control thread */
	char token[SESSION_TOKEN + 1];
	struct ws *ws; /* NULL: away */
	uint64_t seq;  /* of the newest event; 0: none yet */
	uint32_t n;    /* kept: the events seq - n + 1 .. seq */
	size_t bytes, own_bytes;
	struct kept *ring; /* event i at i % size; most sessions keep few */
	uint32_t size;
};

/* ---- texts ---------------------------------------------------------------- */

static void text_free(struct ref *ref)
{
	struct session_text *text = (struct session_text *)(void *)ref;

	free(text->d);
	free(text->hint);
	free(text);
}

struct session_text *session_text_create(const char *type, char *d)
{
	struct session_text *text = d ? malloc(sizeof(*text)) : NULL;

	_Static_assert(offsetof(struct session_text, ref) == 0, "text_free casts");
	if (!text) {
		free(d);
		return NULL;
	}
	ref_init(&text->ref, text_free);
	text->type = type;
	text->d = d;
	text->hint = NULL;
	text->len = strlen(d) + ENVELOPE;
	return text;
}

void session_text_put(struct session_text *text)
{
	if (text)
		ref_put(&text->ref);
}

/* Takes `d`. */
static struct session_text *text_of(const char *type, cJSON *d) RUNS_ON(on_ctl)
{
	char *printed = d ? cJSON_PrintUnformatted(d) : strdup("{}");

	cJSON_Delete(d);
	return session_text_create(type, printed);
}

/* ---- what is kept --------------------------------------------------------- */

static struct kept *slot(struct session *session, uint64_t seq)
{
	return &session->ring[seq & (session->size - 1)];
}

/* True when there is room for one more event: full, or without memory to grow, the
 * oldest has to go. */
static bool grow(struct session *session)
{
	struct session more = *session;

	if (session->n < session->size)
		return true;
	if (session->size == SESSION_EVENTS)
		return false;
	more.size = session->size ? session->size * 2 : RING_LEAST;
	more.ring = calloc(more.size, sizeof(*more.ring));
	if (!more.ring)
		return false;
	for (uint32_t i = 0; i < session->n; i++)
		*slot(&more, session->seq - i) = *slot(session, session->seq - i);
	free(session->ring);
	session->ring = more.ring;
	session->size = more.size;
	return true;
}

static void forget_oldest(struct session *session) RUNS_ON(on_ctl)
{
	struct kept *oldest = slot(session, session->seq - session->n + 1);

	session->bytes -= oldest->text->len;
	if (oldest->own)
		session->own_bytes -= oldest->text->len;
	session->n--;
	session_text_put(oldest->text);
	*oldest = (struct kept){NULL, false};
}

static void forget_all(struct session *session) RUNS_ON(on_ctl)
{
	while (session->n > 0)
		forget_oldest(session);
}

static void keep(struct session *session, struct session_text *text, bool own)
	RUNS_ON(on_ctl)
{
	if (!grow(session) && session->n)
		forget_oldest(session);
	session->seq++;
	if (!session->size)
		return; /* not kept: who missed it gets a snapshot */
	ref_get(&text->ref);
	session->n++;
	session->bytes += text->len;
	if (own)
		session->own_bytes += text->len;
	*slot(session, session->seq) = (struct kept){text, own};
	while (session->bytes > REPLAY_MAX || session->own_bytes > OWN_MAX)
		forget_oldest(session);
}

/* ---- life ----------------------------------------------------------------- */

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
	free(session->ring);
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

void session_alive(struct session *session, int64_t at_us)
{
	if (session->ws)
		ws_alive(session->ws, at_us);
}

/* ---- sending -------------------------------------------------------------- */

/* `seq` 0: none. What a lost connection did not take is replayed to the next
 * one; a connection that goes on must not miss one, so it ends instead. */
static void emit(struct session *session, const struct session_text *text, uint64_t seq)
	RUNS_ON(on_ctl)
{
	char *message;

	if (!session->ws)
		return;
	message = proto_event_text(text->type, seq, text->d);
	if (!message || ws_send(session->ws, message, strlen(message)) == -ENOMEM)
		ws_close(session->ws, 1013, "no memory");
	free(message);
}

static void event(struct session *session, struct session_text *text, bool own)
	RUNS_ON(on_ctl)
{
	if (!text) {
		/* It is lost: nobody may believe that nothing was. */
		forget_all(session);
		session->seq++;
		if (session->ws)
			ws_close(session->ws, 1013, "no memory");
		return;
	}
	emit(session, text, session->seq + 1);
	keep(session, text, own);
}

void session_event_shared(struct session *session, struct session_text *text)
{
	event(session, text, false);
}

void session_event(struct session *session, const char *type, cJSON *d)
{
	struct session_text *text = text_of(type, d);

	event(session, text, true);
	session_text_put(text);
}

static struct session_text *find(const struct session_alike *alike,
				 const struct session_text *text)
{
	for (uint32_t i = 0; i < SESSION_ALIKE; i++) {
		struct session_text *old = alike->texts[i];

		if (old && strcmp(old->type, text->type) == 0 &&
		    strcmp(old->d, text->d) == 0)
			return old;
	}
	return NULL;
}

void session_event_alike(struct session *session, struct session_alike *alike,
			 const char *type, cJSON *d)
{
	struct session_text *text = text_of(type, d), **oldest;
	struct session_text *old = text ? find(alike, text) : NULL;

	if (!old && text) {
		oldest = &alike->texts[alike->next++ % SESSION_ALIKE];
		session_text_put(*oldest);
		*oldest = text;
		ref_get(&text->ref);
	}
	event(session, old ? old : text, !old);
	session_text_put(text);
}

void session_alike_fini(struct session_alike *alike)
{
	for (uint32_t i = 0; i < SESSION_ALIKE; i++)
		session_text_put(alike->texts[i]);
	*alike = (struct session_alike){0};
}

void session_hint_shared(struct session *session, struct session_text *text)
{
	if (!session->ws || !text)
		return;
	if (!text->hint) /* the same for all */
		text->hint = proto_event_text(text->type, 0, text->d);
	if (text->hint)
		(void)ws_send_hint(session->ws, text->hint, strlen(text->hint));
}

void session_hint(struct session *session, const char *type, cJSON *d)
{
	struct session_text *text = text_of(type, d);

	session_hint_shared(session, text);
	session_text_put(text);
}

void session_send_once(struct session *session, const char *type, cJSON *d)
{
	struct session_text *text = text_of(type, d);

	if (text)
		emit(session, text, 0);
	session_text_put(text);
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
		emit(session, slot(session, i)->text, i);
	return whole;
}

uint64_t session_seq(const struct session *session)
{
	return session->seq;
}
