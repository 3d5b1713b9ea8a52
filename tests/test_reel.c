/* What the program that plays clips may say: headers, good and bad. */
#include "slides/reel.h"

#include "base/limits.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#define START   .kind = REEL_START, .w_px = 640, .h_px = 360, .length_ms = 9000
#define PICTURE .kind = REEL_PICTURE, .w_px = 640, .h_px = 360

static const struct row {
	struct reel_head head;
	bool good;
	size_t body;
} rows[] = {
	{{START}, true, 0},
	{{START, .rotation_deg = 270, .sound = true}, true, 0},
	{{START, .rotation_deg = 45}, false, 0},
	{{START, .rotation_deg = 360}, false, 0},
	{{START, .fault = SHEET_DAMAGED}, false, 0},
	{{.kind = REEL_START, .w_px = 640, .h_px = 360, .length_ms = LIMIT_CLIP_MS + 1},
	 false,
	 0},
	{{.kind = REEL_START}, false, 0},
	{{.kind = REEL_START, .w_px = 1280, .h_px = 722}, false, 0}, /* too many pixels */
	{{.kind = REEL_START, .w_px = 1282, .h_px = 2}, false, 0},
	{{.kind = REEL_START, .w_px = 720, .h_px = 1280}, true, 0},
	{{.kind = REEL_START, .w_px = 641, .h_px = 360}, false, 0},
	{{PICTURE, .at_us = 40000}, true, 345600},
	{{PICTURE, .at_us = -1}, false, 0},
	{{PICTURE, .at_us = LIMIT_CLIP_MS * INT64_C(1000) + 1}, false, 0},
	{{PICTURE, .sound = true}, false, 0},
	{{PICTURE, .length_ms = 1}, false, 0},
	{{.kind = REEL_PICTURE, .w_px = 640}, false, 0},
	{{.kind = REEL_SOUND, .at_us = 20000}, true, 1920},
	{{.kind = REEL_SOUND, .w_px = 2, .h_px = 2}, false, 0},
	{{.kind = REEL_END}, true, 0},
	{{.kind = REEL_END, .fault = SHEET_DAMAGED}, true, 0},
	{{.kind = REEL_END, .fault = SHEET_FAULTS}, false, 0},
	{{.kind = REEL_KINDS}, false, 0},
};

static void one(const struct row *row)
{
	struct reel_head head = {.at_us = 77}, before = head;
	uint8_t data[REEL_HEAD];

	reel_head_write(data, &row->head);
	CHECK(reel_head_read(&head, data, REEL_HEAD) == (row->good ? 0 : -EBADMSG));
	if (!row->good) {
		CHECK(memcmp(&head, &before, sizeof(head)) == 0);
		return;
	}
	CHECK(head.kind == row->head.kind && head.fault == row->head.fault &&
	      head.at_us == row->head.at_us && head.w_px == row->head.w_px &&
	      head.h_px == row->head.h_px && head.sound == row->head.sound &&
	      head.rotation_deg == row->head.rotation_deg &&
	      head.length_ms == row->head.length_ms);
	CHECK(reel_body_len(&head) == row->body && row->body <= REEL_BODY);
	CHECK(reel_head_read(&head, data, REEL_HEAD - 1) == -EBADMSG);
	data[0] ^= 1;
	CHECK(reel_head_read(&head, data, REEL_HEAD) == -EBADMSG);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fprintf(stderr, "row %zu\n", i);
		one(&rows[i]);
	}
	return 0;
}
