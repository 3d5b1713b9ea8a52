#include "bench/loadgen_links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "tests/lab/relay.h"

#define QUEUE_MS "500" /* of a home router, unless said otherwise */

struct lg_links {
	atomic_bool stop;
	unsigned n;
	struct {
		struct lg_links *links;
		struct relay *relay;
		struct thread *thread;
	} list[LG_CLASSES];
};

static void run(void *arg)
{
	struct lg_links *links = *(struct lg_links **)arg;
	unsigned i = 0;

	while ((void *)&links->list[i] != arg)
		i++;
	relay_run(links->list[i].relay, &links->stop);
}

/* "80@0,350@20" becomes "80k@0,350k@20". */
static int rates(char *out, size_t size, const char *kbit)
{
	size_t n = 0;

	for (;;) {
		size_t rate = strcspn(kbit, "@,"), all = strcspn(kbit, ",");

		if (n + all + 3 > size)
			return -ENOSPC;
		memcpy(out + n, kbit, rate);
		n += rate;
		out[n++] = 'k';
		memcpy(out + n, kbit + rate, all - rate);
		n += all - rate;
		kbit += all;
		out[n++] = *kbit;
		if (!*kbit++)
			return 0;
	}
}

static int make_plan(struct plan *plan, const struct lg_options *o, unsigned i,
		     const char **why)
{
	struct order order;
	char text[512];
	int err;

	*plan = (struct plan){0};
	*why = "too long";
	err = rates(text, sizeof(text), o->kbit[i]);
	if (!err)
		err = plan_steps(plan, ORDER_DOWN, "rate", text, why);
	if (!err)
		err = plan_steps(plan, ORDER_DOWN, "queue", QUEUE_MS, why);
	for (unsigned k = 0; k < o->n_link && !err; k++) {
		err = order_parse(&order, o->link[k], why);
		if (!err)
			err = plan_add(plan, 0, &order);
	}
	return err;
}

static int start(struct lg_links *links, struct lg_options *o, unsigned i)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	const char *why = "out of memory";
	char server[80], at[32];
	struct relay_conf conf = {
		.listen = "127.0.0.1:0", .server = server, .seed = o->seed + i};
	int err = plan ? make_plan(plan, o, i, &why) : -ENOMEM;

	snprintf(server, sizeof(server), strchr(o->host, ':') ? "[%s]:%u" : "%s:%u",
		 o->host, o->port);
	if (o->media)
		conf.server = o->media;
	if (!err) {
		why = "cannot listen";
		err = relay_create(&links->list[i].relay, &conf, plan);
	}
	free(plan);
	if (err) {
		fprintf(stderr, "loadgen: --kbit %s: %s\n", o->kbit[i], why);
		return err;
	}
	links->list[i].links = links;
	snprintf(at, sizeof(at), "127.0.0.1:%u", relay_port(links->list[i].relay));
	links->n = i + 1;
	err = endpoint_parse(&o->via[i], at);
	return err ? err
		   : thread_start(&links->list[i].thread, NULL, "relay", run,
				  &links->list[i]);
}

int lg_links_create(struct lg_links **out, struct lg_options *options)
{
	struct lg_links *links = calloc(1, sizeof(*links));
	int err = links ? 0 : -ENOMEM;

	for (unsigned i = 0; i < options->n_kbit && !err; i++)
		err = start(links, options, i);
	if (err) {
		lg_links_destroy(links);
		return err;
	}
	if (options->n_kbit)
		options->n_via = options->n_kbit;
	*out = links;
	return 0;
}

void lg_links_destroy(struct lg_links *links)
{
	if (!links)
		return;
	atomic_store(&links->stop, true);
	for (unsigned i = 0; i < links->n; i++) {
		thread_join(links->list[i].thread);
		relay_destroy(links->list[i].relay);
	}
	free(links);
}
