/* bench_class - a class on a whole server, over the loopback interface: what a
 * member more costs in memory, and what the threads cost in CPU time. The server
 * runs in a child, so that nothing of the clients is counted with it.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/thread.h"
#include "bench/bench.h"
#include "bench/footage.h"
#include "mcu/room.h"
#include "mcu/server.h"
#include "signaling/http.h"
#include "tests/class_media.h"
#include "tests/class_world.h"
#include "tests/test.h"
#include "transport/history.h"

#define SENDERS     9 /* the lecturer is the first one */
#define VIEWERS     100
#define SETTLE_MS   3000
#define SPANS       7 /* of which the median counts */
#define SPAN_US     800000
#define PACKETS_OUT "aula_rtp_packets_total{dir=\"out\"} "

/* What the clients must know of the server. */
struct place {
	uint16_t port;
	char code[8], token[AUTH_TOKEN + 1];
};

static char dir[64];

/* ---- the server, in the child ------------------------------------------------ */

static void serve(int told)
{
	static struct conf conf;
	struct place place = {0};
	struct server *server;
	struct room *room;
	char why[300];

	thread_enter(&on_ctl);
	thread_claim(&on_ctl);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	CHECK(freopen("/dev/null", "w", stdout)); /* it tells its links there */
	class_world_conf(&conf, dir);
	log_set_level(LOG_ERROR);
	if (server_create(&server, &conf, why, sizeof(why))) {
		fprintf(stderr, "cannot start: %s\n", why);
		exit(1);
	}
	CHECK(room_new(&room, server, "Measured") == 0);
	place.port = http_port(server->http);
	memcpy(place.code, room->row.code, sizeof(place.code));
	room_lecturer_token(room, place.token);
	CHECK(write(told, &place, sizeof(place)) == (ssize_t)sizeof(place));
	close(told);
	server_run(server);
	server_destroy(server);
}

static pid_t start_server(struct place *place)
{
	int pipes[2];
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(pipes[0]);
		serve(pipes[1]);
		exit(0);
	}
	close(pipes[1]);
	CHECK(read(pipes[0], place, sizeof(*place)) == (ssize_t)sizeof(*place));
	close(pipes[0]);
	return pid;
}

/* ---- what /proc and /metrics say --------------------------------------------- */

static int64_t rss_anon(pid_t pid)
{
	char path[64], line[200];
	int64_t kb = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	CHECK(f);
	while (kb < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "RssAnon: %" SCNd64, &kb);
	fclose(f);
	CHECK(kb > 0);
	return kb * 1024;
}

/* The first word of a small file below the task. */
static void read_word(char out[64], pid_t pid, const char *task, const char *name)
{
	char path[300];
	FILE *f;

	out[0] = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", (int)pid, task, name);
	f = fopen(path, "r");
	if (!f)
		return; /* the thread ended */
	if (fscanf(f, "%63s", out) != 1)
		out[0] = 0;
	fclose(f);
}

/* CPU time of the threads of this name so far, ns. NULL: of all. */
static int64_t thread_ns(pid_t pid, const char *name)
{
	char path[64], word[64];
	int64_t sum = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	d = opendir(path);
	CHECK(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		read_word(word, pid, e->d_name, "comm");
		if (name && strcmp(word, name) != 0)
			continue;
		read_word(word, pid, e->d_name, "schedstat");
		sum += strtoll(word, NULL, 10);
	}
	closedir(d);
	return sum;
}

static int64_t metric(uint16_t port, const char *name)
{
	static const char ask[] =
		"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
	static char text[65536];
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const char *at = text;
	size_t n = 0;
	ssize_t got;

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	CHECK(write(fd, ask, sizeof(ask) - 1) == (ssize_t)sizeof(ask) - 1);
	while (n < sizeof(text) - 1 &&
	       (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = 0;
	close(fd);
	while ((at = strstr(at, name)) && at[-1] != '\n')
		at++;
	CHECK(at);
	return strtoll(at + strlen(name), NULL, 10);
}

/* ---- the clients --------------------------------------------------------------- */

static struct class_client *join(const struct place *place, const char *name,
				 bool lecturer)
{
	const struct class_client_conf conf = {.host = "127.0.0.1",
					       .port = place->port,
					       .code = place->code,
					       .name = name,
					       .token = lecturer ? place->token : NULL};
	struct class_client *client = class_client_join(&conf, 10000);

	CHECK(client);
	return client;
}

/* Sound of the tests' clients, and a camera as bench_tick has it. */
static struct class_media *make_media(void)
{
	struct class_media *media = class_media_create(false, 120, 440);
	struct au *units[FOOTAGE_FRAMES];

	_Static_assert(FOOTAGE_FRAMES == CLASS_FPS && FOOTAGE_FPS == CLASS_FPS, "media");
	footage_create(units, 3);
	for (unsigned i = 0; i < FOOTAGE_FRAMES; i++) {
		blob_put(media->video[i]);
		CHECK(blob_create(&media->video[i], units[i], 1100, i) == 0);
		au_put(units[i]);
	}
	return media;
}

/* Clients that one thread keeps alive; more may be added while it runs, so that
 * those who are there read what the server tells them of the newcomers. */
struct group {
	struct class_client *clients[VIEWERS];
	atomic_int n;
	atomic_bool stop;
	struct thread *thread;
};

static void keep_alive(void *arg)
{
	struct group *group = arg;

	while (!atomic_load(&group->stop))
		for (int i = 0; i < atomic_load(&group->n); i++)
			class_client_run(group->clients[i], 0);
}

static void group_add(struct group *group, struct class_client *client)
{
	int n = atomic_load(&group->n);

	group->clients[n] = client;
	atomic_store(&group->n, n + 1);
	if (!group->thread)
		CHECK(thread_start(&group->thread, NULL, "clients", keep_alive, group) ==
		      0);
}

static void group_end(struct group *group)
{
	atomic_store(&group->stop, true);
	thread_join(group->thread);
	for (int i = 0; i < atomic_load(&group->n); i++)
		class_client_vanish(group->clients[i]);
}

/* Each sender has a thread of its own, so that its packets leave in time. */
static struct group senders[SENDERS], viewers;

static void add_sender(const struct place *place, const struct class_media *media, int i)
{
	struct class_client *c = join(place, i ? "Sender" : "Lecturer", i == 0);

	class_client_send(c, media, true, true);
	CHECK(!class_client_ask(c, "media.set", "{\"mic\":true,\"cam\":true}"));
	group_add(&senders[i], c);
}

static void add_viewers(const struct place *place, int n)
{
	for (int i = 0; i < n; i++)
		group_add(&viewers, join(place, "Viewer", false));
}

/* ---- measuring ------------------------------------------------------------------- */

enum { NET, AUDIO, VIDEO, ALL, THREADS };

/* Medians of some spans: percent of a core, and packets a second. */
struct sample {
	double percent[THREADS], packets;
};

static void take_span(pid_t pid, uint16_t port, struct sample *sample)
{
	static const char *const comm[THREADS] = {"net", "audio", "aula-mix", NULL};
	int64_t before[THREADS], packets, t0 = clock_us();
	double us;

	packets = metric(port, PACKETS_OUT);
	for (int i = 0; i < THREADS; i++)
		before[i] = thread_ns(pid, comm[i]);
	usleep(SPAN_US);
	for (int i = 0; i < THREADS; i++)
		before[i] = thread_ns(pid, comm[i]) - before[i];
	packets = metric(port, PACKETS_OUT) - packets;
	us = (double)(clock_us() - t0);
	for (int i = 0; i < THREADS; i++)
		sample->percent[i] = (double)before[i] / 10 / us;
	sample->packets = (double)packets * SEC_US / us;
	CHECK(packets > 0);
}

/* CPU time while nothing changes. */
static struct sample cpu(pid_t pid, uint16_t port, const char *what)
{
	static const char *const label[THREADS] = {"net", "audio", "video", "all"};
	struct sample spans[SPANS], mid;
	double v[SPANS];

	for (int i = 0; i < SPANS; i++)
		take_span(pid, port, &spans[i]);
	for (int k = 0; k < THREADS; k++) {
		for (int i = 0; i < SPANS; i++)
			v[i] = spans[i].percent[k];
		mid.percent[k] = median(v, SPANS);
		printf("class_cpu.%s.%s %.2f\n", what, label[k], mid.percent[k]);
	}
	for (int i = 0; i < SPANS; i++)
		v[i] = spans[i].packets;
	mid.packets = median(v, SPANS);
	printf("class_cpu.%s.packets_out_per_s %.0f\n", what, mid.packets);
	printf("class_cpu.%s.net_ns_per_packet_out %.0f\n", what,
	       mid.percent[NET] * 1e7 / mid.packets);
	return mid;
}

/* What the added viewers alone made the net thread do. */
static void print_viewer(const struct sample *without, const struct sample *with)
{
	double percent = with->percent[NET] - without->percent[NET];
	double packets = with->packets - without->packets;

	printf("viewer_core_percent %.4f\n", percent / (VIEWERS - 1));
	printf("viewer_packets_per_s %.0f\n", packets / (VIEWERS - 1));
	printf("viewer_packet_ns.in_class %.0f\n", percent * 1e7 / packets);
}

static void measure(pid_t pid, const struct place *place, const struct class_media *media)
{
	struct sample without, with;
	int64_t before, grown;

	add_sender(place, media, 0);
	add_viewers(place, 1); /* what exists once per class exists from here on */
	usleep(SETTLE_MS * 1000);

	before = rss_anon(pid);
	for (int i = 1; i < SENDERS; i++)
		add_sender(place, media, i);
	usleep(SETTLE_MS * 1000);
	printf("bytes_per_sender %" PRId64 "\n",
	       (rss_anon(pid) - before) / (SENDERS - 1));
	without = cpu(pid, place->port, "senders9");

	before = rss_anon(pid);
	add_viewers(place, VIEWERS - 1);
	usleep(SETTLE_MS * 1000);
	/* browsers agree on RTX, these clients do not: its history is added */
	grown = (rss_anon(pid) - before) / (VIEWERS - 1) +
		(int64_t)sizeof(struct history);
	printf("bytes_per_viewer %" PRId64 "\n", grown);
	with = cpu(pid, place->port, "senders9_viewers100");
	print_viewer(&without, &with);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

int main(void)
{
	struct class_media *media;
	struct place place;
	pid_t pid;
	int status;

	snprintf(dir, sizeof(dir), "/tmp/aula-bench-XXXXXX");
	CHECK(mkdtemp(dir));
	pid = start_server(&place); /* before this process has threads */
	media = make_media();
	measure(pid, &place, media);
	for (int i = 0; i < SENDERS; i++)
		group_end(&senders[i]);
	group_end(&viewers);
	class_media_destroy(media);
	kill(pid, SIGTERM);
	CHECK(waitpid(pid, &status, 0) == pid);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
