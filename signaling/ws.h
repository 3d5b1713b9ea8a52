/* ws.h - WebSocket connections (RFC 6455) below http.h; framing by wslay.
 * Control thread.
 */
#ifndef SIGNALING_WS_H
#define SIGNALING_WS_H

#include "signaling/http_conn.h"

/* A request for /ws: answers 101 and takes the connection over, or refuses. */
void ws_upgrade(struct http_request *req) RUNS_ON(on_ctl);

/* What the connection tells: bytes came; all or much of the output was sent;
 * the timer; the end. */
void ws_on_input(struct ws *ws) RUNS_ON(on_ctl);
void ws_on_drained(struct ws *ws) RUNS_ON(on_ctl);
void ws_on_timer(struct ws *ws) RUNS_ON(on_ctl);
void ws_destroy(struct ws *ws) RUNS_ON(on_ctl); /* calls ws_closed */

/* ws_check.c: 0, or the status to refuse the upgrade with. */
int ws_check(const struct http_server *server, const struct http_head *head);
/* The Origin of a page, or NULL of a native client, may talk to us? */
bool ws_origin_ok(const struct http_conf *conf, const char *origin, const char *host);

#endif
