#include "bench/loadgen_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char usage[] =
	"Usage: loadgen --url URL --code CODE [OPTION]...\n"
	"Real members of a class against a real server: each has a WebSocket, ICE, DTLS\n"
	"and SRTP of its own. Says what they got, and what the server took for it.\n"
	"\n"
	"  --url wss://IP:PORT   the server; ws:// without TLS. Certificates are not "
	"judged\n"
	"  --code CODE           the class; or\n"
	"  --admin TOKEN         makes a class of its own (the text behind #t= of the "
	"link\n"
	"                        that 'aulad --link admin' prints)\n"
	"  --token TOKEN         the first sender is the lecturer\n"
	"  --viewers N           members that only receive (10)\n"
	"  --senders M           members that also send (1)\n"
	"  --seconds S           measured time, after all have joined (20)\n"
	"  --joins N             joins a second (50)\n"
	"  --cap LEVEL           what viewers want at most: sound, still, low, mid, "
	"main, "
	"high;\n"
	"                        more than once: in turns, and each group is reported\n"
	"  --threads N           threads of the members (1)\n"
	"  --codec vp8           take and send no H.264\n"
	"  --video FILE          what senders show: H.264 as Annex B (15 pictures a "
	"second),\n"
	"                        or VP8 in IVF; else 640x360 at 15, 350 kbit/s, made up\n"
	"  --sound FILE          what they say: WAV, 48 kHz, mono, 16 bits\n"
	"\n"
	"Links (see also impair --help):\n"
	"  --via IP:PORT         viewers send to this relay instead of the server; more\n"
	"                        than once: viewers take turns, and each group is "
	"reported\n"
	"  --kbit RATE           a relay of our own of so many kbit/s down, in turns as\n"
	"                        above; may change with time: 1000@0,80@20,1000@60\n"
	"  --link 'WORDS'        a setting of these relays: 'down loss 2', 'both delay "
	"40'\n"
	"  --media IP:PORT       where these relays send to (the address of --url)\n"
	"  --senders-via         senders use the first relay, too\n"
	"\n"
	"Behaviour:\n"
	"  --no-twcc             no transport-wide feedback\n"
	"  --no-red              take no sound with copies of what went before\n"
	"  --no-nack             nothing is asked for again\n"
	"  --drop PERCENT        of what arrives is thrown away before it is looked at\n"
	"  --pli-storm N         the first viewer asks for N key frames a second\n"
	"  --liar good|bad       the feedback of the last viewer says that all came at\n"
	"                        once, or slower and slower\n"
	"  --decrypt K           of most members one of K packets is decrypted, besides "
	"the\n"
	"                        first second; of each K-th member all (16)\n"
	"\n"
	"Output:\n"
	"  --server-pid PID      also what this process takes\n"
	"  --json FILE           the same as JSON\n"
	"  --trace               the JSON tells of each viewer when its level changed, "
	"the\n"
	"                        picture stood still, and sound was missing\n"
	"  --sync                the first three senders flash and beep at the same\n"
	"                        instants, and the JSON tells how far the sound is "
	"behind\n"
	"                        the picture, by one viewer of each group\n"
	"  --sync-ppm N          the clocks of the second sender, and that of the "
	"sound\n"
	"                        of the third, run too fast by so many millionths "
	"(100)\n"
	"  --quiet               no line each second\n"
	"  --seed N              other chances (1)\n"
	"\n"
	"Exit codes: 0 all was well; 1 members failed or packets were not genuine; 64\n"
	"usage; 69 nobody could connect, or the server went away; 71 out of memory or\n"
	"descriptors; 74 the output cannot be written.\n";

enum {
	O_URL = 256,
	O_CODE,
	O_ADMIN,
	O_TOKEN,
	O_VIEWERS,
	O_SENDERS,
	O_SECONDS,
	O_JOINS,
	O_CAP,
	O_THREADS,
	O_CODEC,
	O_VIDEO,
	O_SOUND,
	O_VIA,
	O_KBIT,
	O_LINK,
	O_MEDIA,
	O_SENDERS_VIA,
	O_NO_TWCC,
	O_NO_RED,
	O_NO_NACK,
	O_DROP,
	O_STORM,
	O_LIAR,
	O_DECRYPT,
	O_PID,
	O_JSON,
	O_TRACE,
	O_SYNC,
	O_SYNC_PPM,
	O_QUIET,
	O_SEED
};

static const struct option longs[] = {
	{"url", required_argument, NULL, O_URL},
	{"code", required_argument, NULL, O_CODE},
	{"admin", required_argument, NULL, O_ADMIN},
	{"token", required_argument, NULL, O_TOKEN},
	{"viewers", required_argument, NULL, O_VIEWERS},
	{"senders", required_argument, NULL, O_SENDERS},
	{"seconds", required_argument, NULL, O_SECONDS},
	{"joins", required_argument, NULL, O_JOINS},
	{"cap", required_argument, NULL, O_CAP},
	{"threads", required_argument, NULL, O_THREADS},
	{"codec", required_argument, NULL, O_CODEC},
	{"video", required_argument, NULL, O_VIDEO},
	{"sound", required_argument, NULL, O_SOUND},
	{"via", required_argument, NULL, O_VIA},
	{"kbit", required_argument, NULL, O_KBIT},
	{"link", required_argument, NULL, O_LINK},
	{"media", required_argument, NULL, O_MEDIA},
	{"senders-via", no_argument, NULL, O_SENDERS_VIA},
	{"no-twcc", no_argument, NULL, O_NO_TWCC},
	{"no-red", no_argument, NULL, O_NO_RED},
	{"no-nack", no_argument, NULL, O_NO_NACK},
	{"drop", required_argument, NULL, O_DROP},
	{"pli-storm", required_argument, NULL, O_STORM},
	{"liar", required_argument, NULL, O_LIAR},
	{"decrypt", required_argument, NULL, O_DECRYPT},
	{"server-pid", required_argument, NULL, O_PID},
	{"json", required_argument, NULL, O_JSON},
	{"trace", no_argument, NULL, O_TRACE},
	{"sync", no_argument, NULL, O_SYNC},
	{"sync-ppm", required_argument, NULL, O_SYNC_PPM},
	{"quiet", no_argument, NULL, O_QUIET},
	{"seed", required_argument, NULL, O_SEED},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static _Noreturn void wrong(const char *what, const char *why)
{
	fprintf(stderr, "loadgen: %s: %s. Try 'loadgen --help'.\n", what, why);
	exit(EX_USAGE);
}

static double number(const char *name, double min, double max)
{
	char *end;
	double v = strtod(optarg, &end);

	if (end == optarg || *end || !(v >= min && v <= max)) {
		char why[80];

		snprintf(why, sizeof(why), "a number from %g to %g is wanted", min, max);
		wrong(name, why);
	}
	return v;
}

static void take_url(struct lg_options *o)
{
	struct endpoint at;
	const char *rest = optarg;
	const char *colon;
	size_t len;

	o->tls = strncmp(rest, "wss://", 6) == 0 || strncmp(rest, "https://", 8) == 0;
	if (!o->tls && strncmp(rest, "ws://", 5) != 0 && strncmp(rest, "http://", 7) != 0)
		wrong("--url", "wss://IP:PORT is wanted");
	rest = strstr(rest, "://") + 3;
	len = strcspn(rest, "/");
	if (len >= sizeof(o->host))
		wrong("--url", "too long");
	memcpy(o->host, rest, len);
	o->host[len] = '\0';
	if (endpoint_parse(&at, o->host))
		wrong("--url", "wss://IP:PORT is wanted, with an address, not a name");
	o->port = (uint16_t)endpoint_port(&at);
	colon = strrchr(o->host, ':');
	o->host[colon - o->host] = '\0';
	if (o->host[0] == '[') {
		len = strlen(o->host);
		memmove(o->host, o->host + 1, len - 2);
		o->host[len - 2] = '\0';
	}
}

/* Dashes and spaces are for people. */
static void take_code(struct lg_options *o)
{
	size_t n = 0;

	for (const char *p = optarg; *p && n + 1 < sizeof(o->code); p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9'))
			o->code[n++] = *p;
	o->code[n] = '\0';
}

static void take_links(struct lg_options *o, int opt)
{
	switch (opt) {
	case O_VIA:
		if (o->n_via == LG_CLASSES || endpoint_parse(&o->via[o->n_via], optarg))
			wrong("--via", "IP:PORT is wanted, at most 8");
		o->n_via++;
		break;
	case O_KBIT:
		if (o->n_kbit == LG_CLASSES)
			wrong("--kbit", "at most 8");
		o->kbit[o->n_kbit++] = optarg;
		break;
	case O_LINK:
		if (o->n_link == LG_ORDERS)
			wrong("--link", "at most 16");
		o->link[o->n_link++] = optarg;
		break;
	case O_MEDIA:
		o->media = optarg;
		break;
	default:
		o->senders_via = true;
	}
}

static void take_behaviour(struct lg_options *o, int opt)
{
	switch (opt) {
	case O_NO_TWCC:
		o->no_twcc = true;
		break;
	case O_NO_RED:
		o->no_red = true;
		break;
	case O_NO_NACK:
		o->no_nack = true;
		break;
	case O_DROP:
		o->drop = number("--drop", 0, 100) / 100;
		break;
	case O_STORM:
		o->pli_storm = (unsigned)number("--pli-storm", 0, 1000);
		break;
	case O_LIAR:
		o->lie = strcmp(optarg, "good") == 0  ? LG_LIE_GOOD
			 : strcmp(optarg, "bad") == 0 ? LG_LIE_BAD
						      : LG_HONEST;
		if (!o->lie)
			wrong("--liar", "good or bad is wanted");
		break;
	case O_DECRYPT:
		o->decrypt = (unsigned)number("--decrypt", 1, 1000000);
		break;
	case O_PID:
		o->server_pid = (int)number("--server-pid", 1, 4194304);
		break;
	case O_JSON:
		o->json = optarg;
		break;
	case O_TRACE:
		o->trace = true;
		break;
	case O_SYNC:
		o->sync = true;
		break;
	case O_SYNC_PPM:
		o->sync_ppm = (int32_t)number("--sync-ppm", -1000, 1000);
		break;
	case O_QUIET:
		o->quiet = true;
		break;
	default:
		o->seed = (uint64_t)number("--seed", 0, 1e15);
	}
}

static void take_cap(struct lg_options *o)
{
	static const char *const levels[] = {"sound", "still", "low",
					     "mid",   "main",  "high"};
	size_t i = 0;

	while (i < sizeof(levels) / sizeof(levels[0]) && strcmp(levels[i], optarg) != 0)
		i++;
	if (o->n_cap == LG_CLASSES || i == sizeof(levels) / sizeof(levels[0]))
		wrong("--cap", "a level is wanted, at most 8 times");
	o->cap[o->n_cap++] = levels[i];
}

static void take(struct lg_options *o, int opt)
{
	switch (opt) {
	case O_URL:
		take_url(o);
		break;
	case O_CODE:
		take_code(o);
		break;
	case O_ADMIN:
		o->admin = optarg;
		break;
	case O_TOKEN:
		o->token = optarg;
		break;
	case O_VIEWERS:
		o->viewers = (unsigned)number("--viewers", 0, LG_MEMBERS / 2);
		break;
	case O_SENDERS:
		o->senders = (unsigned)number("--senders", 0, LG_MEMBERS / 2);
		break;
	case O_SECONDS:
		o->seconds = number("--seconds", 1, 1e6);
		break;
	case O_JOINS:
		o->joins_per_s = number("--joins", 0.1, 10000);
		break;
	case O_CAP:
		take_cap(o);
		break;
	case O_THREADS:
		o->threads = (unsigned)number("--threads", 1, 64);
		break;
	case O_CODEC:
		o->vp8 = strcmp(optarg, "vp8") == 0;
		if (!o->vp8 && strcmp(optarg, "h264") != 0)
			wrong("--codec", "vp8 or h264 is wanted");
		break;
	case O_VIDEO:
		o->video = optarg;
		break;
	case O_SOUND:
		o->sound = optarg;
		break;
	default:
		if (opt >= O_VIA && opt <= O_SENDERS_VIA)
			take_links(o, opt);
		else
			take_behaviour(o, opt);
	}
}

/* What does not go together. */
static void check(const struct lg_options *o)
{
	if (!o->host[0])
		wrong("--url", "is needed");
	if (!o->code[0] && !o->admin)
		wrong("--code", "is needed, or --admin");
	if (o->n_cap && (o->n_via || o->n_kbit))
		wrong("--cap", "groups are either by level or by link");
	if (o->n_via && o->n_kbit)
		wrong("--kbit", "not together with --via");
	if (o->sync && o->vp8)
		wrong("--sync", "not together with --codec vp8");
	if (!o->viewers && !o->senders)
		wrong("--viewers", "nobody to join");
}

void lg_options_read(struct lg_options *out, int argc, char **argv)
{
	int opt;

	*out = (struct lg_options){.viewers = 10,
				   .senders = 1,
				   .threads = 1,
				   .seconds = 20,
				   .joins_per_s = 50,
				   .decrypt = 16,
				   .sync_ppm = 100,
				   .seed = 1};
	while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			exit(0);
		}
		if (opt == '?') {
			fputs("Try 'loadgen --help'.\n", stderr);
			exit(EX_USAGE);
		}
		take(out, opt);
	}
	if (optind < argc)
		wrong(argv[optind], "what is it");
	check(out);
}
