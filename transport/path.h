/* path.h - one 5-tuple: whom a datagram came from, and by what it came. An
 * answer along the same path leaves from the address that was written to.
 */
#ifndef TRANSPORT_PATH_H
#define TRANSPORT_PATH_H

#include "transport/addr.h"

struct sock;
struct tcp_conn;

struct path {
	struct addr remote;
	uint8_t local[16];     /* ours; zeros: unknown, the kernel chooses */
	struct sock *sock;     /* UDP, else NULL */
	struct tcp_conn *conn; /* TCP, else NULL */
};

#endif
