#include "transport/keystart.h"

#include "tests/test.h"

static const struct row {
	enum codec codec;
	bool key;
	size_t len;
	uint8_t bytes[12];
} rows[] = {
	{CODEC_H264, true, 4, {0x67, 0x42, 0, 0x1f}},                 /* SPS */
	{CODEC_H264, false, 2, {0x68, 1}},                            /* PPS */
	{CODEC_H264, false, 2, {0x65, 1}},                            /* IDR alone */
	{CODEC_H264, false, 2, {0x61, 1}},                            /* P */
	{CODEC_H264, true, 10, {0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 1}}, /* STAP-A */
	{CODEC_H264, true, 8, {0x78, 0, 1, 0x09, 0, 2, 0x67, 1}},     /* SPS second */
	{CODEC_H264, false, 6, {0x78, 0, 9, 0x06, 1, 0}},             /* too long */
	{CODEC_H264, false, 4, {0x78, 0, 0, 0x67}},                   /* empty unit */
	{CODEC_H264, false, 2, {0x7c, 0x87}},                         /* FU-A */
	{CODEC_H264, false, 0, {0}},
	{CODEC_VP8, true, 2, {0x10, 0x00}},
	{CODEC_VP8, false, 2, {0x10, 0x01}}, /* inter */
	{CODEC_VP8, false, 2, {0x00, 0x00}}, /* not the start */
	{CODEC_VP8, false, 2, {0x11, 0x00}}, /* partition 1 */
	{CODEC_VP8, true, 5, {0x90, 0x80, 0x81, 0x01, 0x00}},
	{CODEC_VP8, true, 4, {0x90, 0x80, 0x01, 0x00}},
	{CODEC_VP8, false, 4, {0x90, 0x80, 0x81, 0x01}}, /* ends in the descriptor */
	{CODEC_VP8, true, 7, {0x90, 0xf0, 0x81, 0x01, 0x02, 0x03, 0x00}},
	{CODEC_VP8, false, 1, {0x10}},
	{CODEC_VP8, false, 0, {0}},
	{CODEC_VP9, true, 1, {0x08}},
	{CODEC_VP9, false, 1, {0x48}}, /* inter */
	{CODEC_VP9, false, 1, {0x00}},
	{CODEC_VP9, true, 4, {0xa8, 0x81, 0x01, 0x00}},
	{CODEC_VP9, false, 4, {0xa8, 0x81, 0x01, 0x02}}, /* upper layer */
	{CODEC_VP9, false, 2, {0xa8, 0x81}},
	{CODEC_VP9, false, 0, {0}},
	{CODEC_OPUS, false, 1, {0x67}},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(keystart(rows[i].codec, rows[i].bytes, rows[i].len) == rows[i].key);
	return 0;
}
