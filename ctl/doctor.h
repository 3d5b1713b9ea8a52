/* doctor.h - what the checks of 'aulactl doctor' share. Each looks at one thing, changes
 * nothing, and adds its lines.
 */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include "base/attr.h"
#include "ctl/spec.h"

#include <stdbool.h>
#include <sys/types.h>

enum finding { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor;

struct patient { /* what the checks look at */
	struct doctor *doctor;
	struct site *site;
	bool conf_good;
	pid_t pid;     /* of the server; 0: it does not run */
	unsigned nets; /* threads that send and receive */
	unsigned cores;
};

/* A line: what was looked at, what was found, and what to do about it ("" when it is
 * well). */
void doctor_say(struct patient *p, enum finding finding, const char *what,
		const char *advice, const char *fmt, ...) AULA_PRINTF(5, 6);

/* doctor_files.c: of the configuration and what it names */
void doctor_conf(struct patient *p);
void doctor_secret(struct patient *p);
void doctor_recordings(struct patient *p);
void doctor_database(struct patient *p);
/* doctor_cert.c */
void doctor_cert(struct patient *p);
/* doctor_net.c: ports, addresses, sockets */
void doctor_ports(struct patient *p);
void doctor_addresses(struct patient *p);
void doctor_sockets(struct patient *p);
/* doctor_machine.c */
void doctor_limits(struct patient *p);
void doctor_clock(struct patient *p);
void doctor_cores(struct patient *p);

#endif
