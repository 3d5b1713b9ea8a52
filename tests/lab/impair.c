/* impair - a bad network between clients and the media port of a server: what the
 * kernel's netem does, without rights and on one machine. See --help.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/lab/control.h"
#include "tests/lab/plan.h"
#include "tests/lab/relay.h"

static const char usage[] =
	"Usage: impair --server IP:PORT [--listen IP:PORT] [SETTING]...\n"
	"Relays UDP between clients and a server, over links as bad as wanted. Each\n"
	"client (by its address) has a link of its own; \"up\" is towards the server.\n"
	"\n"
	"  --server IP:PORT      the media port of the server\n"
	"  --listen IP:PORT      where clients send to (127.0.0.1:0: any free port,\n"
	"                        which is printed)\n"
	"  --shared              all clients share one link\n"
	"  --seed N              other chances (1)\n"
	"  --rebind-at S         at second S all get new ports towards the server, as\n"
	"                        behind a NAT that forgot them\n"
	"  --rebind-each S       the same each S seconds\n"
	"  --control PATH        a UNIX socket for control lines\n"
	"  --stats S             print the statistics each S seconds\n"
	"\n"
	"Settings: --KEY VALUE both ways, --up-KEY or --down-KEY VALUE one way. A value\n"
	"may change with time: --down-rate 1000k@0,80k@20,1000k@60\n";

static const char usage_end[] =
	"  --outage A-B,...      the link is down from second A to B (--up-outage, ...)\n"
	"  --blackhole A-B,...   nothing comes through (--up-blackhole, ...)\n"
	"\n"
	"Control lines, on standard input and on the socket, one answer each:\n"
	"  up|down|both KEY VALUE    now, as above: \"down rate 80k\", \"up hole on\"\n"
	"  stats                     one line of JSON; queue_ms is of the last second\n"
	"  rebind                    new ports, now\n"
	"  quit\n"
	"\n"
	"Clients must send to the relay instead of the server: let the server advertise\n"
	"the relay's port, or replace the port of its UDP candidate in each rtc.offer\n"
	"(loadgen --via does). Exit codes: 0, 64 usage, 69 a port is not available.\n";

static atomic_bool stop;

static void on_signal(int signo)
{
	(void)signo;
	atomic_store(&stop, true);
}

static void help(void)
{
	const char *name, *what;

	fputs(usage, stdout);
	for (unsigned i = 0; (name = order_key(i, &what)); i++)
		printf("  --%-19s %s\n", name, what);
	fputs(usage_end, stdout);
}

static _Noreturn void wrong(const char *option, const char *why)
{
	fprintf(stderr, "impair: %s: %s. Try 'impair --help'.\n", option, why);
	exit(EX_USAGE);
}

struct options {
	struct relay_conf relay;
	const char *control;
	double stats_s;
};

static double seconds(const char *option, const char *value)
{
	char *end;
	double s = strtod(value, &end);

	if (end == value || *end || !(s > 0 && s < 1e7))
		wrong(option, "seconds are wanted");
	return s;
}

/* False when it is none of the options without a direction. */
static bool take_plain(struct options *o, const char *option, const char *value)
{
	const char *name = option + 2;

	if (strcmp(name, "server") == 0)
		o->relay.server = value;
	else if (strcmp(name, "listen") == 0)
		o->relay.listen = value;
	else if (strcmp(name, "seed") == 0)
		o->relay.seed = strtoull(value, NULL, 10);
	else if (strcmp(name, "rebind-at") == 0)
		o->relay.rebind_at_s = seconds(option, value);
	else if (strcmp(name, "rebind-each") == 0)
		o->relay.rebind_each_s = seconds(option, value);
	else if (strcmp(name, "control") == 0)
		o->control = value;
	else if (strcmp(name, "stats") == 0)
		o->stats_s = seconds(option, value);
	else
		return false;
	return true;
}

static void take_setting(struct plan *plan, const char *option, const char *value)
{
	unsigned dirs = ORDER_UP | ORDER_DOWN;
	const char *key = option + 2, *why;
	int err;

	if (strncmp(key, "up-", 3) == 0) {
		dirs = ORDER_UP;
		key += 3;
	} else if (strncmp(key, "down-", 5) == 0) {
		dirs = ORDER_DOWN;
		key += 5;
	}
	if (strcmp(key, "outage") == 0)
		err = plan_spans(plan, dirs, "link", "off", "on", value, &why);
	else if (strcmp(key, "blackhole") == 0)
		err = plan_spans(plan, dirs, "hole", "on", "off", value, &why);
	else
		err = plan_steps(plan, dirs, key, value, &why);
	if (err)
		wrong(option, why);
}

static void read_options(struct options *o, struct plan *plan, char **argv)
{
	*o = (struct options){.relay = {.listen = "127.0.0.1:0", .seed = 1}};
	while (*++argv) {
		const char *option = *argv;

		if (strcmp(option, "-h") == 0 || strcmp(option, "--help") == 0) {
			help();
			exit(0);
		}
		if (strncmp(option, "--", 2) != 0)
			wrong(option, "what is it");
		if (strcmp(option, "--shared") == 0) {
			o->relay.shared = true;
			continue;
		}
		if (!*++argv)
			wrong(option, "needs a value");
		if (!take_plain(o, option, *argv))
			take_setting(plan, option, *argv);
	}
	if (!o->relay.server)
		wrong("--server", "is needed");
}

static void on_stats_due(void *ctx, int fd)
{
	char line[4096];
	uint64_t ticks;

	if (read(fd, &ticks, sizeof(ticks)) < 0)
		return;
	if (relay_stats(ctx, line, sizeof(line)) > 0) {
		puts(line);
		fflush(stdout);
	}
}

static int watch_stats(struct relay *relay, double each_s)
{
	struct itimerspec spec = {0};
	int fd;

	if (each_s <= 0)
		return 0;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	spec.it_interval.tv_sec = (time_t)each_s;
	spec.it_interval.tv_nsec = (long)((each_s - (double)(time_t)each_s) * 1e9);
	spec.it_value = spec.it_interval;
	timerfd_settime(fd, 0, &spec, NULL);
	return relay_watch(relay, fd, on_stats_due, relay);
}

int main(int argc, char **argv)
{
	static struct plan plan;
	struct control *control = NULL;
	struct relay *relay = NULL;
	struct options o;
	int err;

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	read_options(&o, &plan, argv);
	err = relay_create(&relay, &o.relay, &plan);
	if (!err)
		err = control_create(&control, relay, o.control, true);
	if (!err)
		err = watch_stats(relay, o.stats_s);
	if (err) {
		fprintf(stderr, "impair: cannot relay from %s to %s: %s\n",
			o.relay.listen, o.relay.server, strerror(-err));
		control_destroy(control);
		relay_destroy(relay);
		return err == -EINVAL ? EX_USAGE : EX_UNAVAILABLE;
	}
	printf("{\"listen\":%u}\n", relay_port(relay));
	fflush(stdout);
	relay_run(relay, &stop);
	control_destroy(control);
	relay_destroy(relay);
	return 0;
}
