/* early_files.h - what lies in a folder of things that are being made of a recording: the
 * poster and the small pictures come long before the rest. The thread of hls_files.h
 * looks, since a disk may hang; here is what it saw last. Control thread.
 */
#ifndef MCU_EARLY_FILES_H
#define MCU_EARLY_FILES_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdint.h>

struct server;

#define EARLY_KEPT   16 /* recordings; policy when full: the one seen longest ago goes */
#define EARLY_SHEETS 40 /* of small pictures */
#define EARLY_FILES  (EARLY_SHEETS + 2)
#define EARLY_NAME   16
#define EARLY_OLD_US INT64_C(1000000) /* then it is looked at again */

struct early_file {
	char name[EARLY_NAME];
	int64_t bytes;
};

/* server->early_files; zeroed: nothing was seen. */
int early_files_create(struct server *server) RUNS_ON(on_ctl) AULA_MUST_CHECK;
/* After the thread of hls_files.h ended. None is accepted. */
void early_files_destroy(struct server *server) RUNS_ON(on_ctl);

/* What was seen of this recording, in their order; how many. Looks again when that was
 * long ago: who asks next knows more. */
uint32_t early_files_get(struct server *server, const char *id,
			 const struct early_file **out) RUNS_ON(on_ctl);

#endif
