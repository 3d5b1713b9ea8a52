/* shelf.h - the thread that does what decks need of the disk: uploads are written there,
 * pages are drawn by a program of their own (see main.c), files go when a deck does.
 * Knows no rooms. All calls are for any thread but create and destroy; what they tell
 * is told on the shelf's thread: post and return.
 */
#ifndef SLIDES_SHELF_H
#define SLIDES_SHELF_H

#include "base/attr.h"
#include "base/limits.h"
#include "base/thread.h"
#include "slides/leaf.h"
#include "slides/sheet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shelf;

#define SHELF_PATH     512               /* bytes */
#define SHELF_DRAW_US  INT64_C(15000000) /* a page; then its program is killed */
#define SHELF_STILL_PX 1920
#define SHELF_THUMB_PX 256

struct shelf_conf {
	const char *helper;     /* the program that reads decks */
	uint64_t reserve_bytes; /* stay free on the disk */
};

int shelf_create(struct shelf **out, const struct shelf_conf *conf) AULA_MUST_CHECK;
/* Kills what is being drawn; all that was asked for is told first. NULL is accepted. */
void shelf_destroy(struct shelf *shelf);

/* ---- pages ---------------------------------------------------------------- */

#define SHELF_OWN (LIMIT_DECK_JOBS / 8)

struct shelf_ask {
	char source[SHELF_PATH]; /* the file to read */
	enum deck_kind kind;
	uint32_t page;               /* of that file, from 1 */
	uint16_t box_w_px, box_h_px; /* the picture is to fit in; 0: none wanted */
	/* Files to be made, or empty. They appear whole or not at all. When both are
	 * there already, neither is made again. */
	char still[SHELF_PATH], thumb[SHELF_PATH];
	uint32_t owner; /* whose it is: none has more than SHELF_OWN of them waiting */
	bool urgent;    /* goes before those that are not */
	/* Exactly once when shelf_draw() took it. The leaf is the callee's, NULL when
	 * none was wanted or on a fault. */
	void (*done)(void *ctx, enum sheet_fault fault, uint32_t pages,
		     struct leaf *leaf);
	void *ctx;
};

/* ANY_THREAD. Copies. -ENOBUFS when LIMIT_DECK_JOBS wait, -ENOMEM. One is drawn at a
 * time. */
int shelf_draw(struct shelf *shelf, const struct shelf_ask *ask) AULA_MUST_CHECK;

/* ---- uploads -------------------------------------------------------------- */

struct shelf_file; /* one that is being written; of the caller until it is closed */

/* ANY_THREAD. `path` is made anew. `told` is called for each write that was done, with
 * its bytes or a negative errno, and never after shelf_file_close() came to its turn.
 * -ENOMEM. */
int shelf_file_open(struct shelf_file **out, struct shelf *shelf, const char *path,
		    void (*told)(void *ctx, int64_t n), void *ctx) AULA_MUST_CHECK;
/* ANY_THREAD. Copies. The caller stops when too much was not told of yet. -ENOMEM,
 * -ENOBUFS. */
int shelf_file_write(struct shelf_file *file, const void *data,
		     size_t len) AULA_MUST_CHECK;
/* ANY_THREAD. Takes the file. `keep` false: it is removed. done(ctx, err), which may be
 * NULL, is called once all is on the way to the disk. */
void shelf_file_close(struct shelf_file *file, bool keep,
		      void (*done)(void *ctx, int err), void *ctx);

/* ANY_THREAD. Removes a folder with its files. -ENOBUFS, -ENOMEM. */
int shelf_remove(struct shelf *shelf, const char *dir) AULA_MUST_CHECK;
/* ANY_THREAD. The same for each folder in `dir` that is not named in `keep`, which is
 * "/name/name/". -ENOBUFS, -ENOMEM. */
int shelf_sweep(struct shelf *shelf, const char *dir, const char *keep) AULA_MUST_CHECK;

/* ---- looking -------------------------------------------------------------- */

/* Who waits for the shelf's thread; a disk that hangs holds up that one alone. */

/* ANY_THREAD. A file of at most SHEET_STILL_MAX bytes: done(ctx, fd) on the shelf's
 * thread, exactly once, with a copy in memory, which is the callee's to close; or a
 * negative errno, -EFBIG when it is larger. -ENOBUFS, -ENOMEM. */
int shelf_read(struct shelf *shelf, const char *path, void (*done)(void *ctx, int fd),
	       void *ctx) AULA_MUST_CHECK;
/* ANY_THREAD. How much is free on the disk of this folder: done(ctx, bytes) on the
 * shelf's thread, exactly once, with a negative errno when that is not known. -ENOBUFS,
 * -ENOMEM. */
int shelf_free_bytes(struct shelf *shelf, const char *dir,
		     void (*done)(void *ctx, int64_t bytes), void *ctx) AULA_MUST_CHECK;

#endif
