#include "tests/deck_files.h"

#include "tests/test.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void paint(cairo_t *cr, uint32_t colour)
{
	cairo_set_source_rgb(cr, (colour >> 16) / 255.0, (colour >> 8 & 255) / 255.0,
			     (colour & 255) / 255.0);
	cairo_paint(cr);
}

void deck_pdf(const char *path, const uint32_t *colours, uint32_t n)
{
	cairo_surface_t *surface = cairo_pdf_surface_create(path, 960, 540);
	cairo_t *cr = cairo_create(surface);
	char text[16];

	for (uint32_t i = 0; i < n; i++) {
		paint(cr, colours[i]);
		snprintf(text, sizeof(text), "%u", i + 1);
		cairo_set_source_rgb(cr, 1, 1, 1);
		cairo_set_font_size(cr, 60);
		cairo_move_to(cr, 20, 70);
		cairo_show_text(cr, text);
		cairo_show_page(cr);
	}
	CHECK(cairo_status(cr) == CAIRO_STATUS_SUCCESS);
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
}

/* Painted as far as `painted` px from the left. */
static void png(const char *path, uint32_t colour, uint32_t w_px, uint32_t h_px,
		uint32_t painted)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32,
							      (int)w_px, (int)h_px);
	cairo_t *cr = cairo_create(surface);

	cairo_rectangle(cr, 0, 0, painted, h_px);
	cairo_clip(cr);
	paint(cr, colour);
	cairo_destroy(cr);
	CHECK(cairo_surface_write_to_png(surface, path) == CAIRO_STATUS_SUCCESS);
	cairo_surface_destroy(surface);
}

void deck_png(const char *path, uint32_t colour, uint32_t w_px, uint32_t h_px)
{
	png(path, colour, w_px, h_px, w_px);
}

void deck_half_png(const char *path, uint32_t colour, uint32_t w_px, uint32_t h_px)
{
	png(path, colour, w_px, h_px, w_px / 2);
}

void deck_text(const char *path, const void *text, uint32_t len)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fwrite(text, 1, len, f) == len && fclose(f) == 0);
}

void deck_jpeg(const char *path, uint32_t w_px, uint32_t h_px)
{
	const AVCodec *impl = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
	AVCodecContext *ctx = avcodec_alloc_context3(impl);
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();

	CHECK(ctx && frame && packet);
	ctx->width = frame->width = (int)w_px;
	ctx->height = frame->height = (int)h_px;
	ctx->pix_fmt = frame->format = AV_PIX_FMT_YUVJ420P;
	ctx->time_base = (AVRational){1, 25};
	CHECK(av_frame_get_buffer(frame, 0) == 0);
	for (int i = 0; i < 3; i++)
		memset(frame->data[i], 128,
		       (size_t)frame->linesize[i] * (i ? (h_px + 1) / 2 : h_px));
	CHECK(avcodec_open2(ctx, impl, NULL) == 0 && avcodec_send_frame(ctx, frame) == 0);
	CHECK(avcodec_receive_packet(ctx, packet) == 0);
	deck_text(path, packet->data, (uint32_t)packet->size);
	av_packet_free(&packet);
	av_frame_free(&frame);
	avcodec_free_context(&ctx);
}

/* Without a table of its objects: readers look for them, as they do in damaged files. */
void deck_raw_pdf(const char *path, const char *pages, const char *page,
		  const char *trailer)
{
	char text[2048];
	int n = snprintf(text, sizeof(text),
			 "%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
			 "2 0 obj\n<</Type/Pages/Kids[3 0 R]%s>>\nendobj\n"
			 "3 0 obj\n<</Type/Page/Parent 2 0 R%s>>\nendobj\n"
			 "trailer\n<</Root 1 0 R/Size 4%s>>\n%%%%EOF\n",
			 pages, page, trailer);

	CHECK(n > 0 && (size_t)n < sizeof(text));
	deck_text(path, text, (uint32_t)n);
}

#define HEX32 "<0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef>"

void deck_locked_pdf(const char *path)
{
	deck_raw_pdf(path, "/Count 1", "/MediaBox[0 0 200 100]",
		     "/ID[<00112233445566778899aabbccddeeff>"
		     "<00112233445566778899aabbccddeeff>]"
		     "/Encrypt<</Filter/Standard/V 1/R 2/P -44/O " HEX32 "/U " HEX32
		     ">>");
}

void deck_cut(const char *path, uint32_t percent)
{
	struct stat st;

	CHECK(stat(path, &st) == 0);
	CHECK(truncate(path, st.st_size * percent / 100) == 0);
}
