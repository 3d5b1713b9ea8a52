#include "slides/pdf.h"

#include "base/limits.h"

#include <cairo.h>
#include <errno.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

struct pdf {
	PopplerDocument *doc;
	uint32_t pages;
};

int pdf_open(struct pdf **out, int fd)
{
	struct pdf *pdf = calloc(1, sizeof(*pdf));
	GError *error = NULL;
	int n, err = 0;

	if (!pdf)
		return -ENOMEM;
	pdf->doc = poppler_document_new_from_fd(fd, NULL, &error);
	if (!pdf->doc) {
		err = g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED)
			      ? -EACCES
			      : -EBADMSG;
		g_clear_error(&error);
		free(pdf);
		return err;
	}
	n = poppler_document_get_n_pages(pdf->doc);
	if (n < 1)
		err = -EBADMSG;
	else if (n > LIMIT_DECK_PAGES)
		err = -E2BIG;
	pdf->pages = n > 0 ? (uint32_t)n : 0;
	if (err)
		pdf_close(pdf);
	else
		*out = pdf;
	return err;
}

void pdf_close(struct pdf *pdf)
{
	if (!pdf)
		return;
	g_object_unref(pdf->doc);
	free(pdf);
}

uint32_t pdf_pages(const struct pdf *pdf)
{
	return pdf->pages;
}

/* Straight into the pixels of the image: cairo's ARGB32 is B, G, R, A in memory here. */
static int draw(PopplerPage *page, double w, double h, struct image *image)
{
	cairo_surface_t *surface = cairo_image_surface_create_for_data(
		image->px, CAIRO_FORMAT_RGB24, (int)image->w_px, (int)image->h_px,
		(int)(image->w_px * 4));
	cairo_t *cr = cairo_create(surface);
	int err;

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, image->w_px / w, image->h_px / h);
	poppler_page_render(page, cr);
	err = cairo_status(cr) ? -EBADMSG : 0;
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	cairo_surface_destroy(surface);
	for (size_t i = 0; i < (size_t)image->w_px * image->h_px; i++)
		image->px[4 * i + 3] = 255;
	return err;
}

int pdf_draw(const struct pdf *pdf, uint32_t n, uint32_t box_w, uint32_t box_h,
	     struct image *out)
{
	struct image image = {0};
	uint32_t w_px, h_px;
	PopplerPage *page;
	double w, h;
	int err;

	if (n < 1 || n > pdf->pages)
		return -ENOENT;
	page = poppler_document_get_page(pdf->doc, (int)n - 1);
	if (!page)
		return -EBADMSG;
	poppler_page_get_size(page, &w, &h);
	err = w > 0 && h > 0 && w < 1e7 && h < 1e7 ? 0 : -EBADMSG;
	if (!err) {
		image_fit(w, h, box_w, box_h, 1, &w_px, &h_px);
		err = image_init(&image, w_px, h_px);
	}
	if (!err)
		err = draw(page, w, h, &image);
	g_object_unref(page);
	if (err)
		image_fini(&image);
	else
		*out = image;
	return err;
}
