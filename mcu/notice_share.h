/* notice_share.h - what those are told, and say, who come to a recording by a link.
 * Control thread.
 */
#ifndef MCU_NOTICE_SHARE_H
#define MCU_NOTICE_SHARE_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/share.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

struct server;

/* Texts for free(), NULL without memory: before a password was said, and the whole of it
 * with links of this share. */
char *notice_share_closed(const struct db_recording *row);
char *notice_share_open(struct server *server, const struct db_share *share,
			const struct db_recording *row,
			const struct db_recording_file *files, uint32_t n_files)
	RUNS_ON(on_ctl);

/* For who may make links. */
cJSON *notice_share(const struct server *server, const struct db_share *share)
	RUNS_ON(on_ctl);

/* {"password":"..."}; -EINVAL: it is none, or longer than one can be. */
int notice_share_password(const char *body, size_t len,
			  char out[SHARE_PASSWORD_MAX * 4 + 1]) AULA_MUST_CHECK;

#endif
