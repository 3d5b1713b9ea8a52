#include "tests/oom.h"
#include "tests/test.h"
#include "transport/blob.h"
#include "transport/depay.h"

#include <errno.h>

/* A large first picture, then another one that ends two units at once. */
static int receive(struct depay *depay)
{
	static uint8_t slice[9000] = {0x41, 0x80};
	struct rtp_packet pkt = {.ts = 1, .payload = slice, .payload_len = sizeof(slice)};
	struct au *au = NULL;
	struct blob *blob;
	int err = depay_push(depay, &pkt, false, &au);

	if (err)
		return err;
	CHECK(!au);
	pkt.ts = 2;
	pkt.marker = true;
	err = depay_push(depay, &pkt, false, &au);
	if (err)
		return err;
	CHECK(au && au->len == 4 + sizeof(slice));
	err = blob_create(&blob, au, 1200, 0);
	au_put(au);
	if (!err)
		blob_put(blob);
	return err;
}

static int create_and_receive(void)
{
	struct depay *depay;
	int err = depay_create(&depay, CODEC_H264);

	if (err)
		return err;
	err = receive(depay);
	depay_destroy(depay);
	return err;
}

int main(void)
{
	OOM_EACH(create_and_receive());
	return 0;
}
