/* loadgen_ws.h - a WebSocket client that never waits: many of them on one thread.
 * Owner: its crew's thread. The TLS context is shared.
 */
#ifndef BENCH_LOADGEN_WS_H
#define BENCH_LOADGEN_WS_H

#include "base/attr.h"
#include "bench/loadgen.h"

#include <openssl/ssl.h>

#define LG_WS_MESSAGE (8u << 20) /* bytes of one; a longer one ends it */
#define LG_WS_OUT     (256u << 10)

struct lg_ws;

struct lg_ws_events {
	void *ctx;
	void (*open)(void *ctx);
	/* `text` ends with a zero and may be written to. */
	void (*text)(void *ctx, char *text, size_t len);
};

SSL_CTX *lg_ws_tls(void); /* NULL: no memory */

/* Begins to connect; the descriptor wants EPOLLIN | EPOLLOUT | EPOLLET. */
int lg_ws_create(struct lg_ws **out, const struct lg_options *options, SSL_CTX *tls,
		 const struct lg_ws_events *events) AULA_MUST_CHECK;
void lg_ws_destroy(struct lg_ws *ws); /* NULL is accepted */
int lg_ws_fd(const struct lg_ws *ws);

/* Does what can be done now. 0; -EPIPE: closed by the server, see lg_ws_code();
 * another negative errno: broken. */
int lg_ws_step(struct lg_ws *ws) AULA_MUST_CHECK;
/* -ENOBUFS when LG_WS_OUT wait. */
int lg_ws_send(struct lg_ws *ws, const char *text, size_t len) AULA_MUST_CHECK;
unsigned lg_ws_code(const struct lg_ws *ws);  /* the HTTP status, or of the close frame */
uint64_t lg_ws_bytes(const struct lg_ws *ws); /* read */

#endif
