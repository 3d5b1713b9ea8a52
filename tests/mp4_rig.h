/* mp4_rig.h - real H.264 and Opus, the recorder with its MP4 plugin, and ffprobe and
 * ffmpeg as judges of the files, for tests.
 */
#ifndef TESTS_MP4_RIG_H
#define TESTS_MP4_RIG_H

#include <opus/opus.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <x264.h>

#include "recorder/recorder.h"

#define MP4_W        320
#define MP4_H        180
#define MP4_START_US INT64_C(7000000000) /* of the media's clock: anything */
#define MP4_FRAME_US 66667
#define MP4_SOUND_US 20000

/* Loads the plugin and makes the directory. False: this machine has no judges. */
bool mp4_setup(void);
/* Nothing may be left behind, unless KEEP is set. */
void mp4_teardown(void);
extern char mp4_dir[];
extern const struct aula_recorder_ops *mp4_ops; /* of the plugin */

struct mp4_media {
	x264_t *x264;
	x264_picture_t pic;
	OpusEncoder *opus;
	int n_pictures, n_sounds;
};
void mp4_media_open(struct mp4_media *m);
void mp4_media_close(struct mp4_media *m);
/* The next picture, each 90th a key frame; 20 ms of a tone. */
struct au *mp4_picture(struct mp4_media *m, int64_t t_us, uint32_t duration_us);
struct au *mp4_sound(struct mp4_media *m, int64_t t_us);

#define MP4_RESULTS 64
extern struct recording_result mp4_results[MP4_RESULTS]; /* since mp4_make() */
extern atomic_int mp4_n_done;
struct recorder *mp4_make(const char *where);
/* Recording 1. */
void mp4_begin(struct recorder *r, const char *name);
/* Waits until each picture is written, or the recording is over: a test makes
 * media faster than life, and the queue must not be full however slow the disk is. */
int mp4_give(struct recorder *r, struct au *au);
void mp4_push(struct recorder *r, struct au *au); /* which must be taken */
void mp4_wait_done(int n);

/* What a command says. It must not fail. */
void mp4_run(const char *cmd, char *out, size_t size);
/* One value of ffprobe, or what is written for it. */
double mp4_probe(const char *path, const char *stream, const char *entry);
void mp4_decodes(const char *path);
void mp4_is_fast_start(const char *path);
/* A file of `want` seconds, within `slack`, that plays. */
void mp4_plays(const struct recording_result *result, double want, double slack);

/* Runs write_for_ever(pipe) in another process until it has told a time of at least
 * `us` (each as an int64_t into the pipe), kills it, and returns the last one. */
int64_t mp4_killed_at(void (*write_for_ever)(int out), int64_t us);

/* The recorder plugin of this name and file, of PLUGIN_DIR or of this build. */
const struct aula_recorder_ops *mp4_load(const char *file, const char *name);

/* The plugin without a recorder: both tracks, by this key frame; a unit of either. */
void mp4_plugin_open(void **self, const char *path, struct au *key);
int mp4_plugin_write(void *self, struct au *au);

#endif
