/* cmd_status.c - /healthz, /readyz, /version and /metrics in words. */
#include "ctl/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/get.h"
#include "ctl/json.h"
#include "ctl/metrics.h"
#include "ctl/text.h"
#include "ctl/trust.h"

struct state {
	struct url url;
	char base[300];
	SSL_CTX *trust;
	cJSON *health, *ready, *version; /* NULL: no answer */
	struct metrics *metrics;
	int health_status;
};

/* A page that is JSON; NULL: it is none, or it did not come. */
static cJSON *page(const struct state *state, const char *path, int *status)
{
	char *body = NULL;
	cJSON *d = NULL;
	long verdict;

	*status = get_page(&state->url, path, state->trust, &body, &verdict);
	if (*status > 0)
		d = cJSON_Parse(body);
	free(body);
	return d;
}

static int first(struct state *state, const char *cert)
{
	char *body = NULL, why[500];
	long verdict;
	int n = get_page(&state->url, "/healthz", state->trust, &body, &verdict);

	if (n == -EACCES) {
		trust_explain(verdict, *cert ? cert : NULL, why, sizeof(why));
		text_say("%s: %s", state->base, why);
		return 1;
	}
	if (n > 0)
		state->health = cJSON_Parse(body);
	state->health_status = n;
	free(body);
	if (state->health)
		return 0;
	text_say("no server answers at %s", state->base);
	return EX_UNAVAILABLE;
}

static int collect(struct state *state, struct site *site)
{
	char cert[400], *body = NULL;
	long verdict;
	bool own;
	int n, code = site_url(site, &state->url, &own);

	if (!code)
		code = site_trust(site, &state->url, own, true, &state->trust, cert,
				  sizeof(cert));
	if (code)
		return code;
	url_base(&state->url, state->base, sizeof(state->base));
	code = first(state, cert);
	if (code)
		return code;
	state->ready = page(state, "/readyz", &n);
	state->version = page(state, "/version", &n);
	n = get_page(&state->url, "/metrics", state->trust, &body, &verdict);
	if (n == 200)
		metrics_read(&state->metrics, body);
	free(body);
	return 0;
}

static int tell_health(const struct state *state)
{
	bool ok = json_true(state->health, "ok");

	if (ok)
		puts("health      well: the loops run, the database answers");
	else if (cJSON_IsFalse(json_get(state->health, "database")))
		puts("health      ILL: the database does not answer; calls go on");
	else
		puts("health      ILL: the control loop hangs");
	if (cJSON_IsFalse(json_get(state->health, "disk")))
		puts("disk        DOES NOT ANSWER: calls go on; recordings and slides wait "
		     "for it");
	if (json_true(state->health, "draining"))
		puts("it is stopping");
	if (json_true(state->ready, "ready"))
		puts("newcomers   welcome");
	else if (json_get(state->ready, "ready"))
		puts("newcomers   should go elsewhere (stopping, overloaded, or without "
		     "database)");
	return ok ? 0 : 1;
}

static void tell_json(const struct state *state)
{
	const char *version = json_text(state->version, "version");
	cJSON *d = json_make("url", state->base, "version", version, NULL);

	cJSON_AddBoolToObject(d, "ok", json_true(state->health, "ok"));
	cJSON_AddBoolToObject(d, "draining", json_true(state->health, "draining"));
	cJSON_AddBoolToObject(d, "ready", json_true(state->ready, "ready"));
	if (state->metrics)
		cJSON_AddItemToObject(d, "metrics", metrics_json(state->metrics));
	json_print(d);
	cJSON_Delete(d);
}

static int tell(const struct call *call, const struct state *state)
{
	const char *version = json_text(state->version, "version");
	int code;

	if (call->json) {
		tell_json(state);
		return json_true(state->health, "ok") ? 0 : 1;
	}
	printf("Aula %s at %s\n", *version ? version : "?", state->base);
	code = tell_health(state);
	if (state->metrics)
		metrics_tell(state->metrics, stdout);
	else
		puts("figures     only told to this machine and to metrics_allow");
	return code;
}

int cmd_status(struct call *call)
{
	struct state state = {.trust = NULL};
	int code;

	if (call->n)
		call->site->url = call->args[0];
	code = collect(&state, call->site);
	if (!code)
		code = tell(call, &state);
	metrics_destroy(state.metrics);
	cJSON_Delete(state.health);
	cJSON_Delete(state.ready);
	cJSON_Delete(state.version);
	trust_destroy(state.trust);
	return code;
}
