#include "base/conf.h"

#include "base/conf_check.h"
#include "base/conf_file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/spell.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_STRING, KIND_INT, KIND_BOOL, KIND_LIST, KIND_LEVEL };

/* One key: where its value lives and what it may be. */
struct key {
	const char *name;
	enum kind kind;
	size_t at, size; /* offset in struct conf; bytes, or of one list entry */
	size_t n_at;     /* KIND_LIST: offset of the count */
	long min, max;   /* KIND_INT: value; KIND_LIST: entries at most */
	/* Of a text, or of each entry of a list: what is wrong with it, else NULL. */
	const char *(*wrong)(const char *v);
	bool own; /* a class may have a value of its own */
};

#define FIELD(f) offsetof(struct conf, f), sizeof(((struct conf *)0)->f)
#define LIST(f) \
	offsetof(struct conf, f), sizeof(((struct conf *)0)->f[0]), \
		offsetof(struct conf, n_##f), 0, \
		sizeof(((struct conf *)0)->f) / sizeof(((struct conf *)0)->f[0])

static const struct key keys[] = {
	{"listen", KIND_LIST, LIST(listen), conf_no_ip, false},
	{"http_port", KIND_INT, FIELD(http_port), 0, 0, 65535, NULL, false},
	{"plain_http", KIND_BOOL, FIELD(plain_http), 0, 0, 0, NULL, false},
	{"certificate", KIND_STRING, FIELD(certificate), 0, 0, 0, NULL, false},
	{"key", KIND_STRING, FIELD(key), 0, 0, 0, NULL, false},
	{"origins", KIND_LIST, LIST(origins), conf_no_origin, false},
	{"metrics_allow", KIND_LIST, LIST(metrics_allow), conf_no_ip, false},
	{"public_url", KIND_STRING, FIELD(public_url), 0, 0, 0, conf_no_url, false},
	{"media_udp_port", KIND_INT, FIELD(media_udp_port), 0, 0, 65535, NULL, false},
	{"media_tcp_port", KIND_INT, FIELD(media_tcp_port), 0, 0, 65535, NULL, false},
	{"advertise", KIND_LIST, LIST(advertise), conf_no_target, false},
	{"advertise_udp_port", KIND_INT, FIELD(advertise_udp_port), 0, 0, 65535, NULL,
	 false},
	{"advertise_tcp_port", KIND_INT, FIELD(advertise_tcp_port), 0, 0, 65535, NULL,
	 false},
	{"net_threads", KIND_INT, FIELD(net_threads), 0, 0, LIMIT_NETS, NULL, false},
	{"net_spread", KIND_INT, FIELD(net_spread), 0, 1, LIMIT_ROOM_MEMBERS, NULL,
	 false},
	{"data_dir", KIND_STRING, FIELD(data_dir), 0, 0, 0, conf_empty, false},
	{"database", KIND_STRING, FIELD(database), 0, 0, 0, conf_no_database, false},
	{"recordings_dir", KIND_STRING, FIELD(recordings_dir), 0, 0, 0, NULL, false},
	{"pictures_dir", KIND_STRING, FIELD(pictures_dir), 0, 0, 0, NULL, false},
	{"recording_reserve_mb", KIND_INT, FIELD(recording_reserve_mb), 0, 0, 1048576,
	 NULL, false},
	{"recording_grace_days", KIND_INT, FIELD(recording_grace_days), 0, 0, 3650, NULL,
	 false},
	{"recording_keep_days", KIND_INT, FIELD(recording_keep_days), 0, 0, 36500, NULL,
	 false},
	{"recording_quota_mb", KIND_INT, FIELD(recording_quota_mb), 0, 0, 1073741824,
	 NULL, false},
	{"recording_key_file", KIND_STRING, FIELD(recording_key_file), 0, 0, 0, NULL,
	 false},
	{"derive", KIND_BOOL, FIELD(derive), 0, 0, 0, NULL, false},
	{"storage", KIND_STRING, FIELD(storage), 0, 0, 0, conf_no_storage, false},
	{"s3_endpoint", KIND_STRING, FIELD(s3_endpoint), 0, 0, 0, conf_no_endpoint,
	 false},
	{"s3_bucket", KIND_STRING, FIELD(s3_bucket), 0, 0, 0, conf_no_bucket, false},
	{"s3_region", KIND_STRING, FIELD(s3_region), 0, 0, 0, conf_no_region, false},
	{"s3_prefix", KIND_STRING, FIELD(s3_prefix), 0, 0, 0, conf_no_prefix, false},
	{"s3_credentials_file", KIND_STRING, FIELD(s3_credentials_file), 0, 0, 0, NULL,
	 false},
	{"s3_ca_file", KIND_STRING, FIELD(s3_ca_file), 0, 0, 0, NULL, false},
	{"s3_encryption", KIND_STRING, FIELD(s3_encryption), 0, 0, 0, conf_no_encryption,
	 false},
	{"s3_virtual_host", KIND_BOOL, FIELD(s3_virtual_host), 0, 0, 0, NULL, false},
	{"s3_keep_local_days", KIND_INT, FIELD(s3_keep_local_days), 0, 0, 36500, NULL,
	 false},
	{"deck_max_mb", KIND_INT, FIELD(deck_max_mb), 0, 1, 1024, NULL, false},
	{"clip_max_mb", KIND_INT, FIELD(clip_max_mb), 0, 1, 1024, NULL, false},
	{"deck_quota_mb", KIND_INT, FIELD(deck_quota_mb), 0, 0, 1048576, NULL, false},
	{"deck_reader", KIND_STRING, FIELD(deck_reader), 0, 0, 0, NULL, false},
	{"webroot", KIND_STRING, FIELD(webroot), 0, 0, 0, NULL, false},
	{"plugins_dir", KIND_STRING, FIELD(plugins_dir), 0, 0, 0, conf_empty, false},
	{"plugins", KIND_LIST, LIST(plugins), conf_empty, false},
	{"recorder", KIND_STRING, FIELD(recorder), 0, 0, 0, conf_empty, false},
	{"recorder_sound", KIND_STRING, FIELD(recorder_sound), 0, 0, 0, conf_empty,
	 false},
	{"record_editions", KIND_LIST, LIST(record_editions), conf_no_edition, false},
	{"record_level", KIND_STRING, FIELD(record_level), 0, 0, 0, conf_no_full, false},
	{"record_light", KIND_STRING, FIELD(record_light), 0, 0, 0, conf_no_light, false},
	{"record_live", KIND_STRING, FIELD(record_live), 0, 0, 0, conf_no_live, false},
	{"live_public", KIND_BOOL, FIELD(live_public), 0, 0, 0, NULL, false},
	{"record_part_min", KIND_INT, FIELD(record_part_min), 0, 0, 1440, NULL, false},
	{"push_hosts", KIND_LIST, LIST(push_hosts), conf_empty, false},
	{"layout", KIND_STRING, FIELD(layout), 0, 0, 0, conf_empty, false},
	{"view_fps", KIND_INT, FIELD(view_fps), 0, 1, 30, NULL, false},
	{"fade_ms", KIND_INT, FIELD(fade_ms), 0, 0, 1000, NULL, false},
	{"view_vbv_ms", KIND_INT, FIELD(view_vbv_ms), 0, 200, 3000, NULL, false},
	{"rung_low", KIND_STRING, FIELD(rung_low), 0, 0, 0, conf_no_rung, true},
	{"rung_mid", KIND_STRING, FIELD(rung_mid), 0, 0, 0, conf_no_rung, true},
	{"rung_main", KIND_STRING, FIELD(rung_main), 0, 0, 0, conf_no_rung, true},
	{"rung_high", KIND_STRING, FIELD(rung_high), 0, 0, 0, conf_no_rung, true},
	{"rung_top", KIND_STRING, FIELD(rung_top), 0, 0, 0, conf_no_level, true},
	{"rung_start", KIND_STRING, FIELD(rung_start), 0, 0, 0, conf_no_level, true},
	{"rung_most", KIND_STRING, FIELD(rung_most), 0, 0, 0, conf_no_most, false},
	{"av1", KIND_BOOL, FIELD(av1), 0, 0, 0, NULL, true},
	{"audio_kbps", KIND_INT, FIELD(audio_kbps), 0, 8, 128, NULL, true},
	{"audio_middle_kbps", KIND_INT, FIELD(audio_middle_kbps), 0, 8, 128, NULL, true},
	{"audio_thin_kbps", KIND_INT, FIELD(audio_thin_kbps), 0, 6, 128, NULL, true},
	{"shed", KIND_BOOL, FIELD(shed), 0, 0, 0, NULL, false},
	{"max_members", KIND_INT, FIELD(max_members), 0, 1, LIMIT_ROOM_MEMBERS, NULL,
	 false},
	{"pins", KIND_INT, FIELD(pins), 0, 0, 64, NULL, false},
	{"pins_server", KIND_INT, FIELD(pins_server), 0, 0, 1000, NULL, false},
	{"max_joins", KIND_INT, FIELD(max_joins), 0, 1, 10000, NULL, false},
	{"max_joins_per_address", KIND_INT, FIELD(max_joins_per_address), 0, 1, 10000,
	 NULL, false},
	{"max_strangers_per_address", KIND_INT, FIELD(max_strangers_per_address), 0, 1,
	 LIMIT_HTTP_CONNS, NULL, false},
	{"admin_addresses", KIND_BOOL, FIELD(admin_addresses), 0, 0, 0, NULL, false},
	{"audit_days", KIND_INT, FIELD(audit_days), 0, 0, 36500, NULL, false},
	{"log_level", KIND_LEVEL, FIELD(log_level), 0, 0, 0, NULL, false},
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= 128, "a bit of conf.said for each");

/* ---- reading --------------------------------------------------------------- */

/* libconfuse hands errors to a function without context: the parse runs on
 * one thread at start, this holds its first error. */
static _Thread_local char first_error[256];

/* The key that was meant, NULL when none is near: a third of the word may differ. */
static const char *nearest(const char *word)
{
	size_t best_n = strlen(word) / 3 + 1;
	const char *best = NULL;

	for (size_t i = 0; i < N_KEYS; i++) {
		size_t n = spell_distance(word, keys[i].name);

		if (n < best_n) {
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
		char name[SPELL_WORD];

		snprintf(name, sizeof(name), "%s", word + strlen("no such option '"));
		name[strcspn(name, "'")] = '\0';
		near = nearest(name);
		if (near)
			snprintf(hint, sizeof(hint), " (did you mean '%s'?)", near);
	}
	if (cfg && !cfg->filename) /* a single value, see conf_set() */
		snprintf(first_error, sizeof(first_error), "%s", msg);
	else
		snprintf(first_error, sizeof(first_error), "%s:%d: %s%s",
			 cfg ? cfg->filename : "?", cfg ? cfg->line : 0, msg, hint);
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

/* libconfuse's, for all keys; NULL: no memory. */
static cfg_t *parser_make(cfg_opt_t opts[N_KEYS + 1])
{
	cfg_t *cfg;

	declare(opts);
	cfg = cfg_init(opts, CFGF_NONE);
	first_error[0] = '\0';
	if (cfg)
		cfg_set_error_function(cfg, on_error);
	return cfg;
}

/* What is wrong with a value that could be stored; NULL: nothing. */
static const char *wrong(const struct key *key, cfg_t *cfg)
{
	const char *what = NULL;

	for (unsigned i = 0; key->wrong && !what && i < cfg_size(cfg, key->name); i++)
		what = key->wrong(cfg_getnstr(cfg, key->name, i));
	return what;
}

/* One line for the operator about a value that was refused; it begins with the key. */
static void explain(const struct key *key, cfg_t *cfg, char *why, size_t why_len)
{
	const char *v = "", *what = NULL;
	unsigned n = cfg_size(cfg, key->name);

	if (key->kind == KIND_INT) {
		snprintf(why, why_len, "%s must be %ld to %ld", key->name, key->min,
			 key->max);
		return;
	}
	if (key->kind == KIND_LEVEL) {
		snprintf(why, why_len, "%s must be debug, info, warn or error",
			 key->name);
		return;
	}
	if (key->kind == KIND_LIST && n > (unsigned)key->max) {
		snprintf(why, why_len, "%s has more than %ld entries", key->name,
			 key->max);
		return;
	}
	for (unsigned i = 0; i < n && !what; i++) {
		v = cfg_getnstr(cfg, key->name, i);
		what = strlen(v) >= key->size ? "is too long"
		       : key->wrong           ? key->wrong(v)
					      : NULL;
	}
	what = what ? what : "does not fit";
	if (key->wrong == conf_no_database) /* it may hold a password: never shown */
		snprintf(why, why_len, "%s %s", key->name, what);
	else
		snprintf(why, why_len, "%s: \"%.80s\" %s", key->name, v, what);
}

/* What the file says, over what there is. */
static int take_all(struct conf *conf, cfg_t *cfg, char *why, size_t why_len)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		const struct key *key = &keys[i];

		/* a list that is not in the file has no values, or an empty default */
		if (!(cfg_getopt(cfg, key->name)->flags & CFGF_MODIFIED))
			continue;
		if (!store(conf, key, cfg) && !wrong(key, cfg)) {
			conf->said[i / 64] |= UINT64_C(1) << i % 64;
			continue;
		}
		explain(key, cfg, why, why_len);
		return -EINVAL;
	}
	if (!conf->certificate[0] == !conf->key[0])
		return 0;
	snprintf(why, why_len, "%s is needed, too: certificate and key go together",
		 conf->key[0] ? "certificate" : "key");
	return -EINVAL;
}

/* The text is read from memory: libconfuse would end the process at a file that
 * cannot be read. Its lines are told with the file's name. */
static int parse(cfg_t *cfg, const char *path, char *text, size_t len)
{
	FILE *f = fmemopen(text, len, "r");
	int err = -EINVAL;

	cfg->filename = strdup(path); /* cfg_free() frees it */
	if (!f || !cfg->filename)
		err = -ENOMEM;
	else if (cfg_parse_fp(cfg, f) == CFG_SUCCESS)
		err = 0;
	if (f)
		fclose(f);
	return err;
}

int conf_read(struct conf *conf, const char *path, char *why, size_t why_len)
{
	cfg_opt_t opts[N_KEYS + 1];
	struct conf next = *conf;
	char what[256], *text;
	cfg_t *cfg;
	size_t len;
	int err = conf_file_read(&text, &len, path, what, sizeof(what));

	if (err) {
		snprintf(why, why_len, "%s: %s", path, what);
		return err;
	}
	cfg = parser_make(opts);
	err = cfg ? parse(cfg, path, text, len) : -ENOMEM;
	free(text);
	if (err) {
		if (first_error[0])
			snprintf(why, why_len, "%s", first_error);
		else
			snprintf(why, why_len, "%s: %s", path, strerror(-err));
	} else {
		err = take_all(&next, cfg, what, sizeof(what));
		if (err)
			snprintf(why, why_len, "%s: %s", path, what);
	}
	if (cfg)
		cfg_free(cfg);
	if (!err)
		*conf = next;
	return err;
}

/* ---- one value ------------------------------------------------------------------- */

static const struct key *find(const char *name)
{
	for (size_t k = 0; k < N_KEYS; k++)
		if (strcmp(keys[k].name, name) == 0)
			return &keys[k];
	return NULL;
}

const char *conf_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

bool conf_said(const struct conf *conf, const char *name)
{
	const struct key *key = find(name);
	size_t i = key ? (size_t)(key - keys) : 0;

	return key && conf->said[i / 64] >> i % 64 & 1;
}

int conf_change(struct conf *conf, const char *name, const char *value, char *why,
		size_t why_len)
{
	cfg_opt_t opts[N_KEYS + 1];
	struct conf next = *conf;
	cfg_t *cfg;
	int err = 0;

	if (!find(name) || find(name)->kind == KIND_LIST) {
		snprintf(why, why_len, "there is no '%.40s' with one value", name);
		return -ENOENT;
	}
	cfg = parser_make(opts);
	if (!cfg) {
		snprintf(why, why_len, "no memory");
		return -ENOMEM;
	}
	if (!cfg_setopt(cfg, cfg_getopt(cfg, name), value)) {
		snprintf(why, why_len, "%s", first_error);
		err = -EINVAL;
	} else {
		cfg_getopt(cfg, name)->flags |= CFGF_MODIFIED;
		err = take_all(&next, cfg, why, why_len);
	}
	cfg_free(cfg);
	if (!err)
		*conf = next;
	return err;
}

/* ---- what a class may have of its own --------------------------------------------- */

const char *conf_own_key(size_t i)
{
	for (size_t k = 0; k < N_KEYS; k++)
		if (keys[k].own && i-- == 0)
			return keys[k].name;
	return NULL;
}

int conf_set(struct conf *conf, const char *name, const char *value, char *why,
	     size_t why_len)
{
	const struct key *key = find(name);

	if (key && key->own)
		return conf_change(conf, name, value, why, why_len);
	snprintf(why, why_len, "a class has no '%.40s' of its own", name);
	return -ENOENT;
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

static const char *const levels[] = {"debug", "info", "warn", "error"};

static void put_value(struct text *t, const struct conf *conf, const struct key *key)
{
	const void *at = (const char *)conf + key->at;
	const char *p;

	switch (key->kind) {
	case KIND_STRING:
		/* a database URL may hold a password: never shown */
		p = strcmp(key->name, "database") == 0 ? strrchr(at, '@') : NULL;
		put_quoted(t, p ? "postgresql://(hidden)" : (const char *)at);
		break;
	case KIND_INT:
		put(t, "%u",
		    key->size == 2 ? *(const uint16_t *)at : *(const uint32_t *)at);
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
}

size_t conf_print(const struct conf *conf, char *out, size_t size)
{
	struct text t = {out, size, 0};

	for (size_t i = 0; i < N_KEYS; i++) {
		put(&t, "%s = ", keys[i].name);
		put_value(&t, conf, &keys[i]);
		put(&t, "\n");
	}
	return t.n < size ? t.n : size - 1;
}

int conf_get(const struct conf *conf, const char *name, char *out, size_t size)
{
	const struct key *key = find(name);

	return key && key->own ? conf_show(conf, name, out, size) : -ENOENT;
}

/* As conf_change() takes it: without quotes; of a list its entries. */
int conf_show(const struct conf *conf, const char *name, char *out, size_t size)
{
	const struct key *key = find(name);
	struct text t = {out, size, 0};
	const char *base = (const char *)conf;
	uint32_t n = 1;

	if (!key || size == 0)
		return -ENOENT;
	out[0] = '\0';
	if (key->kind == KIND_LIST)
		n = *(const uint32_t *)(const void *)(base + key->n_at);
	for (uint32_t i = 0; i < n; i++)
		if (key->kind == KIND_STRING || key->kind == KIND_LIST)
			put(&t, "%s%s", i ? " " : "", base + key->at + i * key->size);
		else if (key->kind == KIND_LEVEL)
			put(&t, "%s",
			    levels[*(const int *)(const void *)(base + key->at)]);
		else
			put_value(&t, conf, key);
	return 0;
}
