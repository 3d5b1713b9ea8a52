/* jpeg.h - small pictures of large ones, and JPEG files of them. */
#ifndef DERIVE_JPEG_H
#define DERIVE_JPEG_H

#include "base/attr.h"
#include "derive/folder.h"

struct AVFrame;
struct SwsContext;

/* A black picture for JPEG; even sizes. -ENOMEM. */
int jpeg_frame(struct AVFrame **out, int w_px, int h_px) AULA_MUST_CHECK;

/* Draws all of `from` into that box of `to`, as large as it goes there in its own shape,
 * in the middle. `scaler` is kept from call to call, and freed by sws_freeContext(). */
struct jpeg_box {
	int x, y, w_px, h_px; /* even */
};
int jpeg_draw(struct SwsContext **scaler, const struct AVFrame *from, struct AVFrame *to,
	      const struct jpeg_box *box) AULA_MUST_CHECK;

/* `quality`: 2, the best, to 31. */
int jpeg_write(const struct AVFrame *frame, int quality, const struct folder *folder,
	       const char *name) AULA_MUST_CHECK;

#endif
