/* ws_client.h - a WebSocket client for tests: blocking, with deadlines, and able
 * to break the rules when told to.
 */
#ifndef TESTS_WS_CLIENT_H
#define TESTS_WS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ws_client;

/* Connects to ws(s)://host:port/ws with the subprotocol aula.v1; `origin` and
 * `status` may be NULL. On failure NULL; *status is then what the server
 * answered, or 0. */
struct ws_client *ws_client_open(const char *host, uint16_t port, bool tls,
				 const char *origin, int *status);
void ws_client_close(struct ws_client *client); /* without a word; NULL is accepted */

bool ws_client_send(struct ws_client *client, const char *text);
/* Any frame: `first` is FIN, reserved bits and opcode. */
bool ws_client_send_frame(struct ws_client *client, uint8_t first, bool masked,
			  const void *payload, size_t len);
bool ws_client_send_raw(struct ws_client *client, const void *bytes, size_t len);

/* The next text message, zero-terminated: its length. Pings are answered.
 * -ETIMEDOUT; -EPIPE after a close frame (see ws_client_code); -ECONNRESET
 * without one; -EMSGSIZE. */
int ws_client_recv(struct ws_client *client, char *out, size_t size, int timeout_ms);
uint16_t ws_client_code(const struct ws_client *client);  /* of the close frame */
uint32_t ws_client_pings(const struct ws_client *client); /* seen so far */
void ws_client_mute(struct ws_client *client); /* pings are no longer answered */
int ws_client_fd(const struct ws_client *client);

#endif
