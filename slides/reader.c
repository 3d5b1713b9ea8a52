#include "slides/reader.h"

#include "base/limits.h"
#include "slides/clip.h"
#include "slides/image.h"
#include "slides/pdf.h"
#include "slides/sniff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STILL_WANTED (80u << 10) /* bytes */
#define THUMB_WANTED (12u << 10)

static enum sheet_fault fault_of(int err)
{
	switch (err) {
	case 0:
		return SHEET_FINE;
	case -EACCES:
		return SHEET_ENCRYPTED;
	case -E2BIG:
		return SHEET_PAGES;
	case -EFBIG:
		return SHEET_LARGE;
	case -ENOTSUP:
		return SHEET_OTHER;
	case -EOVERFLOW:
		return SHEET_LONG;
	case -ENOENT:
		return SHEET_NO_PAGE;
	case -ENOMEM:
		return SHEET_LARGE; /* this program has enough for all that is sensible */
	default:
		return SHEET_DAMAGED;
	}
}

/* A deck that is open: a PDF, or one decoded picture, which may stand for a clip. */
struct source {
	struct pdf *pdf;
	struct image image;
};

/* Its size is looked at before anything decodes it. */
static int art_decode(struct image *out, const uint8_t *data, size_t len)
{
	struct sniffed what;
	int err = sniff(&what, data, len);

	if (err)
		return err;
	if (len > LIMIT_ART_BYTES || what.w_px > LIMIT_ART_SIDE ||
	    what.h_px > LIMIT_ART_SIDE)
		return -EFBIG;
	return what.kind == SNIFF_PNG || what.kind == SNIFF_JPEG
		       ? image_decode_clear(out, data, len)
		       : -ENOTSUP;
}

static int picture_open(struct source *source, int fd, enum deck_kind kind)
{
	struct stat st;
	void *data;
	int err;

	if (fstat(fd, &st) || st.st_size <= 0 || st.st_size > LIMIT_UPLOAD)
		return -EBADMSG;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -ENOMEM;
	err = (kind == DECK_ART ? art_decode : image_decode)(&source->image, data,
							     (size_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	return err;
}

static int film_open(struct source *source, int fd)
{
	struct clip *clip;
	int err = clip_open(&clip, fd, REEL_SIDE, REEL_PIXELS / REEL_SIDE);

	if (err)
		return err;
	err = clip_image(clip, &source->image);
	clip_close(clip);
	return err;
}

static int source_open(struct source *source, int fd, enum deck_kind kind)
{
	enum sniff_kind what = SNIFF_PNG;
	uint8_t head[16];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	int err = kind == DECK_PDF ? sniff_kind(&what, head, n > 0 ? (size_t)n : 0) : 0;

	if (!err && kind == DECK_PDF)
		return what == SNIFF_PDF ? pdf_open(&source->pdf, fd) : -ENOTSUP;
	if (!err)
		err = kind == DECK_CLIP ? film_open(source, fd)
					: picture_open(source, fd, kind);
	close(fd);
	return err;
}

static int draw(const struct source *source, uint32_t page, uint32_t w, uint32_t h,
		struct image *out)
{
	uint32_t w_px, h_px;
	int err;

	if (source->pdf)
		return pdf_draw(source->pdf, page, w, h, out);
	if (page != 1)
		return -ENOENT;
	image_fit(source->image.w_px, source->image.h_px, w, h, 0, &w_px, &h_px);
	err = image_init(out, w_px, h_px);
	if (!err)
		err = image_scale(&source->image, out);
	if (err)
		image_fini(out);
	return err;
}

static int make_picture(struct reader_page *out, const struct source *source,
			const struct reader_ask *ask)
{
	struct image image = {0};
	/* an upright one may be as large as one that is not */
	bool aside = ask->kind == DECK_ART && source->image.h_px > source->image.w_px;
	int err = draw(source, ask->page, aside ? ask->box_h_px : ask->box_w_px,
		       aside ? ask->box_w_px : ask->box_h_px, &image);

	if (!err)
		err = image_i420(&out->picture, &image);
	if (!err && ask->kind == DECK_ART)
		err = image_alpha(&out->alpha, &image);
	if (!err) {
		out->head.alpha = out->alpha;
		out->head.w_px = (uint16_t)image.w_px;
		out->head.h_px = (uint16_t)image.h_px;
	}
	image_fini(&image);
	return err;
}

static int make_file(uint8_t **out, uint32_t *len, const struct source *source,
		     uint32_t page, uint32_t side_px, size_t wanted)
{
	struct image image = {0};
	size_t n = 0;
	int err = draw(source, page, side_px, side_px, &image);

	if (!err)
		err = image_webp(out, &n, &image, wanted, SHEET_STILL_MAX);
	image_fini(&image);
	*len = (uint32_t)n;
	return err;
}

static int make(struct reader_page *out, int fd, const struct reader_ask *ask)
{
	struct source source = {0};
	int err = source_open(&source, fd, ask->kind);

	if (!err)
		out->head.pages = source.pdf ? pdf_pages(source.pdf) : 1;
	if (!err && ask->box_w_px)
		err = make_picture(out, &source, ask);
	if (!err && ask->still_px)
		err = make_file(&out->still, &out->head.still_len, &source, ask->page,
				ask->still_px, STILL_WANTED);
	if (!err && ask->thumb_px)
		err = make_file(&out->thumb, &out->head.thumb_len, &source, ask->page,
				ask->thumb_px, THUMB_WANTED);
	image_fini(&source.image);
	pdf_close(source.pdf);
	return err;
}

void reader_read(struct reader_page *out, int fd, const struct reader_ask *ask)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = make(out, fd, ask);
	if (!err)
		return;
	reader_fini(out);
	memset(out, 0, sizeof(*out));
	out->head.fault = fault_of(err);
}

void reader_fini(struct reader_page *page)
{
	free(page->picture);
	free(page->alpha);
	free(page->still);
	free(page->thumb);
}
