#include "mcu/tuning.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/log.h"
#include "mcu/console.h"
#include "mcu/joins.h"
#include "mcu/server.h"
#include "plugins/set.h"

#define VALUE sizeof(((struct db_setting *)0)->value)

static void apply_log(struct server *server) RUNS_ON(on_ctl)
{
	log_set_level((enum log_level)server->conf->log_level);
}

static void apply_joins(struct server *server) RUNS_ON(on_ctl)
{
	joins_rate(server->joins, server->conf->max_joins_per_address);
}

/* Most are looked at when they are needed: those have nothing to be done. */
static const struct tuned {
	const char *key;
	void (*apply)(struct server *server);
} keys[] = {
	{"layout", NULL},      {"log_level", apply_log},
	{"max_joins", NULL},   {"max_joins_per_address", apply_joins},
	{"max_members", NULL}, {"net_spread", NULL},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= 32, "a bit of console.stored for each");

static const struct tuned *find(const char *key)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i].key, key) == 0)
			return &keys[i];
	return NULL;
}

bool tuning_live(const char *key)
{
	return find(key) != NULL;
}

bool tuning_stored(const struct server *server, const char *key)
{
	const struct tuned *t = find(key);

	return t && server->console->stored >> (t - keys) & 1;
}

/* The value as it was understood, in `text`. */
static int take(struct server *server, const struct tuned *t, const char *value,
		char text[VALUE], char *why, size_t why_len) RUNS_ON(on_ctl)
{
	struct conf next = server->console->live;
	int err = conf_change(&next, t->key, value, why, why_len);

	if (!err && strcmp(t->key, "layout") == 0 &&
	    plugin_set_facts(server->plugins, next.layout, NULL)) {
		snprintf(why, why_len, "layout: there is no such one");
		err = -EINVAL;
	}
	if (!err)
		err = conf_show(&next, t->key, text, VALUE);
	return err;
}

static void put_in_force(struct server *server, const struct tuned *t, const char *text,
			 bool stored) RUNS_ON(on_ctl)
{
	struct console *console = server->console;
	uint32_t bit = UINT32_C(1) << (t - keys);
	char why[200];

	/* it was taken a moment ago */
	if (conf_change(&console->live, t->key, text, why, sizeof(why)))
		return;
	console->stored = stored ? console->stored | bit : console->stored & ~bit;
	if (t->apply)
		t->apply(server);
	log_info("setting", "key=%s value=\"%s\" stored=%d", t->key, text, stored);
}

int tuning_set(struct server *server, const char *key, const char *value, char *why,
	       size_t why_len)
{
	const struct tuned *t = find(key);
	struct db_setting row;
	char text[VALUE];
	bool stored = *value;
	int err;

	if (!t) {
		snprintf(why, why_len,
			 "%.40s is changed in the configuration, and the server started "
			 "anew",
			 key);
		return -ENOENT;
	}
	if (!stored)
		err = conf_show(server->console->file, key, text, sizeof(text));
	else
		err = take(server, t, value, text, why, why_len);
	if (err)
		return err;
	snprintf(row.key, sizeof(row.key), "%s", key);
	snprintf(row.value, sizeof(row.value), "%s", text);
	err = stored ? db_setting_put(server->db, &row)
		     : db_setting_delete(server->db, key);
	if (err) {
		snprintf(why, why_len, "it cannot be stored now");
		return -ENOBUFS;
	}
	put_in_force(server, t, text, stored);
	return 0;
}

void tuning_load(struct server *server, const struct db_setting *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct tuned *t = find(rows[i].key);
		char text[VALUE], why[200] = "it cannot be changed any more",
				  quoted[sizeof(why) + 16];

		if (!t || take(server, t, rows[i].value, text, why, sizeof(why)))
			log_warn("setting_refused", "key=%s why=%s", rows[i].key,
				 log_quote(quoted, sizeof(quoted), why));
		else
			put_in_force(server, t, text, true);
	}
}
