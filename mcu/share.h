/* share.h - links to a recording for those who have no place in the class: with an end,
 * perhaps a password, and over as soon as somebody takes them back. Control thread.
 *
 * "/s/TOKEN" is the page, "/api/v1/shares/TOKEN" what it asks. A token is the share's id
 * and what the server's key makes of it, so that the database alone lets nobody in. A
 * password is kept as what a slow function makes of it (signaling/auth_password.h), which
 * runs on a thread of its own: of wrong ones so many are taken from an address as of
 * codes (guess.h), and each share takes SHARE_WRONG at once, then one each
 * SHARE_WRONG_SEC.
 */
#ifndef MCU_SHARE_H
#define MCU_SHARE_H

#include "base/attr.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/rest.h"
#include "signaling/auth_key.h"
#include "signaling/http.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct shares;

#define SHARES_PATH "/api/v1/shares/"
#define SHARE_ID    20 /* characters */
#define SHARE_TOKEN (SHARE_ID + AUTH_TOKEN)
#define SHARE_URL   (SHARE_TOKEN + 4) /* with its zero: "/s/TOKEN" */

#define SHARE_DAYS         365
#define SHARE_DAYS_USUAL   14
#define SHARE_PASSWORD_MIN 4 /* characters */
#define SHARE_PASSWORD_MAX 64

#define SHARE_WRONG     20
#define SHARE_WRONG_SEC 10
/* Shares whose wrong passwords are counted, by where their id falls: two of one place
 * share its count. */
#define SHARE_PLACES 1024
#define SHARE_LINE   32 /* passwords that wait for the thread; more are refused */

int shares_create(struct shares **out, struct server *server)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;
void shares_destroy(struct shares *shares) RUNS_ON(on_ctl); /* NULL is accepted */

void share_url(const struct server *server, const char *id, char out[SHARE_URL])
	RUNS_ON(on_ctl);

/* Makes salt and verifier of a password; done(ctx, err) on the control thread later. When
 * this fails (-ENOMEM, -ENOBUFS) it is not called. `share` is the caller's until then. */
int share_lock(struct shares *shares, struct db_share *share, const char *password,
	       void (*done)(void *ctx, int err), void *ctx)
	RUNS_ON(on_ctl) AULA_MUST_CHECK;

/* GET and POST of SHARES_PATH, with what follows it. */
void share_get(struct server *server, struct http_request *req, const char *token)
	RUNS_ON(on_ctl);
void share_open(struct server *server, struct http_request *req, const char *token)
	RUNS_ON(on_ctl);

/* A signed link names this share: calls then() when it still is good for the file's
 * recording, which must be there and not in the trash; else replies. */
void share_let(struct server *server, struct http_request *req, const char *share,
	       const struct rest_file *file,
	       void (*then)(struct server *server, struct http_request *req,
			    const struct rest_file *file)) RUNS_ON(on_ctl);

#endif
