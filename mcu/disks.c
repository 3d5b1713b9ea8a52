#include "mcu/disks.h"

#include <string.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "base/loop.h"
#include "mcu/console.h"
#include "mcu/server.h"
#include "recorder/recorder.h"
#include "slides/shelf.h"

static const char *const names[DISKS] = {"recordings", "data"};

void disks_answer(struct disks *disks, enum disk disk, int64_t bytes, int64_t now_us)
{
	struct disk_state *d = &disks->list[disk];

	if (d->silent)
		log_info("disk_answers", "disk=%s after_ms=%lld", names[disk],
			 (long long)((now_us - d->at_us) / 1000));
	d->known = bytes >= 0;
	if (d->known)
		d->free_bytes = bytes;
	d->asked = d->silent = false;
	d->at_us = now_us;
}

int64_t disks_waiting_us(const struct disks *disks, int64_t now_us)
{
	int64_t most = 0;

	for (enum disk i = 0; i < DISKS; i++) {
		const struct disk_state *d = &disks->list[i];

		if (d->asked && now_us - d->at_us > most)
			most = now_us - d->at_us;
	}
	return most;
}

bool disks_well(const struct disks *disks, int64_t now_us)
{
	return disks_waiting_us(disks, now_us) <= DISKS_SILENT_US;
}

/* ---- asking ----------------------------------------------------------------------- */

struct answer {
	struct server *server;
	int64_t bytes;
	enum disk disk;
};

static void came(void *note)
{
	const struct answer *answer = note;
	struct console *console = answer->server->console;

	thread_claim(&on_ctl);
	if (console)
		disks_answer(&console->health.disks, answer->disk, answer->bytes,
			     clock_us());
}

/* On the threads that use the disks. */
static void tell(struct server *server, enum disk disk, int64_t bytes)
{
	const struct answer answer = {server, bytes, disk};

	if (loop_note(server->loop, came, &answer, sizeof(answer), true))
		count_add(COUNT_REJECT_QUEUE, 1);
}

static void on_recordings(void *ctx, int64_t bytes)
{
	tell(ctx, DISK_RECORDINGS, bytes);
}

static void on_data(void *ctx, int64_t bytes)
{
	tell(ctx, DISK_DATA, bytes);
}

static int question(struct server *server, enum disk disk) RUNS_ON(on_ctl)
{
	return disk == DISK_RECORDINGS
		       ? recorder_free_bytes(server->recorder, on_recordings, server)
		       : shelf_free_bytes(server->shelf, server->conf->data_dir, on_data,
					  server);
}

void disks_tick(struct server *server, int64_t now_us)
{
	struct disks *disks = &server->console->health.disks;

	for (enum disk i = 0; i < DISKS; i++) {
		struct disk_state *d = &disks->list[i];

		if (d->asked && !d->silent && now_us - d->at_us > DISKS_SILENT_US) {
			d->silent = true;
			log_error("disk_silent", "disk=%s", names[i]);
		}
		if (d->asked || (d->at_us && now_us - d->at_us < DISKS_EVERY_US) ||
		    question(server, i))
			continue; /* or it is asked a second later */
		d->asked = true;
		d->at_us = now_us;
	}
}
