#include "ctl/metrics.h"

#include <stdlib.h>
#include <string.h>

#define MOST 2000

struct row {
	const char *name; /* in `text` */
	double value;
};

struct metrics {
	char *text;
	size_t n;
	struct row rows[MOST];
};

void metrics_read(struct metrics **out, char *text)
{
	struct metrics *m = calloc(1, sizeof(*m));
	char *line, *rest;

	*out = NULL;
	if (!m)
		return;
	m->text = strdup(text);
	rest = m->text;
	while ((line = strsep(&rest, "\n"))) {
		char *space = strrchr(line, ' ');

		if (strncmp(line, "aula_", 5) != 0 || !space || m->n == MOST)
			continue;
		*space = '\0';
		m->rows[m->n++] = (struct row){line, strtod(space + 1, NULL)};
	}
	if (m->n)
		*out = m;
	else
		metrics_destroy(m);
}

void metrics_destroy(struct metrics *metrics)
{
	if (!metrics)
		return;
	free(metrics->text);
	free(metrics);
}

double metrics_get(const struct metrics *metrics, const char *name)
{
	for (size_t i = 0; i < metrics->n; i++)
		if (strcmp(metrics->rows[i].name, name) == 0)
			return metrics->rows[i].value;
	return 0;
}

double metrics_sum(const struct metrics *metrics, const char *begin)
{
	double sum = 0;

	for (size_t i = 0; i < metrics->n; i++)
		if (strncmp(metrics->rows[i].name, begin, strlen(begin)) == 0)
			sum += metrics->rows[i].value;
	return sum;
}

cJSON *metrics_json(const struct metrics *metrics)
{
	cJSON *d = cJSON_CreateObject();

	for (size_t i = 0; i < metrics->n; i++)
		cJSON_AddNumberToObject(d, metrics->rows[i].name, metrics->rows[i].value);
	return d;
}

/* ---- words ----------------------------------------------------------------------- */

static void tell_receiving(const struct metrics *m, FILE *to)
{
	static const char *const levels[] = {"high", "main",  "mid",
					     "low",  "still", "sound"};
	char name[64];

	fputs("receiving   ", to);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		snprintf(name, sizeof(name), "aula_viewers{level=\"%s\"}", levels[i]);
		fprintf(to, "%s%s %.0f", i ? ", " : "", levels[i], metrics_get(m, name));
	}
	putc('\n', to);
}

static void tell_sent(const struct metrics *m, FILE *to)
{
	double packets = metrics_get(m, "aula_rtp_packets_total{dir=\"out\"}");
	double asked = metrics_get(m, "aula_nack_total{dir=\"in\"}");
	double joins = metrics_get(m, "aula_first_frame_total");

	fprintf(to, "sent        %.0f packets, %.1f MB; asked for again %.2f %%\n",
		packets, metrics_get(m, "aula_rtp_bytes_total{dir=\"out\"}") / 1e6,
		packets > 0 ? 100 * asked / packets : 0);
	if (joins > 0)
		fprintf(to, "first frame after %.2f s on average, of %.0f joins\n",
			metrics_get(m, "aula_first_frame_milliseconds_total") / joins /
				1000,
			joins);
}

void metrics_tell(const struct metrics *m, FILE *to)
{
	double step = metrics_get(m, "aula_shed_step");

	fprintf(to, "load        %.0f %% of a core wanted by the busiest thread, ",
		metrics_get(m, "aula_load_permille") / 10);
	if (step > 0)
		fprintf(to, "step %.0f of quality given up\n", step);
	else
		fputs("nothing given up\n", to);
	fprintf(to,
		"classes     %.0f open, %.0f members, %.0f waiting to enter, %.0f "
		"recordings\n",
		metrics_get(m, "aula_rooms"), metrics_get(m, "aula_participants"),
		metrics_get(m, "aula_waiting"), metrics_get(m, "aula_recordings_active"));
	tell_receiving(m, to);
	fprintf(to, "coding      %.0f video encoders, %.0f decoders\n",
		metrics_get(m, "aula_encoders"), metrics_get(m, "aula_decoders"));
	tell_sent(m, to);
	fprintf(to,
		"trouble     %.0f late sound ticks let go, %.0f sends dropped, %.0f "
		"refused,\n"
		"            %.0f errors (database, recordings, plugins)\n",
		metrics_get(m, "aula_audio_let_go_ticks_total"),
		metrics_sum(m, "aula_send_dropped_total"),
		metrics_sum(m, "aula_reject_total"),
		metrics_get(m, "aula_db_errors_total") +
			metrics_get(m, "aula_recording_errors_total") +
			metrics_get(m, "aula_plugin_errors_total"));
}
