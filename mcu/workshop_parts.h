/* workshop_parts.h - the recordings that another one is made of, by workshop_cut.h: what
 * they are, and which files of them could be cut and joined. Control thread.
 */
#ifndef MCU_WORKSHOP_PARTS_H
#define MCU_WORKSHOP_PARTS_H

#include "base/attr.h"
#include "base/conf.h"
#include "base/thread.h"
#include "db/db.h"
#include "mcu/editions.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

#define FORMS     3 /* that are cut: full, light and sound, in this order */
#define FORM_PATH (CONF_PATH + 96)

/* Of a form: 0 is full. `dir`: conf->recordings_dir. */
enum edition form_edition(unsigned form);
const char *form_extension(unsigned form);
void form_path(const char *dir, const char *id, unsigned form, char out[FORM_PATH]);
/* On a record thread: removes what a cut that was given up has begun. */
void forms_sweep(const char *dir, const char *id);

struct workshop_part {
	char id[DB_ID + 1], room[DB_ID + 1];
	char title[LIMIT_TITLE * 4 + 1];
	int64_t started_ms, duration_ms;
	bool fit;             /* it is finished, has a file, and is not in the trash */
	int64_t bytes[FORMS]; /* 0: there is none */
};

/* There is a file of it that can be cut. Pure. */
bool workshop_part_has_form(const struct workshop_part *part);

/* None of its files that could be cut is here: they are in the storage alone, see
 * vault.h. */
bool workshop_part_away(const struct server *server, const char *id) RUNS_ON(on_ctl);

/* Looks for `n` of them, 1 to LIMIT_JOINS. Unless it fails, found() is told once, later:
 * all in the order that they were asked for, or with -ENOENT that there is no such row,
 * or with the database's error; `list` is good until it returns. */
int workshop_parts_find(struct server *server, char (*ids)[DB_ID + 1], uint32_t n,
			void (*found)(void *ctx, int err,
				      const struct workshop_part *list, uint32_t n),
			void *ctx) RUNS_ON(on_ctl) AULA_MUST_CHECK;

#endif
