#include "mcu/health.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/taskcpu.h"
#include "db/db.h"
#include "mcu/console.h"
#include "mcu/member.h"
#include "mcu/overload.h"
#include "mcu/room.h"
#include "mcu/server.h"

enum how { MEAN, MOST, LEAST };

static const struct {
	const char *name;
	enum how how;
} facts[HEALTH_N] = {
#define X(id, name, how) [HEALTH_##id] = {name, how},
	HEALTH_LIST(X)
#undef X
};

/* As threads are called; the first one is the control thread. */
static const char *const names[] = {"net", "aula-mix", "audio", "", NULL};

const char *health_name(enum health_of of)
{
	return facts[of].name;
}

/* ---- rings ---------------------------------------------------------------------- */

static void put(struct health_ring *ring, const struct health_row *row)
{
	ring->rows[ring->n++ % HEALTH_ROWS] = *row;
}

const struct health_row *health_row(const struct health_ring *ring, uint32_t i)
{
	uint32_t kept = ring->n < HEALTH_ROWS ? ring->n : HEALTH_ROWS;

	return i < kept ? &ring->rows[(ring->n - kept + i) % HEALTH_ROWS] : NULL;
}

/* What is not known counts for nothing; where nothing is known, that is it. */
static double join(const struct health_ring *ring, enum health_of of)
{
	const struct health_row *row;
	double sum = 0, most = 0, least = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; (row = health_row(ring, i)); i++) {
		double v = row->v[of];

		if (v < 0)
			continue;
		sum += v;
		most = n == 0 || v > most ? v : most;
		least = n == 0 || v < least ? v : least;
		n++;
	}
	if (!n)
		return HEALTH_UNKNOWN;
	return facts[of].how == MEAN ? sum / n : facts[of].how == MOST ? most : least;
}

void health_add(struct health *health, const struct health_row *row)
{
	struct health_row minute;

	put(&health->seconds, row);
	if (health->seconds.n % HEALTH_ROWS)
		return;
	for (enum health_of of = 0; of < HEALTH_N; of++)
		minute.v[of] = join(&health->seconds, of);
	put(&health->minutes, &minute);
}

/* ---- looking ---------------------------------------------------------------------- */

int health_init(struct health *health)
{
	return taskcpu_create(&health->cpu, names);
}

void health_fini(struct health *health)
{
	taskcpu_destroy(health->cpu);
	health->cpu = NULL;
}

static void look_cpu(struct health *health, int64_t now_us, double *v)
{
	uint32_t permille[TASKCPU_NAMES] = {0}, all = 0;

	if (taskcpu_look(health->cpu, now_us, permille, &all))
		return;
	v[HEALTH_CPU] = all / 10.0;
	v[HEALTH_CPU_NET] = permille[0] / 10.0;
	v[HEALTH_CPU_VIDEO] = permille[1] / 10.0;
	v[HEALTH_CPU_AUDIO] = permille[2] / 10.0;
	v[HEALTH_CPU_CONTROL] = permille[3] / 10.0;
}

static void look_bytes(struct health *health, int64_t now_us, double *v)
{
	int64_t in = count_get(COUNT_RTP_IN_BYTES), out = count_get(COUNT_RTP_OUT_BYTES);
	int64_t passed_us = now_us - health->at_us;

	if (health->at_us && passed_us > 0) {
		v[HEALTH_KBPS_IN] = (double)(in - health->bytes_in) * 8000 /
				    (double)passed_us;
		v[HEALTH_KBPS_OUT] = (double)(out - health->bytes_out) * 8000 /
				     (double)passed_us;
	}
	health->bytes_in = in;
	health->bytes_out = out;
}

static void look_rooms(const struct server *server, double *v) RUNS_ON(on_ctl)
{
	uint32_t members = 0, rooms = 0, views = 0, links = 0;
	uint64_t loss_64k = 0;

	for (uint32_t i = 0; i < server->n_rooms; i++) {
		const struct room *room = server->rooms[i];

		members += room->n_members;
		rooms += room->n_members > 0;
		for (uint32_t k = 0; k < room->n_pictures * VIEWS; k++)
			views += room->pictures[k / VIEWS]->views[k % VIEWS] != NULL;
		for (uint32_t k = 0; k < room->n_members; k++) {
			const struct quality *q = &room->members[k]->quality;

			links += q->on;
			loss_64k += q->on ? q->link.loss_64k : 0;
		}
	}
	v[HEALTH_MEMBERS] = members;
	v[HEALTH_ROOMS] = rooms;
	v[HEALTH_VIEWS] = views;
	if (links)
		v[HEALTH_LOSS] = (double)loss_64k * 100 / 65536 / links;
}

/* Pages of memory that are in use: the second number of the file. */
static void look_memory(double *v)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return;
	if (fscanf(f, "%*u %lu", &pages) == 1)
		v[HEALTH_RSS] = (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
	fclose(f);
}

static void look_disks(const struct disks *disks, int64_t now_us, double *v)
{
	const struct disk_state *d = &disks->list[DISK_RECORDINGS];

	if (d->known)
		v[HEALTH_DISK_FREE] = (double)d->free_bytes / 1048576;
	v[HEALTH_DISK_WAIT] = (double)disks_waiting_us(disks, now_us) / 1000;
}

void health_tick(struct server *server, int64_t now_us)
{
	struct health *health = &server->console->health;
	struct health_row row;

	for (enum health_of of = 0; of < HEALTH_N; of++)
		row.v[of] = HEALTH_UNKNOWN;
	look_cpu(health, now_us, row.v);
	look_bytes(health, now_us, row.v);
	look_rooms(server, row.v);
	look_memory(row.v);
	disks_tick(server, now_us);
	look_disks(&health->disks, now_us, row.v);
	row.v[HEALTH_RUNGS] = (double)count_get(COUNT_ENCODERS);
	if (server->console->costs.at_us)
		row.v[HEALTH_LATE] = server->console->costs.late_p99_us / 1000.0;
	row.v[HEALTH_DB_QUEUE] = db_waiting(server->db);
	row.v[HEALTH_OVERLOAD] = overload_shed(server->overload);
	health->at_us = now_us;
	health_add(health, &row);
}
