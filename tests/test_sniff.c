/* What files are by their first bytes, how large their pictures are, and the answers of
 * the program that reads them: tables of good and bad ones.
 */
#include "slides/sniff.h"

#include "base/limits.h"
#include "slides/sheet.h"
#include "tests/test.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PNG  "\x89PNG\r\n\x1a\n"
#define IHDR "\0\0\0\x0dIHDR"

static const struct row {
	const char *what, *bytes;
	size_t len;
	int err;
	struct sniffed want;
} rows[] = {
#define ROW(what, bytes, ...) \
	{ \
		what, bytes, sizeof(bytes) - 1, __VA_ARGS__ \
	}
	ROW("pdf", "%PDF-1.4", 0, {SNIFF_PDF, 0, 0}),
	ROW("mp4",
	    "\0\0\0\x20"
	    "ftypisom",
	    0, {SNIFF_CLIP, 0, 0}),
	ROW("webm", "\x1a\x45\xdf\xa3\x9f", 0, {SNIFF_CLIP, 0, 0}),
	ROW("ogg", "OggS\0", 0, {SNIFF_CLIP, 0, 0}),
	ROW("cut mp4",
	    "\0\0\0\x20"
	    "fty",
	    -ENOTSUP, {0, 0, 0}),
	ROW("cut pdf", "%PDF", -ENOTSUP, {0, 0, 0}),
	ROW("nothing", "", -ENOTSUP, {0, 0, 0}),
	ROW("text", "hello, this is a text", -ENOTSUP, {0, 0, 0}),
	ROW("gif", "GIF89a\1\0\1\0", -ENOTSUP, {0, 0, 0}),
	ROW("png", PNG IHDR "\0\0\1\2\0\0\3\4", 0, {SNIFF_PNG, 258, 772}),
	ROW("cut png", PNG IHDR "\0\0\1\2\0\0\3", -EBADMSG, {0, 0, 0}),
	ROW("flat png", PNG IHDR "\0\0\1\2\0\0\0\0", -EBADMSG, {0, 0, 0}),
	ROW("strange png", PNG "\0\0\0\x0cIHDR\0\0\1\2\0\0\3\4", -EBADMSG, {0, 0, 0}),
	ROW("jpeg", "\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x0b\x08\1\2\3\4\1", 0,
	    {SNIFF_JPEG, 772, 258}),
	ROW("filled jpeg", "\xff\xd8\xff\xff\xc2\0\x0b\x08\0\2\0\4\1", 0,
	    {SNIFF_JPEG, 4, 2}),
	ROW("tables before", "\xff\xd8\xff\xc4\0\3x\xff\xc1\0\x0b\x08\0\2\0\4\1", 0,
	    {SNIFF_JPEG, 4, 2}),
	ROW("cut jpeg", "\xff\xd8\xff\xc0\0\x0b\x08\1\2\3", -EBADMSG, {0, 0, 0}),
	ROW("far jpeg", "\xff\xd8\xff\xe0\xff\xff", -EBADMSG, {0, 0, 0}),
	ROW("no length", "\xff\xd8\xff\xe0\0\1\xff\xc0\0\x0b\x08\1\2\3\4\1", -EBADMSG,
	    {0, 0, 0}),
	ROW("its end first", "\xff\xd8\xff\xd9\xff\xc0\0\x0b\x08\1\2\3\4\1", -EBADMSG,
	    {0, 0, 0}),
	ROW("short frame", "\xff\xd8\xff\xc0\0\7\x08\1\2\3\4\1", -EBADMSG, {0, 0, 0}),
	ROW("flat jpeg", "\xff\xd8\xff\xc0\0\x0b\x08\0\0\3\4\1", -EBADMSG, {0, 0, 0}),
	ROW("webp", "RIFF\0\0\0\0WEBPVP8 \0\0\0\0abc\x9d\x01\x2a\x40\1\xf0\0", 0,
	    {SNIFF_WEBP, 320, 240}),
	ROW("no start code", "RIFF\0\0\0\0WEBPVP8 \0\0\0\0abc\x9d\x01\x2b\x40\1\xf0\0",
	    -EBADMSG, {0, 0, 0}),
	ROW("lossless", "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\0", 0,
	    {SNIFF_WEBP, 320, 240}),
	ROW("extended", "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\1\0\xef\0\0", 0,
	    {SNIFF_WEBP, 320, 240}),
	ROW("cut webp", "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\1\0\xef\0", -EBADMSG,
	    {0, 0, 0}),
	ROW("sound", "RIFF\0\0\0\0WAVEfmt ", -ENOTSUP, {0, 0, 0}),
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct sniffed got = {SNIFF_PDF, 7, 7};
		int err = sniff(&got, (const uint8_t *)r->bytes, r->len);

		if (err != r->err)
			fprintf(stderr, "%s: %d\n", r->what, err);
		CHECK(err == r->err);
		if (err)
			CHECK(got.w_px == 7 && got.h_px == 7);
		else
			CHECK(got.kind == r->want.kind && got.w_px == r->want.w_px &&
			      got.h_px == r->want.h_px);
	}
}

static bool taken(struct sheet_head head)
{
	struct sheet_head got = {.pages = 77};
	uint8_t bytes[SHEET_HEAD];

	sheet_head_write(bytes, &head);
	if (sheet_head_read(&got, bytes, sizeof(bytes))) {
		CHECK(got.pages == 77);
		return false;
	}
	CHECK(got.fault == head.fault && got.pages == head.pages &&
	      got.w_px == head.w_px && got.h_px == head.h_px &&
	      got.still_len == head.still_len && got.thumb_len == head.thumb_len &&
	      got.alpha == head.alpha);
	return true;
}

static void test_sheets(void)
{
	const struct sheet_head good = {SHEET_FINE, 3, 1280, 720, 5000, 300, false};
	struct sheet_head bad = good;
	uint8_t bytes[SHEET_HEAD];

	CHECK(taken(good));
	CHECK(sheet_picture_len(&good) == 1280 * 720 * 3 / 2);
	CHECK(sheet_body_len(&good) == 1280 * 720 * 3 / 2 + 5300);
	CHECK(taken((struct sheet_head){.pages = 1}));
	CHECK(taken((struct sheet_head){.fault = SHEET_LARGE}));
	CHECK(!taken((struct sheet_head){.pages = 0}));
	CHECK(!taken((struct sheet_head){.fault = SHEET_FAULTS}));
	CHECK(!taken((struct sheet_head){.pages = LIMIT_DECK_PAGES + 1}));
	bad.fault = SHEET_LARGE; /* a fault with a picture */
	CHECK(!taken(bad));
	bad = good;
	bad.w_px = 0;
	CHECK(!taken(bad));
	bad = good;
	bad.h_px = SHEET_SIDE + 1;
	CHECK(!taken(bad));
	bad = good;
	bad.thumb_len = SHEET_STILL_MAX + 1;
	CHECK(!taken(bad));
	bad = good;
	bad.alpha = true;
	CHECK(taken(bad) && sheet_alpha_len(&bad) == 1280 * 720);
	CHECK(sheet_body_len(&bad) == 1280 * 720 * 5 / 2 + 5300);
	CHECK(!sheet_alpha_len(&good));
	CHECK(!taken((struct sheet_head){.pages = 1, .alpha = true})); /* of nothing */
	sheet_head_write(bytes, &bad);
	bytes[31] = 2;
	CHECK(sheet_head_read(&bad, bytes, sizeof(bytes)) == -EBADMSG);
	sheet_head_write(bytes, &good);
	CHECK(sheet_head_read(&bad, bytes, sizeof(bytes) - 1) == -EBADMSG);
	bytes[12] = 1; /* a width of more than 16 bits */
	CHECK(sheet_head_read(&bad, bytes, sizeof(bytes)) == -EBADMSG);
	sheet_head_write(bytes, &good);
	bytes[0] ^= 1;
	CHECK(sheet_head_read(&bad, bytes, sizeof(bytes)) == -EBADMSG);
	for (int i = 0; i < SHEET_FAULTS; i++)
		CHECK(sheet_fault_name((enum sheet_fault)i)[0]);
}

int main(void)
{
	test_rows();
	test_sheets();
	return 0;
}
