/* aula_plugin.h - the whole contract between the server and a plugin.
 *
 * A plugin is one shared object with one exported constant, `aula_plugin_entry`.
 * The server reads `abi_major`, `abi_minor` and `size` before anything else.
 * Rules that never change within a major version:
 *   - structs grow only at the end, behind `size`; a field keeps its meaning;
 *   - arrays of structs are arrays of pointers, so growth never moves a stride;
 *   - a call that can fail returns 0 or a negative errno;
 *   - plugins are loaded at start, checked, and never unloaded.
 */
#ifndef AULA_PLUGIN_H
#define AULA_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AULA_ABI_MAJOR 1 /* another major: the plugin is refused */
#define AULA_ABI_MINOR 3 /* a plugin newer than the server is refused */

/* ---- layouts: where each participant is drawn --------------------------- */

/* One canvas side. 10080 = 2^5 * 3^2 * 5 * 7: halves to tenths are exact. */
#define AULA_UNIT 10080

#define AULA_CELLS_MAX 49 /* a scene takes at least this many cells */

enum {
	AULA_SRC_VIDEO = 1 << 0,    /* has a picture now */
	AULA_SRC_SCREEN = 1 << 1,   /* is a shared screen */
	AULA_SRC_LECTURER = 1 << 2, /* has the role that leads the class */
	AULA_SRC_PINNED = 1 << 3,   /* an admin put it in front */
	AULA_SRC_HAND = 1 << 4,     /* raised its hand */
	/* since 1.1: who was given the seat of that name */
	AULA_SRC_INTERPRETER = 1 << 5,
	AULA_SRC_GUEST = 1 << 6,
};

struct aula_source {
	uint32_t size;
	uint32_t id;    /* never 0 */
	uint32_t flags; /* AULA_SRC_* */
	/* 0: dominant speaker, 1: the one before, ...; UINT32_MAX: has not spoken */
	uint32_t talk_rank;
	uint16_t w_px, h_px; /* decoded picture; 0 without one */
	uint32_t owner;      /* same for a member's camera and screen; 0: unknown */
};

struct aula_param {
	const char *key, *value; /* what came with the layout's name, as text */
};

struct aula_layout_in {
	uint32_t size;
	uint32_t n_sources;
	const struct aula_source *const *sources; /* in order of joining */
	uint16_t canvas_w_px, canvas_h_px;        /* for the aspect ratio only */
	uint32_t n_params;
	const struct aula_param *const *params;
	/* since 1.1: `mark` of the last arrangement of this canvas by this layout
	 * with these parameters, 0 without one; so what is held needs no memory */
	uint32_t last;
};

enum {
	AULA_CELL_FILL = 1 << 0,  /* crop to fill; without: fit with bars */
	AULA_CELL_LABEL = 1 << 1, /* write the display name */
	/* since 1.1 */
	AULA_CELL_BORDER = 1 << 2, /* a thin light frame inside of the cell */
	AULA_CELL_OVER = 1 << 3,   /* lies over others, or under them, on purpose */
	AULA_CELL_VACANT = 1 << 4, /* nobody's: `source` is 0, `text` is drawn */
	AULA_CELL_FACE = 1 << 5,   /* with FILL: crop more below than above */
	AULA_CELL_NAME = 1 << 6,   /* burn the name into the picture */
	AULA_CELL_TALKS = 1 << 7,  /* a frame in the colour of who speaks */
};

struct aula_cell {
	uint32_t source;     /* id of the source drawn here */
	uint16_t x, y, w, h; /* in AULA_UNIT of the canvas width and height */
	uint32_t flags;      /* AULA_CELL_* */
	/* since 1.1, UTF-8, looked at only with AULA_CELL_VACANT; must live as long
	 * as the plugin */
	const char *text;
};

static inline const char *aula_param(const struct aula_layout_in *in, const char *key)
{
	for (uint32_t i = 0; i < in->n_params; i++)
		if (strcmp(in->params[i]->key, key) == 0)
			return in->params[i]->value;
	return NULL;
}

/* A parameter that is a number of `min` to `max`; else `fallback`. */
static inline uint32_t aula_param_number(const struct aula_layout_in *in, const char *key,
					 uint32_t min, uint32_t max, uint32_t fallback)
{
	const char *text = aula_param(in, key);
	uint32_t v = 0, digits = 0;

	for (; text && *text >= '0' && *text <= '9' && digits < 9; text++, digits++)
		v = v * 10 + (uint32_t)(*text - '0');
	return digits && !*text && v >= min && v <= max ? v : fallback;
}

struct aula_layout_out {
	uint32_t size;
	/* Appends a cell; later cells are drawn over earlier ones. -EINVAL:
	 * outside of the canvas or unknown source, and the whole arrangement
	 * is refused; -ENOSPC: too many, the cell is left out. */
	int (*put)(struct aula_layout_out *out, const struct aula_cell *cell,
		   size_t cell_size);
	uint32_t mark; /* since 1.1: comes back as `last`; not 0 to be of use */
};

static inline int aula_put(struct aula_layout_out *out, struct aula_cell cell)
{
	return out->put(out, &cell, sizeof(cell));
}

struct aula_layout_ops {
	uint32_t size;
	/* A pure function of `in`: no I/O, no waiting, no state. Called on the
	 * control thread when the scene may change, not per frame. Aim at less
	 * than 5 ms; more than 100 ms counts as a failure. */
	int (*arrange)(const struct aula_layout_in *in, struct aula_layout_out *out);
};

/* ---- help for layouts: compiled into the plugin, no part of the ABI ------ */

struct aula_rect {
	uint32_t x, y, w, h; /* in AULA_UNIT */
};

/* Picks the `max` (at most AULA_CELLS_MAX) sources with the lowest rank; a
 * source of rank UINT32_MAX never. They come in order of joining, so that tiles
 * do not jump about when ranks change. Returns how many. */
static inline uint32_t aula_pick(const struct aula_layout_in *in, const void *ctx,
				 uint32_t (*rank)(const struct aula_source *s,
						  const void *ctx),
				 const struct aula_source **picked, uint32_t max)
{
	uint32_t ranks[AULA_CELLS_MAX] = {0}, at[AULA_CELLS_MAX] = {0}, n = 0, i, k;

	if (max > AULA_CELLS_MAX)
		max = AULA_CELLS_MAX;
	for (i = 0; max && i < in->n_sources; i++) {
		uint32_t r = rank(in->sources[i], ctx);

		if (r == UINT32_MAX || (n == max && r >= ranks[n - 1]))
			continue;
		for (k = n < max ? n++ : n - 1; k && ranks[k - 1] > r; k--) {
			ranks[k] = ranks[k - 1];
			at[k] = at[k - 1];
		}
		ranks[k] = r;
		at[k] = i;
	}
	for (i = 1; i < n; i++) { /* back into the order of joining */
		uint32_t v = at[i];

		for (k = i; k && at[k - 1] > v; k--)
			at[k] = at[k - 1];
		at[k] = v;
	}
	for (i = 0; i < n; i++)
		picked[i] = in->sources[at[i]];
	return n;
}

/* The largest cell of a shape between `min` and `max` (width by height, in
 * 1/9: 12 is 4:3, 16 is 16:9) for `cols` by `rows` of them in `area`. */
static inline struct aula_rect aula_cell_size(const struct aula_layout_in *in,
					      struct aula_rect area, uint32_t cols,
					      uint32_t rows, uint32_t min, uint32_t max)
{
	uint64_t cw = in->canvas_w_px ? in->canvas_w_px : 16;
	uint64_t ch = in->canvas_h_px ? in->canvas_h_px : 9;
	struct aula_rect cell = {0, 0, area.w / cols, area.h / rows};

	if (9 * cell.w * cw > max * cell.h * ch)
		cell.w = (uint32_t)(max * cell.h * ch / (9 * cw));
	if (9 * cell.w * cw < min * cell.h * ch)
		cell.h = (uint32_t)(9 * cell.w * cw / (min * ch));
	return cell;
}

/* Puts one source into the middle of `area`: a screen whole, a camera as large
 * as a shape between 4:3 and 16:9 allows. */
static inline int aula_put_one(const struct aula_layout_in *in,
			       struct aula_layout_out *out, struct aula_rect area,
			       const struct aula_source *s)
{
	int screen = (s->flags & AULA_SRC_SCREEN) != 0;
	struct aula_rect size = aula_cell_size(in, area, 1, 1, 12, 16);
	struct aula_cell cell;

	if (screen)
		size = area; /* the server fits it: nothing of a slide is cut off */
	cell.source = s->id;
	cell.x = (uint16_t)(area.x + (area.w - size.w) / 2);
	cell.y = (uint16_t)(area.y + (area.h - size.h) / 2);
	cell.w = (uint16_t)size.w;
	cell.h = (uint16_t)size.h;
	cell.flags = AULA_CELL_LABEL;
	if (!screen)
		cell.flags |= AULA_CELL_FILL | AULA_CELL_FACE;
	cell.text = NULL;
	return aula_put(out, cell);
}

/* Puts `n` sources as equal tiles into `area`: as large as they can be, in the
 * middle, an unfilled last row in the middle too. */
static inline int aula_put_tiles(const struct aula_layout_in *in,
				 struct aula_layout_out *out, struct aula_rect area,
				 const struct aula_source *const *sources, uint32_t n)
{
	struct aula_rect best = {0, 0, 0, 0}, cell, at;
	uint32_t cols = 1, rows = 1, c, i, in_row;
	int err = 0;

	for (c = 1; c <= n; c++) {
		cell = aula_cell_size(in, area, c, (n + c - 1) / c, 12, 16);
		if ((uint64_t)cell.w * cell.h > (uint64_t)best.w * best.h) {
			best = cell;
			cols = c;
			rows = (n + c - 1) / c;
		}
	}
	for (i = 0; !err && i < n; i++) {
		in_row = i / cols < rows - 1 ? cols : n - (rows - 1) * cols;
		at = best;
		at.x = area.x + (area.w - in_row * best.w) / 2 + i % cols * best.w;
		at.y = area.y + (area.h - rows * best.h) / 2 + i / cols * best.h;
		err = aula_put_one(in, out, at, sources[i]);
	}
	return err;
}

/* ---- recorders: encoded media into a file ------------------------------- */

enum { AULA_TRACK_VIDEO = 1, AULA_TRACK_AUDIO = 2 };

/* since 1.3: what of a member a track is, see AULA_RECORDER_TRACKS */
enum { AULA_FROM_VOICE = 1, AULA_FROM_CAMERA = 2, AULA_FROM_SCREEN = 3 };

struct aula_track {
	uint32_t size;
	uint32_t kind; /* AULA_TRACK_* */
	char codec[8]; /* "h264", "vp8", "opus"; since 1.3 also "vp9" */
	uint16_t w_px, h_px;
	uint32_t rate_hz; /* audio sampling rate */
	uint32_t n_channels;
	/* h264: its SPS and PPS as Annex B; opus: OpusHead (RFC 7845, 5.1).
	 * Valid during the call only. */
	const uint8_t *config;
	uint32_t config_len; /* bytes */
	/* since 1.3, of a track of one member; else 0 and NULL. Texts are valid during
	 * the call only. */
	const char *owner; /* [a-z0-9]{1,15}: all tracks of one member have the same */
	const char *name;  /* as the others see it, UTF-8 */
	uint32_t from;     /* AULA_FROM_* */
	uint32_t rotation_deg; /* how its pictures are to be turned clockwise: 0, 90, ...
				*/
};

enum { AULA_PACKET_KEY = 1 << 0 };

struct aula_packet {
	uint32_t size;
	uint32_t track; /* index into the tracks given to open() */
	uint32_t flags; /* AULA_PACKET_* */
	/* Video starts at 0 with a key frame and has no frame twice or out of
	 * order; its rate varies. Sound starts a little later, also without video; in a
	 * later part of a recording video may, too, by at most 200 ms.
	 * Where the recording paused the times go on, video with a key frame. */
	int64_t pts_us, duration_us;
	const uint8_t *data; /* valid during the call only; video is Annex B */
	size_t len;          /* bytes */
};

/* Of the finished file. The plugin leaves `size` alone. */
struct aula_finished {
	uint32_t size;
	int64_t duration_us;
	uint64_t bytes;
};

/* since 1.2: how a recording begins, or one part of it. */
struct aula_start {
	uint32_t size;
	const char *path; /* as in open(); NULL with AULA_RECORDER_REMOTE */
	const struct aula_track *const *tracks;
	uint32_t n_tracks;
	/* Where it is sent to, with AULA_RECORDER_REMOTE: a URL as somebody typed it,
	 * that the server has not looked at. Else NULL. */
	const char *target;
	/* since 1.3: 1: the operator has named the server of `target`, which may be of
	 * the own network then. 0: anybody may have named it, and an address of the own
	 * network, or one that a name has there, must not be connected to. */
	uint32_t target_listed;
};

/* since 1.2: one finished part of a recording. */
struct aula_piece {
	uint32_t size;
	const char *path;
	int64_t at_us; /* where its zero is in the recording */
};

enum { /* since 1.2 */
       /* `path` is a new empty folder, to be filled with as many files as it takes:
	* [a-z0-9.-]{1,40}, no folders in it. finish() may move it. */
       AULA_RECORDER_FOLDER = 1 << 0,
       AULA_RECORDER_REMOTE = 1 << 1, /* sends it away and makes no file */
       /* since 1.3, with FOLDER: it is given what members send, each as it was sent, and
	* neither the picture nor the sound of the class. Needs start(), which is told of
	* no tracks, track() and track_end(); `video`, change() and join() are not used.
	*/
       AULA_RECORDER_TRACKS = 1 << 2,
};

/* All are called on recording threads and may block on the disk. Several
 * recordings, and editions of one, run at once, each with its own `self` on a thread
 * of its own. */
struct aula_recorder_ops {
	uint32_t size;
	const char *extension; /* of the file, without the dot: [a-z0-9]{1,7} */
	/* `path` is a new empty file that only the server may read. The tracks are
	 * video and sound, or sound alone (in the edition "sound"): -ENOTSUP for what
	 * cannot be recorded, and the others go on. */
	int (*open)(void **self, const char *path, const struct aula_track *const *tracks,
		    uint32_t n_tracks);
	int (*write)(void *self, const struct aula_packet *packet);
	/* Called once after each successful open, also after a failed write.
	 * Must leave a file that plays up to the last good packet. */
	int (*close)(void *self);
	/* Optional. Makes the finished file `path` from what close() or a crash
	 * of the server left at `part`; `path` appears whole or not at all, and
	 * an older one is replaced. May take long: it has a thread of its own.
	 * -EBADMSG: nothing can be rescued. The server removes `part`.
	 * Without it the server renames `part` to `path`. */
	int (*finish)(const char *part, const char *path, struct aula_finished *info);

	/* since 1.2 */
	uint32_t flags;    /* AULA_RECORDER_* */
	const char *video; /* the codec of the pictures it takes; NULL: "h264" */
	/* Optional, then open() is not called. */
	int (*start)(void **self, const struct aula_start *start);
	/* Optional. From the next packet of this track on, a key frame, it is like that:
	 * other sets, another size. Without it a new part begins: close(), then open()
	 * with another path, and times from 0 on; with join() long recordings are cut
	 * into parts, too. With it there is one part, however long. */
	int (*change)(void *self, uint32_t index, const struct aula_track *track);
	/* Optional, used without change(). Makes one file of pieces, by time, each of
	 * them what finish() has made, or the part as it was when that failed; `path` as
	 * there. The server removes them. Without it, and when it fails, the pieces stay
	 * as files of their own. */
	int (*join)(const struct aula_piece *const *pieces, uint32_t n_pieces,
		    const char *path, struct aula_finished *info);

	/* since 1.3, with AULA_RECORDER_TRACKS */
	/* A member's voice (Opus), camera or screen (VP8, VP9, H.264 as Annex B) is sent
	 * from `at_us` on. `index` counts from 0, and is none of a track that was taken
	 * before. What has
	 * another size, codec, rotation or other parameter sets is a new track, and so is
	 * what comes again after its end. -ENOTSUP: this track is left out, all others go
	 * on. Packets of it follow, the first one is a key frame. Times of all tracks are
	 * those of the recording, by one clock, and rise within each; there may be gaps,
	 * after which pictures begin with a key frame. How long a picture is shown is not
	 * known: its duration is 0. */
	int (*track)(void *self, uint32_t index, const struct aula_track *track,
		     int64_t at_us);
	/* No packet of it comes any more. Of those that are left close() is the end. */
	int (*track_end)(void *self, uint32_t index, int64_t at_us);
};

/* ---- the exported constant ---------------------------------------------- */

struct aula_plugin {
	uint16_t abi_major, abi_minor;
	uint32_t size;
	const char *name;    /* [a-z0-9-]{1,31}, unique among its kind */
	const char *version; /* of the plugin, free text */
	/* exactly one of the following is set */
	const struct aula_layout_ops *layout;
	const struct aula_recorder_ops *recorder;
	/* since 1.1, of a layout: the parameters it takes, `strip=0..5 side=top|left`
	 * (a number; words, the first of which is the usual one). Others are refused
	 * before they reach it. NULL: it takes what comes. */
	const char *params;
};

#define AULA_PLUGIN_HEAD \
	.abi_major = AULA_ABI_MAJOR, .abi_minor = AULA_ABI_MINOR, \
	.size = sizeof(struct aula_plugin)

#if defined(__GNUC__)
#define AULA_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define AULA_PLUGIN_EXPORT
#endif

/* The server links its own plugins in under other names of this symbol. */
#ifndef AULA_PLUGIN_SYMBOL
#define AULA_PLUGIN_SYMBOL aula_plugin_entry
#endif
extern AULA_PLUGIN_EXPORT const struct aula_plugin AULA_PLUGIN_SYMBOL;

#ifdef __cplusplus
}
#endif

#endif
