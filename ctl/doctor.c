#include "ctl/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "ctl/json.h"
#include "ctl/process.h"
#include "ctl/text.h"

#define CORES_PER_NET 4 /* as the server counts when net_threads is 0 */

struct doctor {
	bool json;
	cJSON *checks;
	unsigned n[3]; /* by finding */
};

void doctor_say(struct patient *p, enum finding finding, const char *what,
		const char *advice, const char *fmt, ...)
{
	static const char *const words[] = {"ok", "warn", "FAIL"};
	struct doctor *doctor = p->doctor;
	char text[700], clean[700];
	va_list ap;
	cJSON *row;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), text);
	doctor->n[finding]++;
	if (doctor->json) {
		row = json_make("check", what, "result", words[finding], "text", clean,
				"advice", advice, NULL);
		cJSON_AddItemToArray(doctor->checks, row);
		return;
	}
	printf("%-4s  %-13s %s\n", words[finding], what, clean);
	if (*advice)
		printf("                    -> %s\n", advice);
}

static void examine(struct patient *p)
{
	doctor_conf(p);
	doctor_limits(p);
	doctor_clock(p);
	doctor_sockets(p);
	if (!p->conf_good)
		return;
	doctor_secret(p);
	doctor_cert(p);
	doctor_ports(p);
	doctor_addresses(p);
	doctor_database(p);
	doctor_recordings(p);
	doctor_cores(p);
}

static int sum_up(struct doctor *doctor)
{
	cJSON *d;

	if (doctor->json) {
		d = cJSON_CreateObject();
		cJSON_AddItemToObject(d, "checks", doctor->checks);
		cJSON_AddNumberToObject(d, "fails", doctor->n[DOCTOR_FAIL]);
		cJSON_AddNumberToObject(d, "warns", doctor->n[DOCTOR_WARN]);
		json_print(d);
		cJSON_Delete(d);
	} else {
		printf("\n%u well, %u to look at, %u wrong\n", doctor->n[DOCTOR_OK],
		       doctor->n[DOCTOR_WARN], doctor->n[DOCTOR_FAIL]);
	}
	return doctor->n[DOCTOR_FAIL] ? 1 : 0;
}

int cmd_doctor(struct call *call)
{
	struct doctor doctor = {.json = call->json};
	struct patient p = {.doctor = &doctor, .site = call->site};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned nets;

	if (call->json)
		doctor.checks = cJSON_CreateArray();
	p.cores = cores > 0 ? (unsigned)cores : 1;
	nets = p.cores / CORES_PER_NET;
	nets = nets < 1 ? 1 : nets > LIMIT_NETS ? LIMIT_NETS : nets;
	if (process_find(call->site, false, &p.pid))
		p.pid = 0;
	p.conf_good = site_conf(call->site) == 0;
	p.nets = p.conf_good && call->site->conf.net_threads
			 ? call->site->conf.net_threads
			 : nets;
	examine(&p);
	return sum_up(&doctor);
}
