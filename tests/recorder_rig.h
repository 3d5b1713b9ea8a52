/* recorder_rig.h - a recorder with a plugin that writes one letter per packet, for
 * tests: K a key frame, v another picture, s sound. What the recorder tells is kept.
 */
#ifndef TESTS_RECORDER_RIG_H
#define TESTS_RECORDER_RIG_H

#include "recorder/recorder.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

extern char rec_dir[]; /* where it writes; mkdtemp() makes it */

/* The plugin: what fails in it, with which error, and what was called. */
struct rec_fake {
	atomic_int fail_open, fail_write, fail_close, fail_finish;
	atomic_int n_open, n_write, n_close, n_finish;
	atomic_int n_written; /* calls of write() that are over */
	atomic_bool blocked;  /* write() waits */
	atomic_bool inside;
	int64_t pts[4096];
	uint32_t track[4096];
};
extern struct rec_fake rec_fake;
extern const struct aula_recorder_ops rec_ops;

/* Since rec_make(). */
#define REC_RESULTS 1200
extern struct recording_result rec_results[REC_RESULTS];
extern atomic_int rec_n_done, rec_n_started;
void rec_started(void *ctx, uint32_t id, int64_t at_ms);
void rec_done(void *ctx, const struct recording_result *result);
/* Until so many results are there. */
void rec_wait_done(int n);

#define REC_VIDEO 7 /* whose pictures all units are, unless it is said */
/* With one edition. All counts of the plugin begin anew. */
struct recorder *rec_make(const struct aula_recorder_ops *ops, uint64_t reserve);
struct recording_conf rec_conf_of(uint32_t id, const char *name);
void rec_begin(struct recorder *r, uint32_t id, const char *name);
/* A unit by its letter. */
struct au *rec_unit(char kind, int64_t ms);
int rec_push(struct recorder *r, uint32_t id, char kind, int64_t ms);

/* The file holds this, and is removed; NULL: there is none. */
void rec_file_is(const char *name, const char *text);
void rec_put_file(const char *name, const char *text);
void rec_remove_file(const char *name);

#endif
