/* A source that is shown a picture directly: it is there at once and never freezes, and
 * takes no units. What decoding does to a source is looked at in test_vstage_seen.c.
 */
#include "mixer/vsource.h"

#include "base/clock.h"
#include "base/thread.h"
#include "mixer/vstage.h"
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>

static int released;

static void release(void *owner)
{
	CHECK(owner == &released);
	released++;
}

static uint8_t plane[64 * 48];

/* Its pixels are somebody else's. */
static struct picture *lent(uint16_t w_px, uint16_t h_px)
{
	struct picture *picture = malloc(sizeof(*picture));

	CHECK(picture);
	*picture = (struct picture){.w_px = w_px,
				    .h_px = h_px,
				    .y = plane,
				    .u = plane,
				    .v = plane,
				    .y_stride = w_px,
				    .u_stride = w_px / 2,
				    .v_stride = w_px / 2,
				    .release = release,
				    .owner = &released};
	return picture;
}

static void test_put(void) RUNS_ON(on_mix)
{
	struct vsource *s = NULL;
	struct au *au = NULL;
	int64_t now = 5 * SEC_US;
	uint32_t serial;
	uint16_t w, h;

	CHECK(vsource_create(&s, 7) == 0);
	CHECK(vsource_look(s, now) == VSOURCE_NAME);
	CHECK(vsource_put(s, lent(64, 48)) == VSOURCE_RESIZED);
	vsource_size(s, &w, &h);
	CHECK(w == 64 && h == 48 && vsource_picture(s)->y == plane);
	CHECK(vsource_seen(s, true, now) == 0); /* of nobody a key frame is wanted */
	CHECK(vsource_settled(s, now));
	serial = vsource_serial(s);
	now += 3600 * SEC_US;
	CHECK(vsource_look(s, now) == VSOURCE_LIVE);
	CHECK(vsource_put(s, lent(64, 48)) == 0 && released == 1);
	CHECK(vsource_serial(s) == serial + 1);
	CHECK(vsource_put(s, lent(48, 64)) == VSOURCE_RESIZED && released == 2);

	/* units are not for it */
	CHECK(au_create(&au, "\x00\x00\x00\x01\x65", 5) == 0);
	au->codec = CODEC_H264;
	au->flags = AU_KEY;
	CHECK(vsource_unit(s, au, now) == 0 && vsource_serial(s) == serial + 2);
	au_put(au);

	/* nobody sees it for an hour: it is still there */
	CHECK(vsource_seen(s, false, now) == 0);
	now += 3600 * SEC_US;
	vsource_rest(s, now);
	CHECK(vsource_picture(s) && vsource_look(s, now) == VSOURCE_LIVE);

	/* switched off it is a source like others again */
	CHECK(vsource_off(s, true, now) == VSOURCE_RESIZED && released == 3);
	CHECK(vsource_look(s, now) == VSOURCE_NAME);
	CHECK(vsource_put(s, lent(64, 48)) == VSOURCE_RESIZED);
	vsource_destroy(s);
	CHECK(released == 4);
}

static void test_stage(void) RUNS_ON(on_mix)
{
	const struct vworker_events events = {.ctx = NULL};
	struct vstage *st = NULL;
	struct ring *ring = NULL;

	released = 0;
	CHECK(ring_create(&ring, 4) == 0);
	CHECK(vstage_create(&st, &(struct fan){{ring}, 1}, &events) == 0);
	CHECK(vstage_source_put(st, 5, lent(64, 48)) == -ENOENT && released == 1);
	CHECK(vstage_source_open(st, 5) == 0);
	CHECK(vstage_source_put(st, 5, lent(64, 48)) == 0 && released == 1);
	vstage_source_close(st, 5);
	CHECK(released == 2);
	CHECK(vstage_source_open(st, 5) == 0);
	CHECK(vstage_source_put(st, 5, lent(64, 48)) == 0);
	vstage_destroy(st);
	CHECK(released == 3);
	ring_destroy(ring);
}

int main(void)
{
	thread_enter(&on_mix);
	thread_claim(&on_mix);
	test_put();
	test_stage();
	return 0;
}
