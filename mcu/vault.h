/* vault.h - keeps finished recordings in a storage that speaks the protocol of Amazon S3,
 * by aula-store, a process that takes what the machine has left, one recording at a time.
 * The database is the queue: its table says which are there. While the storage is away
 * everything stays here, and is tried again; nothing ever waits for it. Control thread.
 *
 *   (no row) -> begun -> copied -> away        each step only after all was compared
 *   a row without a recording: what is in the storage of it goes, then the row
 */
#ifndef MCU_VAULT_H
#define MCU_VAULT_H

#include "base/attr.h"
#include "base/thread.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct http_request;
struct server;
struct vault; /* NULL, everywhere: recordings are in their folder alone */

#define VAULT_LINK_SEC  600              /* the life of a link into the storage */
#define VAULT_SHARE_SEC 60               /* of one for a share, which may be taken back */
#define VAULT_LOOK_US   INT64_C(5000000) /* between two looks whether there is work */
#define VAULT_FIRST_US  INT64_C(5000000) /* after a failure; then twice that, up to */
#define VAULT_LAST_US   INT64_C(600000000)
/* A recording that the program fails over so often in a row waits, and others go on. */
#define VAULT_TRIES 3

/* Does what the configuration says of the storage go together, and can its keys be read?
 * -EINVAL with a line in `why`. */
int vault_check(const struct conf *conf, char *why, size_t why_len) AULA_MUST_CHECK;

/* 0 and NULL without such a storage, or without the program. */
int vault_create(struct vault **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void vault_destroy(struct vault *vault) RUNS_ON(on_ctl);
/* Once the server drains: what is under way goes on after the next start. */
void vault_stop(struct vault *vault) RUNS_ON(on_ctl);
/* Each second. */
void vault_tick(struct vault *vault, int64_t now_us) RUNS_ON(on_ctl);

/* What the storage's trouble is, a code of aula-store; NULL: none that is known. */
const char *vault_trouble(const struct vault *vault) RUNS_ON(on_ctl);

/* Answers with a link to a file that is not in the folder of recordings; `name` as it
 * would be there. `save`: the name to save it by, or NULL. The link is good for so many
 * seconds. False: nothing was answered, also for files that never leave their folder. */
bool vault_redirect(const struct vault *vault, struct http_request *req, const char *name,
		    const char *type, const char *save, uint32_t seconds) RUNS_ON(on_ctl);
/* Scheme and host that pages are sent to, for their policy; NULL: to none. */
const char *vault_origin(const struct vault *vault) RUNS_ON(on_ctl);

#endif
