/* wsc.h - a WebSocket client of the server's protocol that never waits: many of them
 * on one thread, or one with poll(). Each is one thread's; the TLS context is shared.
 */
#ifndef CTL_WSC_H
#define CTL_WSC_H

#include "base/attr.h"
#include <openssl/types.h>
#include <stddef.h>
#include <stdint.h>

#define WSC_MESSAGE (8u << 20) /* bytes of one; a longer one ends it */
#define WSC_OUT     (256u << 10)

struct wsc;

struct wsc_events {
	void *ctx;
	void (*open)(void *ctx);
	/* `text` ends with a zero and may be written to. */
	void (*text)(void *ctx, char *text, size_t len);
};

/* Where to. The texts need not outlive the call. */
struct wsc_to {
	const char *address; /* an IP address */
	uint16_t port;
	const char *name; /* what it is asked for as, in TLS too; NULL: the address */
	SSL_CTX *tls;     /* NULL: plain */
};

/* A context for clients that judges no certificate; NULL: no memory. */
SSL_CTX *wsc_tls(void);

/* Begins to connect; the descriptor wants EPOLLIN | EPOLLOUT | EPOLLET. -EINVAL: the
 * address is none, or the name too long. */
int wsc_create(struct wsc **out, const struct wsc_to *to,
	       const struct wsc_events *events) AULA_MUST_CHECK;
void wsc_destroy(struct wsc *ws); /* NULL is accepted */
int wsc_fd(const struct wsc *ws);
short wsc_wants(const struct wsc *ws); /* of poll(), for who does not use edges */
/* Why the certificate was not taken, a number of X509_V_; 0: it was, or was not judged.
 */
long wsc_verdict(const struct wsc *ws);

/* Does what can be done now. 0; -EPIPE: closed by the server, see wsc_code();
 * another negative errno: broken. */
int wsc_step(struct wsc *ws) AULA_MUST_CHECK;
/* -ENOBUFS when WSC_OUT wait. */
int wsc_send(struct wsc *ws, const char *text, size_t len) AULA_MUST_CHECK;
unsigned wsc_code(const struct wsc *ws);  /* the HTTP status, or of the close frame */
uint64_t wsc_bytes(const struct wsc *ws); /* read */

#endif
