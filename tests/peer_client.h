/* peer_client.h - a WebRTC endpoint for tests and benches: ICE checks, DTLS
 * client, SRTP by libsrtp, over UDP or TCP. Its STUN is written from the RFCs,
 * not with the library that the server uses. One thread, never blocks but in
 * peer_client_wait().
 */
#ifndef TESTS_PEER_CLIENT_H
#define TESTS_PEER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_client;

enum peer_client_state {
	PEER_CLIENT_CHECKING, /* no answer to a check yet */
	PEER_CLIENT_SHAKING,  /* DTLS */
	PEER_CLIENT_UP,
	PEER_CLIENT_CLOSED, /* the server said close_notify, or TCP ended */
	PEER_CLIENT_FAILED, /* DTLS, or the server's certificate is another one */
};

struct peer_client_conf {
	const char *ip; /* of the server */
	uint16_t port;
	bool tcp;
	const char *ufrag, *pwd;    /* the server's */
	const uint8_t *fingerprint; /* 32 bytes; NULL: not compared */
	const char *profiles;       /* of use_srtp; NULL: both */
	uint32_t mtu;               /* of DTLS; 0: 1200 */
	bool no_dtls;               /* stays in SHAKING */
	void *ctx;
	/* Decrypted packets; either may be NULL. */
	void (*rtp)(void *ctx, uint8_t *data, size_t len);
	void (*rtcp)(void *ctx, uint8_t *data, size_t len);
};

/* NULL when there is no socket or no memory. */
struct peer_client *peer_client_create(const struct peer_client_conf *conf);
void peer_client_destroy(
	struct peer_client *pc);                 /* says close_notify; NULL is accepted */
void peer_client_vanish(struct peer_client *pc); /* says nothing */

/* What belongs into the client's description. */
const char *peer_client_ufrag(const struct peer_client *pc);
const uint8_t *peer_client_fingerprint(const struct peer_client *pc);

/* Does all that can be done now; call it when the descriptor is readable and at
 * least each 20 ms. */
enum peer_client_state peer_client_step(struct peer_client *pc);
enum peer_client_state peer_client_state(const struct peer_client *pc);
int peer_client_fd(const struct peer_client *pc);

/* Steps until up, failed or closed, or the time is over. True: up. */
bool peer_client_wait(struct peer_client *pc, int timeout_ms);

/* Protects and sends; the plain packet is not touched. False: not sent. */
bool peer_client_send_rtp(struct peer_client *pc, const uint8_t *data, size_t len);
bool peer_client_send_rtcp(struct peer_client *pc, const uint8_t *data, size_t len);
bool peer_client_send_raw(struct peer_client *pc, const uint8_t *data, size_t len);

/* ICE restart: from now on checks use these credentials of the server. */
void peer_client_restart(struct peer_client *pc, const char *ufrag, const char *pwd);
/* No more checks by itself. */
void peer_client_silence(struct peer_client *pc);
uint32_t peer_client_answers(const struct peer_client *pc); /* to checks, genuine */
const char *peer_client_profile(const struct peer_client *pc);

/* Opens another socket, as after a change of network; UDP only. */
bool peer_client_rebind(struct peer_client *pc);

#endif
