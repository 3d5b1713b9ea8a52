#include "derive/sprite.h"

#include "derive/chapters.h"
#include "derive/jpeg.h"
#include "derive/keyframe.h"
#include "derive/source.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <stdlib.h>

#define SHEET   (SPRITE_SIDE * SPRITE_SIDE)
#define CUE     160 /* bytes of one at most */
#define QUALITY 5

static uint32_t count_tiles(int64_t length_us)
{
	return (uint32_t)((length_us + SPRITE_US - 1) / SPRITE_US);
}

uint32_t sprite_sheets(int64_t length_us)
{
	return (count_tiles(length_us) + SHEET - 1) / SHEET;
}

void sprite_name(char out[FOLDER_NAME], uint32_t n)
{
	snprintf(out, FOLDER_NAME, "sprite-%u.jpg", n);
}

static void box_of(uint32_t tile, struct jpeg_box *out)
{
	uint32_t at = tile % SHEET;

	*out = (struct jpeg_box){(int)(at % SPRITE_SIDE) * SPRITE_W_PX,
				 (int)(at / SPRITE_SIDE) * SPRITE_H_PX, SPRITE_W_PX,
				 SPRITE_H_PX};
}

struct sprite {
	const struct folder *folder;
	struct keyframes keys;
	struct SwsContext *scaler;
	struct progress *progress;
	uint32_t n_tiles;
};

static int draw_sheet(struct sprite *sprite, uint32_t first, uint32_t end, AVFrame *sheet)
{
	const AVFrame *frame;
	struct jpeg_box box;
	int err = 0;

	for (uint32_t tile = first; !err && tile < end; tile++) {
		progress_at(sprite->progress, tile, sprite->n_tiles);
		err = keyframes_at(&sprite->keys, tile * SPRITE_US, &frame);
		box_of(tile, &box);
		if (!err)
			err = jpeg_draw(&sprite->scaler, frame, sheet, &box);
	}
	return err;
}

static int make_sheet(struct sprite *sprite, uint32_t n)
{
	uint32_t first = n * SHEET, end = first + SHEET, rows;
	char name[FOLDER_NAME];
	AVFrame *sheet;
	int err;

	sprite_name(name, n + 1);
	if (folder_has(sprite->folder, name))
		return 0;
	if (end > sprite->n_tiles)
		end = sprite->n_tiles;
	rows = (end - first + SPRITE_SIDE - 1) / SPRITE_SIDE;
	err = jpeg_frame(&sheet, SPRITE_SIDE * SPRITE_W_PX, (int)rows * SPRITE_H_PX);
	if (err)
		return err;
	err = draw_sheet(sprite, first, end, sheet);
	if (!err)
		err = jpeg_write(sheet, QUALITY, sprite->folder, name);
	av_frame_free(&sheet);
	return err;
}

static int write_vtt(const struct sprite *sprite, int64_t length_us)
{
	char *text = malloc(((size_t)sprite->n_tiles + 1) * CUE);
	size_t at;
	int err;

	if (!text)
		return -ENOMEM;
	at = (size_t)snprintf(text, CUE, "WEBVTT\n");
	for (uint32_t tile = 0; tile < sprite->n_tiles; tile++) {
		char from[CHAPTERS_TIME], to[CHAPTERS_TIME], name[FOLDER_NAME];
		int64_t end_us = (tile + 1) * SPRITE_US;
		struct jpeg_box box;

		box_of(tile, &box);
		sprite_name(name, tile / SHEET + 1);
		chapters_time(from, tile * SPRITE_US / 1000);
		chapters_time(to, (end_us > length_us ? length_us : end_us) / 1000);
		at += (size_t)snprintf(text + at, CUE,
				       "\n%s --> %s\n%.20s#xywh=%d,%d,%d,%d\n", from, to,
				       name, box.x, box.y, box.w_px, box.h_px);
	}
	err = folder_write(sprite->folder, SPRITE_VTT, text, at);
	free(text);
	return err;
}

int sprite_make(const struct folder *folder, struct source *source,
		struct progress *progress)
{
	struct sprite sprite = {.folder = folder,
				.progress = progress,
				.n_tiles = count_tiles(source->length_us)};
	int err = keyframes_init(&sprite.keys, source);

	if (err)
		return err;
	for (uint32_t n = 0; !err && n < sprite_sheets(source->length_us); n++)
		err = make_sheet(&sprite, n);
	if (!err)
		err = write_vtt(&sprite, source->length_us);
	keyframes_fini(&sprite.keys);
	sws_freeContext(sprite.scaler);
	return err;
}
