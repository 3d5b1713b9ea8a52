#include "derive/make.h"

#include "derive/level.h"
#include "derive/poster.h"
#include "derive/remux.h"
#include "derive/sealed.h"
#include "derive/slides.h"
#include "derive/sound.h"
#include "derive/source.h"
#include "derive/sprite.h"
#include "derive/still.h"
#include "derive/wave.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/crc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOUND    "sound.m4a"
#define WAVE     "waveform.json"
#define LOUDNESS "loudness.json"
#define VIDEO    "video.mp4"
#define SLIDES   "slides.mp4"
#define STILLS   "stills.mp4" /* until they have their sound */
#define POSTER   "poster.jpg"
/* where the pieces of these lie, see pieces.h */
#define SOUND_TABLE  "sound.index"
#define VIDEO_TABLE  "video.index"
#define SLIDES_TABLE "slides.index"
#define CHAPTERS     "chapters.vtt"
#define LISTED       "chapters.json"
#define MADE         "made.json"

#define SHEETS_MOST 128 /* more than LIMIT_DERIVE_MS can have */
#define SMALL       1000

struct make {
	const struct folder *folder;
	int recording;
	struct chapters chapters;
	uint32_t chapters_crc;
	struct progress *progress;
	struct make_result result;
};

/* ---- of what it is made --------------------------------------------------------- */

static int read_chapters(struct make *make, int fd)
{
	char *text;
	ssize_t n;
	int err;

	if (fd < 0)
		return 0;
	text = malloc(LIMIT_CHAPTERS_TEXT + 1);
	if (!text)
		return -ENOMEM;
	n = pread(fd, text, LIMIT_CHAPTERS_TEXT + 1, 0);
	err = n < 0 ? -errno : chapters_read(&make->chapters, text, (size_t)n);
	if (!err)
		make->chapters_crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE), UINT32_MAX,
					    (const uint8_t *)text, (size_t)n);
	free(text);
	return err;
}

static void remove_all(const struct folder *folder)
{
	static const char *const names[] = {SOUND,  SOUND_TABLE, WAVE,      LOUDNESS,
					    POSTER, STILLS,      SPRITE_VTT};
	char name[FOLDER_NAME];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		folder_unlink(folder, names[i]);
	for (uint32_t i = 1; i <= SHEETS_MOST; i++) {
		sprite_name(name, i);
		folder_unlink(folder, name);
	}
}

/* Files of another recording, or of other chapters, are not ours. */
static int check_made(const struct make *make)
{
	char now[SMALL], before[SMALL] = "";
	const char *chapters;
	struct stat st;
	size_t same;

	if (fstat(make->recording, &st))
		return -errno;
	snprintf(now, sizeof(now),
		 "{\"version\":1,\"bytes\":%lld,\"changed\":\"%lld.%09ld\","
		 "\"chapters\":\"%08x\"}\n",
		 (long long)sealed_size(make->recording), (long long)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec, make->chapters_crc);
	if (folder_read(make->folder, MADE, before, sizeof(before)) == 0 &&
	    strcmp(now, before) == 0)
		return 0;
	chapters = strstr(now, "\"chapters\"");
	same = (size_t)(chapters - now);
	if (strncmp(now, before, same) != 0)
		remove_all(make->folder);
	folder_unlink(make->folder, VIDEO);
	folder_unlink(make->folder, VIDEO_TABLE);
	folder_unlink(make->folder, SLIDES);
	folder_unlink(make->folder, SLIDES_TABLE);
	folder_unlink(make->folder, CHAPTERS);
	folder_unlink(make->folder, LISTED);
	return folder_write(make->folder, MADE, now, strlen(now));
}

/* ---- sound ---------------------------------------------------------------------- */

struct listener {
	struct wave wave;
	struct loudness_meter meter;
	struct progress *progress;
	int64_t all; /* samples */
};

static int on_samples(void *ctx, int64_t at, const float *pcm, int n)
{
	struct listener *listener = ctx;

	progress_at(listener->progress, at, listener->all);
	wave_push(&listener->wave, pcm, n);
	return loudness_meter_push(&listener->meter, pcm, n);
}

static int write_loudness(const struct make *make)
{
	char text[SMALL];
	size_t len = loudness_write(&make->result.loudness, text, sizeof(text));

	return folder_write(make->folder, LOUDNESS, text, len);
}

static int hear(struct make *make, struct listener *listener)
{
	const struct sound_sink sink = {listener, on_samples};
	struct source source;
	int err = source_open(&source, make->recording);

	if (err)
		return err;
	listener->progress = make->progress;
	listener->all = source.length_us * (SOUND_HZ / 1000) / 1000;
	err = sound_read(&source, &sink);
	source_close(&source);
	return err;
}

/* Both need all of the sound once: what is drawn, and how loud it is. */
static int listen_to(struct make *make)
{
	struct loudness_plan *plan = &make->result.loudness;
	struct listener listener;
	int err = loudness_meter_init(&listener.meter, true);

	if (err)
		return err;
	progress_step(make->progress, "listen");
	err = wave_init(&listener.wave, make->result.length_us / 1000);
	if (!err)
		err = hear(make, &listener);
	if (!err)
		err = loudness_meter_end(&listener.meter, &plan->source);
	if (!err) {
		plan->is_made = false;
		loudness_plan(plan);
		err = wave_write(&listener.wave, make->folder, WAVE);
	}
	if (!err)
		err = write_loudness(make);
	if (!err)
		progress_done(make->progress);
	wave_fini(&listener.wave);
	loudness_meter_fini(&listener.meter);
	return err;
}

static int make_sound(struct make *make)
{
	struct loudness_plan *plan = &make->result.loudness;
	const struct folder *folder = make->folder;
	char text[SMALL];
	int err = 0;

	if (folder_read(folder, LOUDNESS, text, sizeof(text)) ||
	    loudness_read(plan, text) || !folder_has(folder, WAVE))
		err = listen_to(make);
	if (err || (plan->is_made && folder_has(folder, SOUND)))
		return err;
	loudness_plan(plan); /* what an earlier try corrected was for that try */
	progress_step(make->progress, "sound");
	err = level_make(folder, SOUND, SOUND_TABLE, make->recording, plan,
			 make->progress);
	/* in this order: what is said of the sound is true when it is there */
	if (!err)
		err = write_loudness(make);
	if (!err)
		progress_done(make->progress);
	return err;
}

/* ---- pictures ------------------------------------------------------------------- */

static int draw(struct make *make, const char *file, const char *step,
		int (*run)(struct make *make, struct source *source))
{
	struct source source;
	int err;

	if (folder_has(make->folder, file))
		return 0;
	progress_step(make->progress, step);
	err = source_open(&source, make->recording);
	if (err)
		return err;
	err = run(make, &source);
	source_close(&source);
	if (!err)
		progress_done(make->progress);
	return err;
}

/* Its pictures with the sound that was made, and chapters. */
static int put_together(struct make *make, const char *name, const char *table,
			int pictures)
{
	struct source source;
	int sound = -1, err;

	if (make->result.has_sound) {
		sound = openat(make->folder->fd, SOUND,
			       O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (sound < 0)
			return -errno;
	}
	err = source_open(&source, pictures);
	if (!err) {
		err = remux(make->folder, name, table, &source, sound, &make->chapters,
			    make->progress);
		source_close(&source);
	}
	if (sound >= 0)
		close(sound);
	return err;
}

static int make_video(struct make *make)
{
	int err;

	if (folder_has(make->folder, VIDEO))
		return 0;
	progress_step(make->progress, "video");
	err = put_together(make, VIDEO, VIDEO_TABLE, make->recording);
	if (!err)
		progress_done(make->progress);
	return err;
}

static int draw_stills(struct make *make, struct source *source)
{
	return slides_make(make->folder, STILLS, source, make->progress);
}

static int make_slides(struct make *make)
{
	int stills, err;

	if (folder_has(make->folder, SLIDES) || !still_can())
		return 0;
	err = draw(make, STILLS, "slides", draw_stills);
	if (err)
		return err;
	stills = openat(make->folder->fd, STILLS, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (stills < 0)
		return -errno;
	err = put_together(make, SLIDES, SLIDES_TABLE, stills);
	close(stills);
	if (!err)
		folder_unlink(make->folder, STILLS);
	return err;
}

static int draw_poster(struct make *make, struct source *source)
{
	return poster_make(make->folder, POSTER, source, make->progress);
}

static int draw_sprite(struct make *make, struct source *source)
{
	return sprite_make(make->folder, source, make->progress);
}

/* ---- all of it ------------------------------------------------------------------ */

static int look(struct make *make)
{
	struct source source;
	int err = source_open(&source, make->recording);

	if (err)
		return err;
	make->result.length_us = source.length_us;
	make->result.has_sound = source.sound;
	make->result.has_video = source.video;
	chapters_cut(&make->chapters, source.length_us / 1000);
	source_close(&source);
	return check_made(make);
}

static int make_parts(struct make *make)
{
	const struct make_result *result = &make->result;
	int err = 0;

	if (!folder_has(make->folder, CHAPTERS))
		err = chapters_write(&make->chapters, result->length_us / 1000,
				     make->folder, CHAPTERS);
	if (!err && !folder_has(make->folder, LISTED))
		err = chapters_write_json(&make->chapters, result->length_us / 1000,
					  make->folder, LISTED);
	/* soon there, and what people see first */
	if (!err && result->has_video)
		err = draw(make, POSTER, "poster", draw_poster);
	if (!err && result->has_video)
		err = draw(make, SPRITE_VTT, "sprite", draw_sprite);
	if (!err && result->has_sound)
		err = make_sound(make);
	if (!err && result->has_video)
		err = make_video(make);
	if (!err && result->has_video)
		err = make_slides(make);
	return err;
}

int make_all(struct make_result *out, const struct folder *folder, int recording,
	     int chapters, struct progress *progress)
{
	struct make make = {
		.folder = folder, .recording = recording, .progress = progress};
	int err = read_chapters(&make, chapters);

	if (!err)
		err = look(&make);
	if (!err)
		err = make_parts(&make);
	chapters_fini(&make.chapters);
	if (!err)
		*out = make.result;
	return err;
}

/* A file, and its table when it could be laid out in pieces. */
static void tell_both(const struct folder *folder, const char *file, const char *table,
		      void (*told)(void *ctx, const char *name), void *ctx)
{
	told(ctx, file);
	if (folder_has(folder, table))
		told(ctx, table);
}

void make_each(const struct make_result *result, const struct folder *folder,
	       void (*told)(void *ctx, const char *name), void *ctx)
{
	char name[FOLDER_NAME];

	if (result->has_sound) {
		tell_both(folder, SOUND, SOUND_TABLE, told, ctx);
		told(ctx, LOUDNESS);
		told(ctx, WAVE);
	}
	if (result->has_video) {
		tell_both(folder, VIDEO, VIDEO_TABLE, told, ctx);
		if (still_can())
			tell_both(folder, SLIDES, SLIDES_TABLE, told, ctx);
		told(ctx, POSTER);
		for (uint32_t i = 1; i <= sprite_sheets(result->length_us); i++) {
			sprite_name(name, i);
			told(ctx, name);
		}
		told(ctx, SPRITE_VTT);
	}
	told(ctx, CHAPTERS);
	told(ctx, LISTED);
}

int make_laid(const struct folder *folder, int recording, int64_t *length_us,
	      struct progress *progress)
{
	const struct chapters none = {0};
	struct source source;
	int err = source_open(&source, recording);

	if (err)
		return err;
	err = source.video ? remux(folder, VIDEO, VIDEO_TABLE, &source,
				   source.aac ? recording : -1, &none, progress)
			   : -ENOTSUP;
	if (!err)
		*length_us = source.length_us;
	source_close(&source);
	return err;
}

void make_each_laid(const struct folder *folder,
		    void (*told)(void *ctx, const char *name), void *ctx)
{
	tell_both(folder, VIDEO, VIDEO_TABLE, told, ctx);
}
