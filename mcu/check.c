#include "mcu/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "mcu/editions.h"
#include "mcu/layouts.h"
#include "mcu/nets.h"
#include "mcu/seals.h"
#include "mcu/vault.h"
#include "plugins/set.h"
#include "signaling/tls.h"

/* An empty path is one that is not used. */
static int check_dir(const char *key, const char *path, bool may_miss, char *why,
		     size_t why_len)
{
	struct stat st;
	int err = 0;

	if (!path[0])
		return 0;
	if (stat(path, &st) < 0)
		err = may_miss && errno == ENOENT ? 0 : errno;
	else if (!S_ISDIR(st.st_mode))
		err = ENOTDIR;
	if (!err)
		return 0;
	snprintf(why, why_len, "%s: %s: %s", key, path, strerror(err));
	return -EX_CONFIG;
}

static int check_dirs(const struct conf *conf, char *why, size_t why_len)
{
	int err = check_dir("data_dir", conf->data_dir, true, why, why_len);

	if (!err)
		err = check_dir("recordings_dir", conf->recordings_dir, true, why,
				why_len);
	if (!err)
		err = check_dir("pictures_dir", conf->pictures_dir, true, why, why_len);
	if (!err)
		err = check_dir("webroot", conf->webroot, false, why, why_len);
	return err;
}

void check_cert(struct check_cert *out, const struct conf *conf)
{
	out->own = !conf->certificate[0];
	if (out->own) {
		snprintf(out->cert, sizeof(out->cert), "%s/tls.crt", conf->data_dir);
		snprintf(out->key, sizeof(out->key), "%s/tls.key", conf->data_dir);
	} else {
		snprintf(out->cert, sizeof(out->cert), "%s", conf->certificate);
		snprintf(out->key, sizeof(out->key), "%s", conf->key);
	}
}

static int check_tls(const struct conf *conf, char *why, size_t why_len)
{
	struct check_cert paths;
	char what[300];
	struct tls *tls;

	if (conf->plain_http)
		return 0;
	check_cert(&paths, conf);
	if (paths.own && access(paths.cert, F_OK) < 0 && access(paths.key, F_OK) < 0)
		return 0; /* the start makes them */
	if (tls_create(&tls, paths.cert, paths.key, false, what, sizeof(what))) {
		snprintf(why, why_len, "certificate: %s", what);
		return -EX_CONFIG;
	}
	tls_destroy(tls);
	return 0;
}

static int check_plugins(struct plugin_set *set, const struct conf *conf, char *why,
			 size_t why_len) RUNS_ON(on_ctl)
{
	/* an older file's list of plugins has none for sound: it does without, unless
	 * it asks */
	bool said = conf_said(conf, "record_editions") ||
		    conf_said(conf, "recorder_sound");

	for (uint32_t i = 0; i < conf->n_plugins; i++)
		/* what failed is logged; the server does without it, unless it is
		 * asked for below */
		if (plugin_set_load(set, conf->plugins_dir, conf->plugins[i]))
			log_warn("plugin_skipped", "plugin=%s", conf->plugins[i]);
	if (layouts_built_in(set))
		snprintf(why, why_len, "layouts: those of the server cannot be read");
	else if (!plugin_set_recorder(set, conf->recorder))
		snprintf(why, why_len, "recorder: no plugin of %s records '%s'",
			 conf->plugins_dir, conf->recorder);
	else if (editions_check(set, conf, said, why, why_len))
		return -EX_CONFIG;
	else if (plugin_set_facts(set, conf->layout, NULL))
		snprintf(why, why_len, "layout: no plugin of %s makes '%s'",
			 conf->plugins_dir, conf->layout);
	else
		return 0;
	return -EX_CONFIG;
}

int check_conf(struct checked *out, const struct conf *conf, char *why, size_t why_len)
{
	struct checked made;
	int err;

	if (ladder_init(&made.ladder, conf, why, why_len) ||
	    nets_check_ports(conf, nets_number(conf->net_threads), why, why_len) ||
	    check_dirs(conf, why, why_len) || vault_check(conf, why, why_len) ||
	    seals_check(conf, why, why_len) || check_tls(conf, why, why_len))
		return -EX_CONFIG;
	if (plugin_set_create(&made.plugins)) {
		snprintf(why, why_len, "not enough memory");
		return -EX_OSERR;
	}
	err = check_plugins(made.plugins, conf, why, why_len);
	if (err)
		plugin_set_destroy(made.plugins);
	else
		*out = made;
	return err;
}
