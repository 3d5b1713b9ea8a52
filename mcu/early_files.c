#include "mcu/early_files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/count.h"
#include "base/loop.h"
#include "db/db.h"
#include "mcu/hls_files.h"
#include "mcu/server.h"

struct seen {
	char id[DB_ID + 1]; /* empty: free */
	bool looking;
	int64_t at_us; /* it was seen, or is asked for since */
	uint32_t n;
	struct early_file files[EARLY_FILES];
};

struct early_files {
	struct seen list[EARLY_KEPT];
};

/* On its way to the thread and back. */
struct look {
	struct server *server;
	char dir[CONF_PATH], id[DB_ID + 1];
	uint32_t n;
	struct early_file files[EARLY_FILES];
};

/* ---- on the thread ------------------------------------------------------------ */

/* True: it is there. */
static bool add(struct look *look, const char *name)
{
	char path[CONF_PATH + DB_ID + EARLY_NAME + 16];
	struct early_file *file = &look->files[look->n];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s.made/%s", look->dir, look->id, name);
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->bytes = st.st_size;
	look->n++;
	return true;
}

static void was_seen(void *arg);

/* The list of small pictures is written behind all of them. */
static void on_look(void *arg)
{
	struct look *look = arg;
	char name[EARLY_NAME] = "sprite.vtt";

	if (add(look, "poster.jpg"))
		for (int i = 1; i <= EARLY_SHEETS + 1 && add(look, name); i++)
			snprintf(name, sizeof(name), "sprite-%d.jpg", i);
	if (loop_post_must(look->server->loop, was_seen, look) == 0)
		return;
	count_add(COUNT_REJECT_QUEUE, 1); /* it is asked again when it is old */
	free(look);
}

/* ---- the control thread --------------------------------------------------------- */

static struct seen *find(struct early_files *early, const char *id)
{
	for (int i = 0; i < EARLY_KEPT; i++)
		if (strcmp(early->list[i].id, id) == 0)
			return &early->list[i];
	return NULL;
}

static void was_seen(void *arg)
{
	struct look *look = arg;
	struct early_files *early = look->server->early_files;
	struct seen *seen = early ? find(early, look->id) : NULL;

	thread_claim(&on_ctl);
	if (seen) {
		seen->looking = false;
		seen->at_us = clock_us();
		seen->n = look->n;
		memcpy(seen->files, look->files, sizeof(seen->files));
	}
	free(look);
}

static void ask(struct server *server, struct seen *seen) RUNS_ON(on_ctl)
{
	struct look *look = calloc(1, sizeof(*look));

	if (!look)
		return;
	look->server = server;
	snprintf(look->dir, sizeof(look->dir), "%s", server->conf->recordings_dir);
	memcpy(look->id, seen->id, sizeof(look->id));
	if (hls_files_run(server->hls_files, on_look, look)) {
		free(look);
		return;
	}
	seen->looking = true;
	seen->at_us = clock_us();
}

static struct seen *fresh(struct early_files *early, const char *id)
{
	struct seen *oldest = &early->list[0];

	for (int i = 1; i < EARLY_KEPT; i++)
		if (early->list[i].at_us < oldest->at_us)
			oldest = &early->list[i];
	*oldest = (struct seen){.n = 0};
	snprintf(oldest->id, sizeof(oldest->id), "%s", id);
	return oldest;
}

/* One that hangs is not asked again and again: HLS_WAIT_US is for how long others wait.
 */
static bool is_old(const struct seen *seen)
{
	return clock_us() - seen->at_us > (seen->looking ? HLS_WAIT_US : EARLY_OLD_US);
}

uint32_t early_files_get(struct server *server, const char *id,
			 const struct early_file **out)
{
	struct early_files *early = server->early_files;
	struct seen *seen = find(early, id);

	if (!seen)
		seen = fresh(early, id);
	if (is_old(seen))
		ask(server, seen);
	*out = seen->files;
	return seen->n;
}

int early_files_create(struct server *server)
{
	server->early_files = calloc(1, sizeof(*server->early_files));
	return server->early_files ? 0 : -ENOMEM;
}

void early_files_destroy(struct server *server)
{
	free(server->early_files);
	server->early_files = NULL;
}
