/* form_rig.h - real H.264 or VP8, and Opus, into a recorder plugin without the recorder
 * around it, for tests. ffprobe and ffmpeg judge, see mp4_rig.h.
 */
#ifndef TESTS_FORM_RIG_H
#define TESTS_FORM_RIG_H

#include <libavcodec/avcodec.h>

#include "tests/mp4_rig.h"

struct form_media {
	struct mp4_media mp4; /* n_pictures 0: the next one is a key frame */
	AVCodecContext *vp8;  /* NULL: H.264 */
	AVFrame *frame;
	AVPacket *packet;
};
/* "h264", "base" (H.264 with other parameter sets) or "vp8". */
void form_media_open(struct form_media *m, const char *codec);
void form_media_close(struct form_media *m);
struct au *form_picture(struct form_media *m, int64_t t_us, uint32_t duration_us);

enum { FORM_PICTURES = 1, FORM_SOUND = 2 };

/* One recording, fed as a class would. */
struct form {
	const struct aula_recorder_ops *ops;
	struct form_media media;
	void *self;
	int what;         /* FORM_* */
	int64_t at_us;    /* all before is written */
	int64_t next_us;  /* the next picture */
	int64_t frame_us; /* between two pictures */
	int64_t key_us;   /* between two key frames; 0: the first alone */
	int64_t last_key_us;
};

/* Makes the part `path`, or sends to `target`; returns what the plugin says. */
int form_begin(struct form *f, const struct aula_recorder_ops *ops, const char *codec,
	       int what, const char *path, const char *target);
/* Media up to `until_us`: returns the first error of write(). */
int form_run(struct form *f, int64_t until_us);
/* What close() says. */
int form_end(struct form *f);
/* Other parameter sets from the next picture on; tells change(). */
int form_change(struct form *f, const char *codec);

/* ffprobe: "h264\nopus\n". */
void form_has_streams(const char *path, const char *want);
/* Length by ffprobe, within `slack`. */
void form_lasts(const char *path, double want, double slack);

#endif
