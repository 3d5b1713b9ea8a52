/* jail.h - takes from this process what a program that reads files of strangers does not
 * need: memory, time, the network, other files, other programs. What the kernel cannot
 * do is left out.
 */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

#include <stdbool.h>
#include <stdint.h>

struct jail {
	uint32_t cpu_sec;
	uint64_t memory;     /* bytes of address space */
	uint64_t file_bytes; /* of each file that it writes; 0: it writes none */
	const char *folder;  /* where it may make, change and remove files; or NULL */
	const char *file;    /* one that it may read besides; or NULL */
	bool network;        /* it may ask servers, and be none */
};

/* Before anything from outside is read; cannot be undone. Landlock: only fonts and
 * libraries can still be opened, for reading, and files of the folder; with the network
 * what names and certificates are looked up in, too. seccomp: no
 * sockets but for that, no programs, no signals to others and no limits of theirs, no
 * other rights or owners of files by their paths. Returns 0, or a negative errno when the
 * limits cannot be set. */
int jail_enter(const struct jail *jail);

#endif
