/* network.h - where somebody comes from, as administrators are shown it. Pure; any
 * thread.
 */
#ifndef MCU_NETWORK_H
#define MCU_NETWORK_H

#include <stdbool.h>

#define NETWORK_TEXT 64

/* "203.0.113.0/24" or "2001:db8:7::/48" of an address as text, or all of it when
 * `whole`. What is no address gives "". */
void network_text(const char *ip, bool whole, char out[NETWORK_TEXT]);

#endif
