/* doctor_machine.c - limits, clock and processors. */
#include "ctl/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include "base/conf_check.h"

#define DESCRIPTORS 8192 /* strangers, a full server's WebSockets, files */

/* Of the server's process if it runs; else of a process started from here. */
static unsigned long descriptors(const struct patient *p)
{
	unsigned long v = 0;
	struct rlimit limit;
	char line[200];
	FILE *f;

	if (p->pid) {
		snprintf(line, sizeof(line), "/proc/%d/limits", (int)p->pid);
		f = fopen(line, "re");
		while (f && fgets(line, sizeof(line), f))
			if (sscanf(line, "Max open files %lu", &v) == 1)
				break;
		if (f)
			fclose(f);
		if (v)
			return v;
	}
	return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 0 : (unsigned long)limit.rlim_cur;
}

void doctor_limits(struct patient *p)
{
	unsigned long n = descriptors(p);
	bool good = n >= DESCRIPTORS;

	doctor_say(p, good ? DOCTOR_OK : DOCTOR_WARN, "descriptors",
		   good ? "" : "LimitNOFILE=65536 in the unit, or ulimit -n 65536",
		   "%s may have %lu open%s",
		   p->pid ? "the server" : "a process from here", n,
		   good ? "" : ": each member needs one");
}

void doctor_clock(struct patient *p)
{
	struct timex t = {.modes = 0};
	int state = adjtimex(&t);

	if (state < 0)
		doctor_say(p, DOCTOR_WARN, "clock", "look at timedatectl",
			   "it cannot be asked: %s", strerror(errno));
	else if (t.status & STA_UNSYNC)
		doctor_say(p, DOCTOR_WARN, "clock",
			   "systemctl enable --now systemd-timesyncd, or chrony",
			   "nobody sets it: links and certificates go by it");
	else
		doctor_say(p, DOCTOR_OK, "clock", "", "is set by others, +- %.0f ms",
			   (double)t.maxerror / 1000);
}

/* Measured on one core of a server: see "Measured" of README.md. An encoder of people
 * takes 0.9 % for 0.58 million pixels a second, 8.1 % for 13.8. */
static double percent_of(const char *text)
{
	struct conf_rung rung;
	double mpx;

	if (!conf_rung_read(text, &rung))
		return 0;
	mpx = (double)rung.w_px * rung.h_px * rung.fps / 1e6;
	return mpx < 4 ? mpx * 1.4 : 5.6 + (mpx - 4) * 0.35;
}

void doctor_cores(struct patient *p)
{
	const struct conf *conf = &p->site->conf;
	const struct {
		const char *name, *text;
	} rungs[] = {{"low", conf->rung_low},
		     {"mid", conf->rung_mid},
		     {"main", conf->rung_main},
		     {"high", conf->rung_high}};
	double sum = 6; /* composing, mixing, sound */
	unsigned classes;

	if (strcmp(conf->rung_top, "sound") != 0 && strcmp(conf->rung_top, "still") != 0)
		for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++) {
			sum += percent_of(rungs[i].text);
			if (strcmp(conf->rung_top, rungs[i].name) == 0)
				break;
		}
	classes = (unsigned)(p->cores * 85 / sum);
	doctor_say(
		p, classes < 2 ? DOCTOR_WARN : DOCTOR_OK, "processors",
		classes < 2 ? "smaller rungs, a lower rung_top, or more processors" : "",
		"%u; about %u classes at once with all rungs in use", p->cores, classes);
}
