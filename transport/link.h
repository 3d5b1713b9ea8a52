/* link.h - the authenticated tunnels of one net thread: sockets, ICE-lite
 * (RFC 8445, TCP: 6544, 4571), DTLS 1.2 (RFC 5764), SRTP. Above it there are
 * only plain RTP and RTCP packets of known peers.
 *
 * It counts RTP_IN, RTP_OUT and their bytes (as on the wire), and what it drops.
 *
 * What is not STUN with our ufrag and a valid MESSAGE-INTEGRITY, nor from a
 * 5-tuple that such a check opened, is counted and dropped.
 */
#ifndef TRANSPORT_LINK_H
#define TRANSPORT_LINK_H

#include "base/attr.h"
#include "base/loop.h"
#include "base/thread.h"
#include "transport/sdp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct links; /* sockets and all links of one net thread */
struct link;  /* one remote endpoint */

struct links_conf {
	uint32_t n_listen; /* none: all addresses, IPv6 and IPv4 */
	char listen[4][46];
	uint16_t udp_port, tcp_port; /* 0: any free one */
	uint32_t n_advertise;        /* none: the addresses of this machine */
	char advertise[8][46];
	/* Told to clients instead of the own ones, behind a port-forward; 0: the own. */
	uint16_t advertise_udp, advertise_tcp;
};

enum link_down {
	/* no valid check for 34 s; after 30 it is sent nothing any more (RFC 7675) */
	LINK_DOWN_CONSENT,
	LINK_DOWN_DTLS,        /* handshake failed or took over 10 s */
	LINK_DOWN_FINGERPRINT, /* the certificate is not the announced one */
	LINK_DOWN_CLOSED,      /* close_notify of the peer */
};

/* Called on the net thread. `ctx` is the one given to link_open. */
struct link_events {
	/* Any of these may close links. Never called inside of a call of yours.
	 */
	void (*up)(void *ctx); /* keys are there: media may flow */
	/* After it the link is deaf until link_close. */
	void (*down)(void *ctx, enum link_down why);
	/* Authenticated, decrypted, at most LIMIT_DATAGRAM bytes; `known_ssrc`
	 * below is asked before a packet of a new SSRC is decrypted. */
	void (*rtp)(void *ctx, uint8_t *data, size_t len, int64_t now_us);
	void (*rtcp)(void *ctx, uint8_t *data, size_t len, int64_t now_us);
	/* May this peer send under a further SSRC? (RTP header, still encrypted
	 * payload; header extensions are readable.) At most LIMIT_SSRCS, of RTCP
	 * too; when all are taken, one that was silent for 30 s makes place. The
	 * packet may be forged: remember nothing of it before rtp() comes. */
	bool (*admit_ssrc)(void *ctx, const uint8_t *data, size_t len);
};

/* Makes the sockets, the certificate of this process (P-256), the candidates. */
int links_create(struct links **out, struct loop *loop, const struct links_conf *conf,
		 const struct link_events *events) AULA_MUST_CHECK;
void links_destroy(struct links *links) RUNS_ON(on_net);

/* Fills fingerprint and candidates of `local`. Constant: ANY_THREAD. */
void links_describe(const struct links *links, struct sdp_local *local);

/* True when no advertised address is public: worth a line at start. */
bool links_only_private(const struct links *links);

struct link_conf {
	char ufrag[33], pwd[33]; /* ours */
	void *ctx;
};

int link_open(struct link **out, struct links *links, const struct link_conf *conf)
	RUNS_ON(on_net) AULA_MUST_CHECK;
void link_close(struct link *link)
	RUNS_ON(on_net); /* sends close_notify; NULL is accepted */

/* The client's fingerprints: before this no handshake ends. Each `ufrag` of
 * its sections is accepted as its half of USERNAME (several in one bundle). */
int link_remote(struct link *link, const struct sdp *remote)
	RUNS_ON(on_net) AULA_MUST_CHECK;

/* ICE restart: new credentials of ours; the old ones stay valid until a check
 * with the new ones came. DTLS and SRTP go on. */
int link_restart(struct link *link, const char *ufrag, const char *pwd)
	RUNS_ON(on_net) AULA_MUST_CHECK;

/* Protects header + payload into a send buffer and queues it; flushed in one
 * sendmmsg by links_flush, or when the batch is full. Never blocks: a full
 * socket drops. Returns bytes on the wire or a negative errno: -ENOTCONN not up,
 * -EMSGSIZE, -ENOBUFS (TCP: queue full), -EALREADY (a sequence number is sent
 * once, and not more than 63 late: the same twice would give the key away). The
 * sequence number of a first packet per SSRC must be below 32768. */
int link_send_rtp(struct link *link, const uint8_t *header, size_t header_len,
		  const uint8_t *payload, size_t payload_len) RUNS_ON(on_net);
int link_send_rtcp(struct link *link, const uint8_t *data, size_t len) RUNS_ON(on_net);
void links_flush(struct links *links) RUNS_ON(on_net);

/* Asks for the memory that sending touches, a stage at a time with others in between:
 * a stage reads what the one before asked for. See ahead.h. */
enum link_warm { LINK_WARM_LINK, LINK_WARM_WAY, LINK_WARM_KEYS };
void link_warm(const struct link *link, enum link_warm stage) RUNS_ON(on_net);

/* For people and tests. */
struct link_info {
	bool up, tcp;
	char remote[64];    /* "1.2.3.4:5" */
	const char *srtp;   /* "AEAD_AES_128_GCM", ... */
	int64_t consent_us; /* since the last valid check */
	/* Bytes of all its datagrams, STUN and DTLS too, with the headers of IP and
	 * UDP (28 or 48 each) or TCP (42 or 62). */
	uint64_t wire_in, wire_out;
};
void link_describe(const struct link *link, struct link_info *info) RUNS_ON(on_net);

/* Of it what is asked for all, again and again. */
struct link_traffic {
	bool tcp;
	int64_t heard_us;           /* the last genuine packet or check; 0: none yet */
	uint64_t wire_in, wire_out; /* as above */
};
void link_traffic(const struct link *link, struct link_traffic *traffic) RUNS_ON(on_net);

#endif
