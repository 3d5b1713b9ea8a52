/* loadgen - many real members of a class on one machine, see --help. Each thread
 * of members is a crew; this one makes the class, waits, and adds up.
 */
#include "bench/loadgen.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/loadgen_crew.h"
#include "bench/loadgen_links.h"
#include "bench/loadgen_options.h"
#include "bench/loadgen_report.h"
#include "tests/ws_client.h"

#define SPARE_FDS 64
#define STEP_US   (100 * MS_US)
#define SETTLE_US (2 * SEC_US) /* between the last join and the measured span */

static volatile sig_atomic_t interrupted;

static void on_signal(int signo)
{
	(void)signo;
	interrupted = 1;
}

/* A WebSocket and a media socket for each member. */
static int raise_limit(const struct lg_options *o)
{
	rlim_t want = 2 * (rlim_t)(o->viewers + o->senders) + SPARE_FDS;
	struct rlimit limit;

	if (o->n_kbit) /* the relays have one for each, too */
		want += o->viewers + o->senders;
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= want)
		return 0;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return 0;
	fprintf(stderr, "loadgen: %llu descriptors are needed: ulimit -n\n",
		(unsigned long long)want);
	return -EMFILE;
}

/* Waits for the reply to request `id`; what comes in between is of no use. */
static bool reply(struct ws_client *ws, int id, char *text, size_t size)
{
	char want[40];

	snprintf(want, sizeof(want), "\"id\":%d,", id);
	for (int i = 0; i < 100; i++) {
		if (ws_client_recv(ws, text, size, 5000) < 0)
			return false;
		if (strstr(text, want))
			return strncmp(text, "{\"t\":\"ok\"", 9) == 0;
	}
	return false;
}

/* One of an earlier run, if nobody is in it. */
static const char *find_class(const char *rooms)
{
	static const char end[] = "\",\"title\":\"Load\",\"members\":0,";
	const char *at = strstr(rooms, end);

	while (at && at > rooms && at[-1] != '"')
		at--;
	return at;
}

/* As the administrator: a class that is ours. */
static bool make_class(struct lg_options *o)
{
	static char text[70000];
	struct ws_client *ws = ws_client_open(o->host, o->port, o->tls, NULL, NULL);
	const char *code = NULL;
	char ask[300];

	if (!ws)
		return false;
	snprintf(ask, sizeof(ask),
		 "{\"t\":\"join\",\"id\":1,\"d\":{\"code\":\"\",\"name\":\"loadgen\","
		 "\"token\":\"%.150s\"}}",
		 o->admin);
	if (ws_client_send(ws, ask) && reply(ws, 1, text, sizeof(text)) &&
	    ws_client_send(ws, "{\"t\":\"room.list\",\"id\":2,\"d\":{}}") &&
	    reply(ws, 2, text, sizeof(text)))
		code = find_class(text);
	if (!code &&
	    ws_client_send(ws, "{\"t\":\"room.create\",\"id\":3,\"d\":{\"title\":"
			       "\"Load\"}}") &&
	    reply(ws, 3, text, sizeof(text))) {
		code = strstr(text, "\"code\":\"");
		code += code ? 8 : 0;
	}
	if (code)
		snprintf(o->code, sizeof(o->code), "%.*s", (int)strcspn(code, "\""),
			 code);
	ws_client_send(ws, "{\"t\":\"leave\",\"id\":4,\"d\":{}}");
	ws_client_close(ws);
	return code != NULL;
}

static void figures(struct lg_crew **crews, unsigned n, struct lg_crew_figures *sum)
{
	*sum = (struct lg_crew_figures){.all = true};
	for (unsigned i = 0; i < n; i++) {
		struct lg_crew_figures f;

		lg_crew_figures(crews[i], &f);
		sum->begun += f.begun;
		sum->up += f.up;
		sum->failed += f.failed;
		sum->packets += f.packets;
		sum->all &= f.all;
	}
}

/* Says so once. There is nothing left to measure then. */
static bool server_gone(struct lg_run *run, const struct lg_crew_figures *f)
{
	int pid = run->options->server_pid;
	struct lg_proc now;

	if (run->gone)
		return true;
	if (f->all && f->failed >= f->begun)
		fprintf(stderr, "loadgen: %s at %s port %u\n",
			f->up ? "no member is connected any more"
			      : "nobody could connect",
			run->options->host, run->options->port);
	else if (pid && lg_proc_read(&now, pid))
		fprintf(stderr, "loadgen: the server, process %d, is gone\n", pid);
	else
		return false;
	run->gone = true;
	return true;
}

/* A line each second, and until `until_us`, or until all have joined with 0. */
static void watch(struct lg_run *run, int64_t until_us)
{
	static struct lg_proc last;
	static uint64_t packets;
	int pid = run->options->server_pid, steps = 0;
	struct lg_crew_figures f;

	for (;;) {
		figures(run->crews, run->n_crews, &f);
		if (run->gone || interrupted ||
		    (until_us ? clock_us() >= until_us : f.all))
			return;
		usleep(STEP_US);
		if (++steps % 10)
			continue;
		if (server_gone(run, &f))
			return;
		if (run->options->quiet)
			continue;
		fprintf(stderr, "%u begun, %u connected, %u failed, %llu packets/s",
			f.begun, f.up, f.failed,
			(unsigned long long)(f.packets - packets));
		packets = f.packets;
		if (pid) {
			struct lg_proc now;

			if (lg_proc_read(&now, pid) == 0 && last.at_us)
				fprintf(stderr, ", server %.1f %%, %.0f MB",
					lg_proc_percent(&last, &now, -1),
					(double)now.rss_bytes / 1e6);
			last = now;
		}
		fputc('\n', stderr);
	}
}

static int measure(struct lg_run *run)
{
	const struct lg_options *o = run->options;
	struct lg_crew_figures before, after;

	watch(run, 0);
	watch(run, clock_us() + SETTLE_US);
	figures(run->crews, run->n_crews, &before);
	if (!server_gone(run, &before) && o->server_pid)
		run->gone = lg_proc_read(&run->server[0], o->server_pid) != 0;
	lg_proc_read(&run->self[0], getpid());
	for (unsigned i = 0; i < run->n_crews; i++)
		lg_crew_mark(run->crews[i]);
	watch(run, clock_us() + (int64_t)(o->seconds * 1e6));
	figures(run->crews, run->n_crews, &after);
	run->packets = after.packets - before.packets;
	if (!server_gone(run, &after) && o->server_pid)
		run->gone = lg_proc_read(&run->server[1], o->server_pid) != 0;
	lg_proc_read(&run->self[1], getpid());
	for (unsigned i = 0; i < run->n_crews; i++)
		lg_crew_stop(run->crews[i]);
	return lg_report(run);
}

static int run_all(struct lg_options *o, const struct lg_clip *clip)
{
	struct lg_crew *crews[64] = {NULL};
	struct lg_run run = {.options = o, .crews = crews};
	struct lg_peer_ctx *peers = NULL;
	SSL_CTX *tls = wsc_tls();
	int err = tls ? lg_peer_ctx_create(&peers) : -ENOMEM, bad = 0;

	for (unsigned i = 0; i < o->threads && !err; i++) {
		err = lg_crew_create(&crews[i], o, clip, peers, tls, i);
		run.n_crews += !err;
	}
	if (err)
		fprintf(stderr, "loadgen: %s\n", strerror(-err));
	else
		bad = measure(&run);
	for (unsigned i = 0; i < run.n_crews; i++)
		lg_crew_destroy(crews[i]);
	lg_peer_ctx_destroy(peers);
	SSL_CTX_free(tls);
	if (err)
		return EX_OSERR;
	return run.gone ? EX_UNAVAILABLE : bad != 0;
}

int main(int argc, char **argv)
{
	static struct lg_options o;
	struct lg_links *links = NULL;
	struct lg_clip *clip = NULL;
	int code = EX_OSERR;

	signal(SIGPIPE, SIG_IGN);
	lg_options_read(&o, argc, argv);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (raise_limit(&o))
		return EX_OSERR;
	if (o.admin && !o.code[0] && !make_class(&o)) {
		fprintf(stderr, "loadgen: no class could be made at %s port %u\n", o.host,
			o.port);
		return EX_UNAVAILABLE;
	}
	if (o.admin) { /* so that others can join it */
		printf("class %s\n", o.code);
		fflush(stdout);
	}
	if (lg_links_create(&links, &o))
		return EX_USAGE;
	if (!o.senders || !lg_clip_create(&clip, &o))
		code = run_all(&o, clip);
	lg_clip_destroy(clip);
	lg_links_destroy(links);
	return fflush(stdout) || ferror(stdout) ? EX_IOERR : code;
}
