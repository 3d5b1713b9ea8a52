#include "mcu/vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/count.h"
#include "base/log.h"
#include "db/db.h"
#include "mcu/deck.h"
#include "mcu/errand.h"
#include "mcu/overload.h"
#include "mcu/server.h"
#include "mcu/vault_text.h"
#include "signaling/http.h"
#include "store/keys.h"
#include "store/kind.h"
#include "store/place.h"

#define PROGRAM   "aula-store"
#define CONF_TEXT 32768
#define DAY_MS    INT64_C(86400000)
#define LATER_MS  INT64_C(600000) /* one recording that failed is tried again */

enum work { WORK_NONE, WORK_SAVE, WORK_FREE, WORK_DROP };

struct vault {
	struct server *server;
	struct place place;
	struct sign_keys keys;
	char program[SHELF_PATH];
	bool asking; /* the database is asked: one question at a time */
	/* what is under way */
	enum work work;
	char id[DB_ID + 1]; /* of what recording */
	struct errand *errand;
	bool given_up; /* whatever comes of it */
	struct vault_line last;
	/* what went wrong with the storage; empty: nothing */
	char trouble[VAULT_CODE + 1];
	int64_t wait_us; /* after the next failure */
	int64_t not_before_us;
	char fell[DB_ID + 1]; /* the recording that the program failed over last */
	unsigned falls;       /* in a row */
};

/* ---- what came of it ----------------------------------------------------------------
 */

static const char *work_name(enum work work)
{
	static const char *const names[] = {"none", "save", "free", "drop"};

	return names[work];
}

static void idle(struct vault *vault) RUNS_ON(on_ctl)
{
	vault->work = WORK_NONE;
	vault->id[0] = '\0';
	vault->given_up = false;
	count_set(COUNT_STORING, 0);
}

/* Without a place in the queue of writes the same is done once more, which costs a look
 * at what is there. */
static void put_row(struct vault *vault, const char *state, int64_t at_ms) RUNS_ON(on_ctl)
{
	struct db_vault row = {.at_ms = at_ms};

	snprintf(row.id, sizeof(row.id), "%s", vault->id);
	snprintf(row.state, sizeof(row.state), "%s", state);
	if (db_vault_put(vault->server->db, &row))
		log_warn("vault_row_lost", "recording=%s", row.id);
}

static void well(struct vault *vault) RUNS_ON(on_ctl)
{
	if (*vault->trouble)
		log_info("storage_well", "after=%s", vault->trouble);
	vault->trouble[0] = '\0';
	vault->falls = 0;
	vault->wait_us = VAULT_FIRST_US;
	vault->not_before_us = 0; /* there may be more */
	count_set(COUNT_STORAGE_TROUBLE, 0);
	switch (vault->work) {
	case WORK_SAVE:
		count_add(COUNT_STORED, 1);
		log_info("recording_stored", "recording=%s bytes=%lld", vault->id,
			 (long long)vault->last.bytes);
		put_row(vault, "copied", clock_wall_ms());
		break;
	case WORK_FREE:
		log_info("recording_freed", "recording=%s bytes=%lld", vault->id,
			 (long long)vault->last.bytes);
		put_row(vault, "away", clock_wall_ms());
		break;
	case WORK_DROP:
		log_info("recording_dropped", "recording=%s", vault->id);
		if (db_vault_delete(vault->server->db, vault->id))
			log_warn("vault_row_lost", "recording=%s", vault->id);
		break;
	case WORK_NONE:
		break;
	}
}

/* All of it waits, longer each time; of what the matter is it is said once. */
static void storage_failed(struct vault *vault, const char *code) RUNS_ON(on_ctl)
{
	if (strcmp(vault->trouble, code) != 0)
		log_error("storage_trouble",
			  "code=%s work=%s recording=%s hint=\"recordings stay here "
			  "until it "
			  "goes again\"",
			  code, work_name(vault->work), vault->id);
	snprintf(vault->trouble, sizeof(vault->trouble), "%s", code);
	count_set(COUNT_STORAGE_TROUBLE, 1);
	vault->not_before_us = clock_us() + vault->wait_us;
	vault->wait_us = vault->wait_us < VAULT_LAST_US / 2 ? 2 * vault->wait_us
							    : VAULT_LAST_US;
}

/* Others go on. What should have been in the storage and is not is saved anew at once. */
static void one_failed(struct vault *vault, const char *code) RUNS_ON(on_ctl)
{
	bool lost = vault->work == WORK_FREE &&
		    (strcmp(code, "missing") == 0 || strcmp(code, "differs") == 0);

	if (vault->work == WORK_FREE && strcmp(code, "no_file") == 0) {
		if (access(vault->server->conf->recordings_dir, R_OK | X_OK))
			storage_failed(vault, "no_folder"); /* it says nothing then */
		else
			put_row(vault, "away", clock_wall_ms());
		return;
	}
	if (lost)
		log_error("recording_not_in_storage", "recording=%s code=%s", vault->id,
			  code);
	else
		log_warn("recording_not_stored", "recording=%s work=%s code=%s",
			 vault->id, work_name(vault->work), code);
	/* who has no file may have been deleted meanwhile: what is stored of it goes now
	 */
	put_row(vault,
		vault->work == WORK_SAVE && strcmp(code, "no_file") == 0 ? "failed"
									 : "begun",
		lost ? 0 : clock_wall_ms() + LATER_MS);
}

/* The program fails over this recording, and over no other: the others must not wait for
 * it. */
static bool its_own(struct vault *vault, const char *code)
{
	if (!vault_troubles_program(code))
		return false;
	if (strcmp(vault->fell, vault->id) != 0)
		vault->falls = 0;
	memcpy(vault->fell, vault->id, sizeof(vault->fell));
	if (++vault->falls < VAULT_TRIES)
		return false;
	vault->falls = 0;
	return true;
}

static void on_ended(void *ctx, int status)
{
	struct vault *vault = ctx;
	const struct vault_line *last = &vault->last;
	bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	const char *code = !last->over || (ok != !*last->code) ? "died" : last->code;

	thread_claim(&on_ctl);
	vault->errand = NULL;
	if (vault->given_up) {
		idle(vault);
		return;
	}
	if (ok && last->over && !*last->code) {
		well(vault);
	} else {
		count_add(COUNT_STORE_FAILED, 1);
		if (vault_troubles_all(code) && !its_own(vault, code))
			storage_failed(vault, code);
		else
			one_failed(vault, code);
	}
	idle(vault);
}

static void on_line(void *ctx, const char *line)
{
	struct vault *vault = ctx;

	thread_claim(&on_ctl);
	vault_read(&vault->last, line);
}

/* ---- the start ----------------------------------------------------------------------
 */

/* A file in memory with what the program needs of the configuration; the rest of it is
 * nobody's business there. */
static int conf_file(const struct conf *conf)
{
	struct conf *few = calloc(1, sizeof(*few));
	char *text = malloc(CONF_TEXT);
	int fd = -ENOMEM;
	size_t n = 0;

	if (few && text) {
		conf_init(few);
		memcpy(few->storage, conf->storage, sizeof(few->storage));
		memcpy(few->s3_endpoint, conf->s3_endpoint, sizeof(few->s3_endpoint));
		memcpy(few->s3_bucket, conf->s3_bucket, sizeof(few->s3_bucket));
		memcpy(few->s3_region, conf->s3_region, sizeof(few->s3_region));
		memcpy(few->s3_prefix, conf->s3_prefix, sizeof(few->s3_prefix));
		memcpy(few->s3_credentials_file, conf->s3_credentials_file, CONF_PATH);
		memcpy(few->s3_ca_file, conf->s3_ca_file, CONF_PATH);
		memcpy(few->s3_encryption, conf->s3_encryption,
		       sizeof(few->s3_encryption));
		few->s3_virtual_host = conf->s3_virtual_host;
		memcpy(few->recordings_dir, conf->recordings_dir, CONF_PATH);
		n = conf_print(few, text, CONF_TEXT);
		fd = memfd_create("conf", MFD_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	}
	if (fd >= 0 && (write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		fd = -ENOMEM;
	}
	free(few);
	free(text);
	return fd;
}

static int begin(struct vault *vault) RUNS_ON(on_ctl)
{
	const struct errand_events events = {vault, on_line, on_ended};
	char config[] = "-c", input[] = "-", what[8], name[DB_ID + 2];
	char *const argv[] = {vault->program, config, input, what, name, NULL};
	int fd = conf_file(vault->server->conf), err;
	const struct errand_call call = {argv, fd, -1};

	if (fd < 0)
		return fd;
	snprintf(what, sizeof(what), "%s", work_name(vault->work));
	/* all of its names begin with this; one id is not the beginning of another */
	snprintf(name, sizeof(name), "%s%s", vault->id,
		 vault->work == WORK_DROP ? "." : "");
	memset(&vault->last, 0, sizeof(vault->last));
	err = errand_start(&vault->errand, vault->server->loop, &call, &events);
	close(fd);
	return err;
}

/* The vault that asked, when its question still is one. */
static struct vault *answered(struct server *server) RUNS_ON(on_ctl)
{
	struct vault *vault = server->vault;

	if (!vault)
		return NULL;
	vault->asking = false;
	return server->draining ? NULL : vault;
}

static void start(struct vault *vault) RUNS_ON(on_ctl)
{
	if (begin(vault)) {
		log_error("store_not_started", "program=%s", vault->program);
		storage_failed(vault, "not_started");
		idle(vault);
		return;
	}
	count_set(COUNT_STORING, 1);
	log_info("recording_in_vault", "recording=%s work=%s", vault->id,
		 work_name(vault->work));
}

/* Its row is in the database now, whatever happens to the recording from here on. */
static void got_recording(void *ctx, int err, const struct db_recording *rows, uint32_t n)
{
	struct vault *vault;

	(void)rows;
	thread_claim(&on_ctl);
	vault = answered(ctx);
	if (!vault || vault->work != WORK_SAVE)
		return;
	if (err || n == 0)
		idle(vault);
	else
		start(vault);
}

static void got_next(void *ctx, int err, const struct db_vault *rows, uint32_t n)
{
	struct vault *vault;

	thread_claim(&on_ctl);
	vault = answered(ctx);
	if (!vault || vault->work != WORK_NONE)
		return;
	if (err || n == 0) {
		vault->not_before_us = clock_us() + VAULT_LOOK_US;
		return;
	}
	snprintf(vault->id, sizeof(vault->id), "%s", rows[0].id);
	vault->work = strcmp(rows[0].state, "gone") == 0     ? WORK_DROP
		      : strcmp(rows[0].state, "copied") == 0 ? WORK_FREE
							     : WORK_SAVE;
	if (vault->work != WORK_SAVE) {
		start(vault);
		return;
	}
	put_row(vault, "begun", 0);
	if (db_recording(vault->server->db, vault->id, got_recording, vault->server))
		idle(vault);
	else
		vault->asking = true;
}

/* ---- from outside -------------------------------------------------------------------
 */

void vault_tick(struct vault *vault, int64_t now_us)
{
	const struct server *server;
	struct db_vault_wish wish = {.now_ms = clock_wall_ms()};

	if (!vault || vault->asking || vault->work != WORK_NONE ||
	    now_us < vault->not_before_us)
		return;
	server = vault->server;
	if (server->draining || overload_shed(server->overload) != SHED_NOTHING)
		return;
	wish.made = server->workshop != NULL;
	wish.copied_before_ms = wish.now_ms - server->conf->s3_keep_local_days * DAY_MS;
	if (db_vault_next(server->db, &wish, got_next, vault->server) == 0)
		vault->asking = true;
}

void vault_stop(struct vault *vault)
{
	if (!vault || !vault->errand || vault->given_up)
		return;
	vault->given_up = true;
	errand_kill(vault->errand);
}

const char *vault_trouble(const struct vault *vault)
{
	return vault && *vault->trouble ? vault->trouble : NULL;
}

const char *vault_origin(const struct vault *vault)
{
	return vault ? vault->place.origin : NULL;
}

bool vault_redirect(const struct vault *vault, struct http_request *req, const char *name,
		    const char *type, const char *save, uint32_t seconds)
{
	const struct place_wish wish = {
		.method = http_method(req), .name = name, .type = type, .save = save};
	char link[PLACE_LINK];

	if (!vault || !kind_leaves(name) ||
	    place_link(link, &vault->place, &vault->keys, &wish, clock_wall_ms(),
		       seconds))
		return false;
	http_reply_redirect(req, 307, link);
	return true;
}

/* ---- life ---------------------------------------------------------------------------
 */

static bool wanted(const struct conf *conf)
{
	return strcmp(conf->storage, "s3") == 0;
}

int vault_check(const struct conf *conf, char *why, size_t why_len)
{
	struct sign_keys keys;
	struct place place;
	char what[CONF_PATH + 100];

	if (!wanted(conf))
		return 0;
	if (!*conf->s3_endpoint || !*conf->s3_bucket || !*conf->s3_credentials_file)
		snprintf(why, why_len,
			 "storage: s3 needs s3_endpoint, s3_bucket and "
			 "s3_credentials_file");
	else if (place_make(&place, conf))
		snprintf(why, why_len, "s3_endpoint: does not fit");
	else if (*conf->s3_ca_file && access(conf->s3_ca_file, R_OK))
		snprintf(why, why_len, "s3_ca_file: %s: %s", conf->s3_ca_file,
			 strerror(errno));
	else if (keys_read(&keys, conf->s3_credentials_file, what, sizeof(what)))
		snprintf(why, why_len, "s3_credentials_file: %s", what);
	else
		return 0;
	return -EINVAL;
}

/* It is where the program is that reads decks. */
static void find_program(const struct conf *conf, char out[SHELF_PATH])
{
	char *slash;

	deck_reader(conf, out);
	slash = strrchr(out, '/');
	slash = slash ? slash + 1 : out;
	snprintf(slash, SHELF_PATH - (size_t)(slash - out), "%s", PROGRAM);
}

int vault_create(struct vault **out, struct server *server)
{
	const struct conf *conf = server->conf;
	struct vault *vault;
	char why[CONF_PATH + 100] = "";
	int err;

	*out = NULL;
	if (!wanted(conf))
		return 0;
	vault = calloc(1, sizeof(*vault));
	if (!vault)
		return -ENOMEM;
	vault->server = server;
	vault->wait_us = VAULT_FIRST_US;
	err = place_make(&vault->place, conf);
	if (!err)
		err = keys_read(&vault->keys, conf->s3_credentials_file, why,
				sizeof(why));
	if (err) {
		log_error("no_storage", "err=%d why=\"%s\"", err, why);
		free(vault);
		return err;
	}
	find_program(conf, vault->program);
	if (access(vault->program, X_OK))
		log_error("no_store", "path=%s hint=\"recordings stay in their folder\"",
			  vault->program);
	*out = vault;
	return 0;
}

void vault_destroy(struct vault *vault)
{
	if (!vault)
		return;
	errand_destroy(vault->errand);
	count_set(COUNT_STORING, 0);
	explicit_bzero(&vault->keys, sizeof(vault->keys));
	free(vault);
}
