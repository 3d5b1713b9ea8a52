#include "mixer/text.h"

#include <errno.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define SIZE_MIN    4
#define SIZE_MAX_PX 512
#define W_MAX       4096
#define MARGIN      2 /* px around the line: letters may lean out of their box */

struct text {
	PangoFontMap *fonts; /* our own: the default one belongs to its thread */
	PangoContext *context;
};

/* What Pango and GLib have to say, at stderr else: mostly of fonts that are missing. */
static void on_words(const char *domain, GLogLevelFlags level, const char *said,
		     gpointer ctx)
{
	char quoted[300];

	(void)domain;
	(void)ctx;
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
		log_warn("glib", "text=%s", log_quote(quoted, sizeof(quoted), said));
}

int text_create(struct text **out)
{
	struct text *text = calloc(1, sizeof(*text));
	cairo_font_options_t *options;

	if (!text)
		return -ENOMEM;
	g_log_set_default_handler(on_words, NULL);
	text->fonts = pango_cairo_font_map_new();
	if (text->fonts)
		text->context = pango_font_map_create_context(text->fonts);
	if (!text->context) {
		text_destroy(text);
		return -ENOMEM;
	}
	options = cairo_font_options_create();
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
	pango_cairo_context_set_font_options(text->context, options);
	cairo_font_options_destroy(options);
	*out = text;
	return 0;
}

void text_destroy(struct text *text)
{
	if (!text)
		return;
	if (text->context)
		g_object_unref(text->context);
	if (text->fonts)
		g_object_unref(text->fonts);
	free(text);
}

/* Valid UTF-8 without control characters; to be freed with g_free(). */
static char *clean(const char *utf8)
{
	char *s = g_utf8_make_valid(utf8, -1);

	for (char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return s;
}

static PangoLayout *lay_out(struct text *text, const char *utf8, uint16_t size_px,
			    uint16_t max_w_px)
{
	PangoLayout *layout = pango_layout_new(text->context);
	PangoFontDescription *font = pango_font_description_new();
	char *line = clean(utf8);

	pango_font_description_set_family_static(font, "Noto Sans, DejaVu Sans, Sans");
	pango_font_description_set_absolute_size(font, (double)size_px * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	pango_layout_set_width(layout, (max_w_px - 2 * MARGIN) * PANGO_SCALE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_text(layout, line, -1);
	pango_font_description_free(font);
	g_free(line);
	return layout;
}

static int draw(struct text_mask **out, PangoLayout *layout, const PangoRectangle *box)
{
	int w = box->width + 2 * MARGIN, h = box->height + 2 * MARGIN;
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, w, h);
	cairo_t *cr = cairo_create(surface);
	struct text_mask *mask = NULL;
	const uint8_t *pixels;

	cairo_move_to(cr, MARGIN - box->x, MARGIN - box->y);
	pango_cairo_show_layout(cr, layout);
	cairo_surface_flush(surface);
	pixels = cairo_image_surface_get_data(surface);
	if (cairo_status(cr) == CAIRO_STATUS_SUCCESS && pixels)
		mask = malloc(sizeof(*mask) + (size_t)w * (size_t)h);
	if (mask) {
		size_t stride = (size_t)cairo_image_surface_get_stride(surface);

		mask->w_px = (uint16_t)w;
		mask->h_px = (uint16_t)h;
		mask->base = (int16_t)(pango_layout_get_baseline(layout) / PANGO_SCALE -
				       box->y + MARGIN);
		for (size_t row = 0; row < (size_t)h; row++)
			memcpy(mask->a + row * (size_t)w, pixels + row * stride,
			       (size_t)w);
		*out = mask;
	}
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	return mask ? 0 : -ENOMEM;
}

int text_line(struct text *text, struct text_mask **out, const char *utf8,
	      uint16_t size_px, uint16_t max_w_px)
{
	PangoRectangle box;
	PangoLayout *layout;
	int err = -ENOENT;

	if (size_px < SIZE_MIN || size_px > SIZE_MAX_PX || max_w_px < 8 ||
	    max_w_px > W_MAX)
		return -EINVAL;
	layout = lay_out(text, utf8, size_px, max_w_px);
	pango_layout_get_pixel_extents(layout, &box, NULL);
	if (box.width > 0 && box.height > 0 && box.width <= W_MAX && box.height <= W_MAX)
		err = draw(out, layout, &box);
	g_object_unref(layout);
	return err;
}

void text_initial(char *out, size_t size, const char *utf8)
{
	char *line = clean(utf8), *start = g_strchug(line), *upper;
	glong n = g_utf8_strlen(start, -1);
	PangoLogAttr *attrs = g_new0(PangoLogAttr, n + 1);
	glong end = 1;

	*out = '\0';
	pango_get_log_attrs(start, (int)strlen(start), -1, pango_language_get_default(),
			    attrs, (int)n + 1);
	while (end < n && !attrs[end].is_cursor_position)
		end++;
	if (n > 0) {
		upper = g_utf8_strup(start, g_utf8_offset_to_pointer(start, end) - start);
		if (strlen(upper) < size)
			memcpy(out, upper, strlen(upper) + 1);
		g_free(upper);
	}
	g_free(attrs);
	g_free(line);
}
