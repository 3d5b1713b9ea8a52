/* jail.h - takes from this process what reading a deck does not need: memory, time,
 * the network, other files, other programs. What the kernel cannot do is left out.
 */
#ifndef SLIDES_JAIL_H
#define SLIDES_JAIL_H

#include <stdint.h>

struct jail {
	uint32_t cpu_sec;
	uint64_t memory; /* bytes of address space */
};

/* Before anything from outside is read; cannot be undone. Landlock: only fonts and
 * libraries can still be opened, for reading. seccomp: no sockets, no programs, no
 * signals to others. Returns 0, or a negative errno when the limits cannot be set. */
int jail_enter(const struct jail *jail);

#endif
