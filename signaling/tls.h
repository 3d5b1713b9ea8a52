/* tls.h - the server side of TLS 1.2 and 1.3 for the HTTP server: certificate,
 * its renewal without a restart, and encrypted bufferevents.
 */
#ifndef SIGNALING_TLS_H
#define SIGNALING_TLS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct tls;
struct bufferevent;
struct event_base;

/* Reads the PEM files. When both are missing and `make` is set a self-signed
 * certificate for this machine is made and written to them (mode 0600); with NULL
 * paths it stays in memory. A file that is missing else is an error, and what is no
 * regular file. `why` gets one line. */
int tls_create(struct tls **out, const char *cert_path, const char *key_path, bool make,
	       char *why, size_t why_len) AULA_MUST_CHECK;
void tls_destroy(struct tls *tls); /* NULL is accepted; open connections go on */

/* Reads the files again; on failure the old ones stay. */
int tls_reload(struct tls *tls, char *why, size_t why_len) AULA_MUST_CHECK;

/* Nobody vouches for the certificate: browsers must not be told to insist. */
bool tls_self_signed(const struct tls *tls);

/* New keys for session tickets; old tickets cost a whole handshake. Hourly. */
void tls_rotate(struct tls *tls);

/* A bufferevent that is waiting for the client's hello; takes the fd unless it
 * returns NULL. */
struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd);

/* Tells the client that nothing more will be sent (close_notify). */
void tls_bye(struct bufferevent *bev);

#endif
