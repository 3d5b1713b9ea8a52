/* test_link_oom - each allocation of link.h and what is below fails once. */
#include "tests/oom.h"
#include "tests/test.h"
#include "transport/link_impl.h"

#include <errno.h>
#include <string.h>

static void on_up(void *ctx)
{
	(void)ctx;
}

static void on_down(void *ctx, enum link_down why)
{
	(void)ctx;
	(void)why;
}

static void on_media(void *ctx, uint8_t *data, size_t len, int64_t now_us)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)now_us;
}

static bool on_admit(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return true;
}

static const struct link_events events = {on_up, on_down, on_media, on_media, on_admit};

static int make_links(struct loop *loop) RUNS_ON(on_net)
{
	const struct links_conf conf = {1, {"127.0.0.1"}, 0, 0, 1, {"127.0.0.1"}, 0, 0};
	struct links *links;
	int err = links_create(&links, loop, &conf, &events);

	if (!err)
		links_destroy(links);
	return err;
}

static int make_link(struct links *links) RUNS_ON(on_net)
{
	const struct link_conf conf = {"abcdefgh", "abcdefghijklmnopqrstuvwx", NULL};
	struct sdp remote = {.n_media = 2, .n_fingerprints = 1};
	struct link *link;
	int err = link_open(&link, links, &conf);

	if (err)
		return err;
	strcpy(remote.media[0].ufrag, "them");
	strcpy(remote.media[1].ufrag, "others");
	err = link_remote(link, &remote);
	if (!err)
		err = link_restart(link, "hgfedcba", "abcdefghijklmnopqrstuvwx");
	link_close(link);
	return err;
}

static int make_dtls(struct links *links)
{
	const struct dtls_out out = {0};
	struct dtls *dtls;
	int err = dtls_create(&dtls, links->dtls, &out);

	if (!err)
		dtls_destroy(dtls);
	return err;
}

static int make_srtp(enum srtp_kind kind)
{
	const struct srtp_keys keys = {.kind = kind};
	struct srtp *srtp;
	int err = srtp_session_create(&srtp, &keys);

	if (!err)
		srtp_session_destroy(srtp);
	return err;
}

int main(void)
{
	const struct links_conf conf = {1, {"127.0.0.1"}, 0, 0, 1, {"127.0.0.1"}, 0, 0};
	struct links *links;
	struct loop *loop;

	thread_enter(&on_net);
	thread_claim(&on_net);
	CHECK(loop_create(&loop, 8) == 0);
	OOM_EACH(make_links(loop));
	CHECK(links_create(&links, loop, &conf, &events) == 0);
	OOM_EACH(make_link(links));
	OOM_EACH(make_dtls(links));
	OOM_EACH(make_srtp(SRTP_KIND_GCM));
	OOM_EACH(make_srtp(SRTP_KIND_CM_SHA1));
	links_destroy(links);
	loop_destroy(loop);
	return 0;
}
