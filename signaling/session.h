/* session.h - what survives a lost WebSocket: the numbered events of one
 * client, so that it can resume with the last number it saw. Control thread.
 */
#ifndef SIGNALING_SESSION_H
#define SIGNALING_SESSION_H

#include "base/attr.h"
#include "base/thread.h"
#include "signaling/http.h"
#include "signaling/proto.h"

#define SESSION_EVENTS 512 /* kept; the oldest goes: a longer gap needs a snapshot */
#define SESSION_TOKEN  32  /* characters */

struct session;
struct session_text; /* type and `d` of an event, counted: one for a whole class */

int session_create(struct session **out) RUNS_ON(on_ctl) AULA_MUST_CHECK;
void session_destroy(struct session *session)
	RUNS_ON(on_ctl); /* detaches; NULL is accepted */

const char *session_token(const struct session *session);

/* Binds it to a connection (NULL: unbinds) and calls ws_keep. A connection that
 * was bound before is closed with code 4409: one client, one connection. */
void session_attach(struct session *session, struct ws *ws) RUNS_ON(on_ctl);
struct ws *session_ws(const struct session *session);
/* Its client was heard by another way at this time, of clock_us(): see ws_alive(). */
void session_alive(struct session *session, int64_t at_us) RUNS_ON(on_ctl);

/* `type` is a constant. Takes `d`, the text of a JSON object for free(). NULL
 * without memory, and when `d` is NULL. session_text_put lets go of it, and
 * accepts NULL. */
struct session_text *session_text_create(const char *type, char *d) RUNS_ON(on_ctl);
void session_text_put(struct session_text *text) RUNS_ON(on_ctl);

/* Numbers, keeps and (when attached) sends an event. The session keeps the text
 * itself and no copy. NULL, for want of memory, is an event that is lost: after
 * it the client gets a snapshot instead of a replay. */
void session_event_shared(struct session *session, struct session_text *text)
	RUNS_ON(on_ctl);
/* The same for one session alone. Takes `d` (NULL: {}). */
void session_event(struct session *session, const char *type, cJSON *d) RUNS_ON(on_ctl);

/* What the members of a class are told one by one, but mostly alike: the last few texts,
 * so that thousands of sessions keep the same one. A zeroed one is empty. */
#define SESSION_ALIKE 8
struct session_alike {
	struct session_text *texts[SESSION_ALIKE];
	uint32_t next; /* the oldest, which goes */
};
void session_event_alike(struct session *session, struct session_alike *alike,
			 const char *type, cJSON *d) RUNS_ON(on_ctl);
void session_alike_fini(struct session_alike *alike) RUNS_ON(on_ctl);

/* Without number and memory, for what is soon stale: not sent to a client that
 * is behind, see ws_send_hint. NULL is accepted. */
void session_hint_shared(struct session *session, struct session_text *text)
	RUNS_ON(on_ctl);
void session_hint(struct session *session, const char *type, cJSON *d) RUNS_ON(on_ctl);

/* Without number and memory, but whoever is attached gets it: for what is good on
 * this connection only. Takes `d`. */
void session_send_once(struct session *session, const char *type, cJSON *d)
	RUNS_ON(on_ctl);

/* Sends all events after `seq`. False when some of them are gone: the caller
 * sends a snapshot. session_can_replay says it before anything is sent. */
bool session_can_replay(const struct session *session, uint64_t seq) RUNS_ON(on_ctl);
bool session_replay(struct session *session, uint64_t seq) RUNS_ON(on_ctl);
uint64_t session_seq(const struct session *session);

#endif
