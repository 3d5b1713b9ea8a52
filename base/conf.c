#include "base/conf.h"

#include "base/log.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef AULA_PLUGIN_DIR
#define AULA_PLUGIN_DIR "plugins/.libs"
#endif

enum kind { KIND_STRING, KIND_INT, KIND_BOOL, KIND_LIST, KIND_LEVEL };

/* One key: where its value lives and what it may be. */
struct key {
	const char *name;
	enum kind kind;
	size_t at, size; /* offset in struct conf; bytes, or of one list entry */
	size_t n_at;	 /* KIND_LIST: offset of the count */
	long min, max;	 /* KIND_INT: value; KIND_LIST: entries at most */
};

#define FIELD(f) offsetof(struct conf, f), sizeof(((struct conf *)0)->f)
#define LIST(f)	 offsetof(struct conf, f), sizeof(((struct conf *)0)->f[0]), \
		offsetof(struct conf, n_##f), 0, \
		sizeof(((struct conf *)0)->f) / sizeof(((struct conf *)0)->f[0])

static const struct key keys[] = {
	{"listen", KIND_LIST, LIST(listen)},
	{"http_port", KIND_INT, FIELD(http_port), 0, 0, 65535},
	{"plain_http", KIND_BOOL, FIELD(plain_http), 0, 0, 0},
	{"certificate", KIND_STRING, FIELD(certificate), 0, 0, 0},
	{"key", KIND_STRING, FIELD(key), 0, 0, 0},
	{"origins", KIND_LIST, LIST(origins)},
	{"metrics_allow", KIND_LIST, LIST(metrics_allow)},
	{"public_url", KIND_STRING, FIELD(public_url), 0, 0, 0},
	{"media_udp_port", KIND_INT, FIELD(media_udp_port), 0, 0, 65535},
	{"media_tcp_port", KIND_INT, FIELD(media_tcp_port), 0, 0, 65535},
	{"advertise", KIND_LIST, LIST(advertise)},
	{"data_dir", KIND_STRING, FIELD(data_dir), 0, 0, 0},
	{"database", KIND_STRING, FIELD(database), 0, 0, 0},
	{"recordings_dir", KIND_STRING, FIELD(recordings_dir), 0, 0, 0},
	{"recording_reserve_mb", KIND_INT, FIELD(recording_reserve_mb), 0, 0, 1048576},
	{"webroot", KIND_STRING, FIELD(webroot), 0, 0, 0},
	{"plugins_dir", KIND_STRING, FIELD(plugins_dir), 0, 0, 0},
	{"plugins", KIND_LIST, LIST(plugins)},
	{"recorder", KIND_STRING, FIELD(recorder), 0, 0, 0},
	{"layout", KIND_STRING, FIELD(layout), 0, 0, 0},
	{"view_width", KIND_INT, FIELD(view_w), 0, 160, 1920},
	{"view_height", KIND_INT, FIELD(view_h), 0, 96, 1088},
	{"view_fps", KIND_INT, FIELD(view_fps), 0, 1, 30},
	{"view_kbps", KIND_INT, FIELD(view_kbps), 0, 30, 8000},
	{"view_vbv_ms", KIND_INT, FIELD(view_vbv_ms), 0, 200, 3000},
	{"audio_kbps", KIND_INT, FIELD(audio_kbps), 0, 8, 128},
	{"max_members", KIND_INT, FIELD(max_members), 0, 1, 2000},
	{"log_level", KIND_LEVEL, FIELD(log_level), 0, 0, 0},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

void conf_init(struct conf *conf)
{
	static const char *const plugins[] = {"layout_grid", "layout_speaker",
					      "layout_lecture", "record_mp4"};

	memset(conf, 0, sizeof(*conf));
	conf->http_port = 8443;
	conf->media_udp_port = 8443;
	conf->media_tcp_port = 8444;
	snprintf(conf->data_dir, sizeof(conf->data_dir), "/var/lib/aula");
	conf->recording_reserve_mb = 512;
	snprintf(conf->plugins_dir, sizeof(conf->plugins_dir), "%s", AULA_PLUGIN_DIR);
	for (conf->n_plugins = 0; conf->n_plugins < 4; conf->n_plugins++)
		snprintf(conf->plugins[conf->n_plugins], sizeof(conf->plugins[0]), "%s",
			 plugins[conf->n_plugins]);
	snprintf(conf->recorder, sizeof(conf->recorder), "mp4");
	snprintf(conf->layout, sizeof(conf->layout), "grid");
	conf->view_w = 640;
	conf->view_h = 360;
	conf->view_fps = 15;
	conf->view_kbps = 350;
	conf->view_vbv_ms = 500;
	conf->audio_kbps = 40;
	conf->max_members = 500;
	conf->log_level = LOG_INFO;
}

/* ---- reading --------------------------------------------------------------- */

/* libconfuse hands errors to a function without context: the parse runs on
 * one thread at start, this holds its first error. */
static _Thread_local char first_error[256];

static const char *nearest(const char *word)
{
	const char *best = NULL;
	size_t best_n = 2;

	for (size_t i = 0; i < N_KEYS; i++) {
		size_t n = 0;

		while (word[n] && word[n] == keys[i].name[n])
			n++;
		if (n > best_n) {
			best_n = n;
			best = keys[i].name;
		}
	}
	return best;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) AULA_PRINTF(2, 0);
static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char msg[160], hint[64] = "";
	const char *word, *near;

	if (first_error[0])
		return;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	word = strstr(msg, "no such option '");
	if (word) {
		char name[48];

		snprintf(name, sizeof(name), "%s", word + strlen("no such option '"));
		name[strcspn(name, "'")] = '\0';
		near = nearest(name);
		if (near)
			snprintf(hint, sizeof(hint), " (did you mean '%s'?)", near);
	}
	snprintf(first_error, sizeof(first_error), "%s:%d: %s%s",
		 cfg && cfg->filename ? cfg->filename : "?", cfg ? cfg->line : 0, msg, hint);
}

static int store_int(char *to, const struct key *key, long v)
{
	if (v < key->min || v > key->max)
		return -ERANGE;
	if (key->size == 2)
		*(uint16_t *)(void *)to = (uint16_t)v;
	else
		*(uint32_t *)(void *)to = (uint32_t)v;
	return 0;
}

static int store_text(char *to, size_t size, const char *v)
{
	if (!v || strlen(v) >= size)
		return -E2BIG;
	snprintf(to, size, "%s", v);
	return 0;
}

static int store_list(struct conf *conf, const struct key *key, cfg_t *cfg)
{
	unsigned n = cfg_size(cfg, key->name);
	char *base = (char *)conf;

	if (n > (unsigned)key->max)
		return -E2BIG;
	for (unsigned i = 0; i < n; i++) {
		int err = store_text(base + key->at + i * key->size, key->size,
				     cfg_getnstr(cfg, key->name, i));
		if (err)
			return err;
	}
	*(uint32_t *)(void *)(base + key->n_at) = n;
	return 0;
}

static int store(struct conf *conf, const struct key *key, cfg_t *cfg)
{
	char *to = (char *)conf + key->at;
	int level;

	switch (key->kind) {
	case KIND_STRING:
		return store_text(to, key->size, cfg_getstr(cfg, key->name));
	case KIND_INT:
		return store_int(to, key, cfg_getint(cfg, key->name));
	case KIND_BOOL:
		*(bool *)(void *)to = cfg_getbool(cfg, key->name);
		return 0;
	case KIND_LIST:
		return store_list(conf, key, cfg);
	case KIND_LEVEL:
		level = log_level_of(cfg_getstr(cfg, key->name));
		if (level >= 0)
			*(int *)(void *)to = level;
		return level < 0 ? level : 0;
	}
	return -EINVAL;
}

static void declare(cfg_opt_t opts[N_KEYS + 1])
{
	static const cfg_opt_t end = CFG_END();

	for (size_t i = 0; i < N_KEYS; i++) {
		const char *name = keys[i].name;

		switch (keys[i].kind) {
		case KIND_INT: {
			const cfg_opt_t o = CFG_INT(name, 0, CFGF_NODEFAULT);

			opts[i] = o;
			break;
		}
		case KIND_BOOL: {
			const cfg_opt_t o = CFG_BOOL(name, cfg_false, CFGF_NODEFAULT);

			opts[i] = o;
			break;
		}
		case KIND_LIST: {
			const cfg_opt_t o = CFG_STR_LIST(name, NULL, CFGF_NODEFAULT);

			opts[i] = o;
			break;
		}
		default: {
			const cfg_opt_t o = CFG_STR(name, NULL, CFGF_NODEFAULT);

			opts[i] = o;
			break;
		}
		}
	}
	opts[N_KEYS] = end;
}

static int take_all(struct conf *conf, cfg_t *cfg, const char *path, char *why,
		    size_t why_len)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		const struct key *key = &keys[i];

		/* a list that is not in the file has no values, or an empty default */
		if (!(cfg_getopt(cfg, key->name)->flags & CFGF_MODIFIED))
			continue;
		if (store(conf, key, cfg)) {
			if (key->kind == KIND_INT)
				snprintf(why, why_len, "%s: %s must be %ld to %ld", path,
					 key->name, key->min, key->max);
			else
				snprintf(why, why_len, "%s: %s has a value that does not fit",
					 path, key->name);
			return -EINVAL;
		}
	}
	return 0;
}

int conf_read(struct conf *conf, const char *path, char *why, size_t why_len)
{
	cfg_opt_t opts[N_KEYS + 1];
	struct conf next = *conf;
	cfg_t *cfg;
	int err;

	if (access(path, R_OK) < 0) {
		err = -errno;
		snprintf(why, why_len, "%s: %s", path, strerror(-err));
		return err == -ENOENT ? -ENOENT : -EINVAL;
	}
	declare(opts);
	cfg = cfg_init(opts, CFGF_NONE);
	if (!cfg)
		return -ENOMEM;
	first_error[0] = '\0';
	cfg_set_error_function(cfg, on_error);
	err = cfg_parse(cfg, path) == CFG_SUCCESS ? 0 : -EINVAL;
	if (err)
		snprintf(why, why_len, "%s", first_error[0] ? first_error : "cannot be read");
	else
		err = take_all(&next, cfg, path, why, why_len);
	cfg_free(cfg);
	if (!err)
		*conf = next;
	return err;
}

/* ---- writing ---------------------------------------------------------------- */

struct text {
	char *out;
	size_t size, n;
};

static void put(struct text *t, const char *fmt, ...) AULA_PRINTF(2, 3);
static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int k;

	if (t->n >= t->size)
		return;
	va_start(ap, fmt);
	k = vsnprintf(t->out + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	if (k > 0)
		t->n += (size_t)k;
}

static void put_quoted(struct text *t, const char *v)
{
	put(t, "\"");
	for (; *v; v++)
		put(t, *v == '"' || *v == '\\' ? "\\%c" : "%c", *v);
	put(t, "\"");
}

static void put_list(struct text *t, const struct conf *conf, const struct key *key)
{
	const char *base = (const char *)conf;
	uint32_t n = *(const uint32_t *)(const void *)(base + key->n_at);

	put(t, "{");
	for (uint32_t i = 0; i < n; i++) {
		put(t, i ? ", " : "");
		put_quoted(t, base + key->at + i * key->size);
	}
	put(t, "}");
}

static void put_key(struct text *t, const struct conf *conf, const struct key *key)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};
	const void *at = (const char *)conf + key->at;
	const char *p;

	put(t, "%s = ", key->name);
	switch (key->kind) {
	case KIND_STRING:
		/* a database URL may hold a password: never shown */
		p = strcmp(key->name, "database") == 0 ? strrchr(at, '@') : NULL;
		put_quoted(t, p ? "postgresql://(hidden)" : (const char *)at);
		break;
	case KIND_INT:
		put(t, "%u", key->size == 2 ? *(const uint16_t *)at : *(const uint32_t *)at);
		break;
	case KIND_BOOL:
		put(t, "%s", *(const bool *)at ? "true" : "false");
		break;
	case KIND_LIST:
		put_list(t, conf, key);
		break;
	case KIND_LEVEL:
		put_quoted(t, levels[*(const int *)at]);
		break;
	}
	put(t, "\n");
}

size_t conf_print(const struct conf *conf, char *out, size_t size)
{
	struct text t = {out, size, 0};

	for (size_t i = 0; i < N_KEYS; i++)
		put_key(&t, conf, &keys[i]);
	return t.n < size ? t.n : size - 1;
}
