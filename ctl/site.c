#include "ctl/site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "ctl/text.h"
#include "ctl/trust.h"
#include "signaling/auth_key.h"

#ifndef AULA_SYSCONF_DIR
#define AULA_SYSCONF_DIR "/etc"
#define AULA_BIN_DIR     "/usr/bin"
#define AULA_LIBEXEC_DIR "/usr/libexec/aula"
#endif

#define DEFAULT_CONF AULA_SYSCONF_DIR "/aula/aula.conf"

/* The first of them that can be run. */
static void find(char *out, size_t size, const char *dirs[], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!dirs[i] || snprintf(out, size, "%s/%s", dirs[i], name) >= (int)size)
			continue;
		if (access(out, X_OK) == 0)
			return;
	}
	out[0] = '\0';
}

void site_use_conf(struct site *site, const char *path)
{
	site->conf_path = path;
	site->conf_is_default = strcmp(path, DEFAULT_CONF) == 0;
	site->conf_read = false;
}

void site_init(struct site *site, const char *argv0)
{
	const char *slash = strrchr(argv0, '/'), *env;
	char here[200] = "", beside[240] = "";
	const char *bins[] = {here, AULA_BIN_DIR};
	const char *tools[] = {beside, AULA_LIBEXEC_DIR};

	*site = (struct site){.pid = 0};
	if (access(DEFAULT_CONF, R_OK) == 0)
		site_use_conf(site, DEFAULT_CONF);
	if (slash && slash - argv0 < (int)sizeof(here)) {
		snprintf(here, sizeof(here), "%.*s", (int)(slash - argv0), argv0);
		snprintf(beside, sizeof(beside), "%s/../libexec/aula", here);
	}
	if (!here[0])
		bins[0] = tools[0] = NULL;
	env = getenv("AULAD");
	if (env && *env)
		snprintf(site->aulad, sizeof(site->aulad), "%s", env);
	else
		find(site->aulad, sizeof(site->aulad), bins, 2, "aulad");
	env = getenv("AULA_LIBEXEC");
	if (env && *env) {
		snprintf(site->tools, sizeof(site->tools), "%s", env);
	} else {
		find(site->tools, sizeof(site->tools), tools, 2, "loadgen");
		if (site->tools[0])
			*strrchr(site->tools, '/') = '\0';
	}
}

static int fill(char *to, size_t size, const char *prefix, const char *dir,
		const char *name)
{
	if (to[0])
		return 0;
	return snprintf(to, size, "%s%s/%s", prefix, dir, name) < (int)size ? 0 : -E2BIG;
}

int site_conf(struct site *site)
{
	struct conf *conf = &site->conf;
	char why[400];

	if (site->conf_read)
		return 0;
	conf_init(conf);
	if (site->conf_path && conf_read(conf, site->conf_path, why, sizeof(why))) {
		text_say("%s", why);
		return EX_CONFIG;
	}
	if (fill(conf->database, sizeof(conf->database), "sqlite:", conf->data_dir,
		 "aula.db") ||
	    fill(conf->recordings_dir, sizeof(conf->recordings_dir), "", conf->data_dir,
		 "recordings") ||
	    fill(conf->pictures_dir, sizeof(conf->pictures_dir), "", conf->data_dir,
		 "pictures")) {
		text_say("data_dir is too long");
		return EX_CONFIG;
	}
	site->conf_read = true;
	return 0;
}

int site_url(struct site *site, struct url *url, bool *own)
{
	const char *address;
	int err;

	*own = !site->url;
	if (site->url) {
		if (url_read(url, site->url))
			return 0;
		text_say("'%s' must be like https://host:port", site->url);
		return EX_USAGE;
	}
	err = site_conf(site);
	if (err)
		return err;
	address = site->conf.n_listen ? site->conf.listen[0] : "0.0.0.0";
	if (strcmp(address, "0.0.0.0") == 0)
		address = "127.0.0.1";
	else if (strcmp(address, "::") == 0)
		address = "::1";
	*url = (struct url){.tls = !site->conf.plain_http, .path = "/"};
	snprintf(url->host, sizeof(url->host), "%s", address);
	snprintf(url->port, sizeof(url->port), "%u", site->conf.http_port);
	return 0;
}

/* ---- who we are ------------------------------------------------------------------ */

/* A token as it is, or the administrator's link that has it behind #t= */
static int take_token(const char *from, const char *text, char token[SITE_TOKEN + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
				      "YZ0123456789-_";
	const char *at = strstr(text, "#t=");
	size_t n;

	at = at ? at + 3 : text + strspn(text, " \t\r\n");
	n = strspn(at, letters);
	if (!n || n > SITE_TOKEN || at[n + strspn(at + n, " \t\r\n")]) {
		text_say("%s holds no token, nor an administrator's link", from);
		return EX_USAGE;
	}
	snprintf(token, SITE_TOKEN + 1, "%.*s", (int)n, at);
	return 0;
}

static int token_of_file(const char *path, char token[SITE_TOKEN + 1])
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char text[1024];
	size_t n;

	if (!f) {
		text_say("%s: %s", path, strerror(errno));
		return 1;
	}
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	if (f != stdin)
		fclose(f);
	return take_token(path, text, token);
}

int site_token(struct site *site, char token[SITE_TOKEN + 1])
{
	const char *env = getenv("AULA_TOKEN");
	char path[CONF_PATH + 32];
	struct auth_key key;
	int err;

	if (site->token_file)
		return token_of_file(site->token_file, token);
	if (env && *env)
		return take_token("AULA_TOKEN", env, token);
	if (site->url) { /* the secret of this machine is nobody else's business */
		text_say("--url needs --token-file FILE: the administrator's link of "
			 "that server");
		return EX_USAGE;
	}
	err = site_conf(site);
	if (err)
		return err;
	site_secret_path(site, path, sizeof(path));
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		/* auth_key_load() would make one */
		text_say("%s: there is none: no server ever ran with this configuration",
			 path);
		return EX_UNAVAILABLE;
	}
	err = auth_key_load(&key, path);
	if (err) {
		text_say("%s: %s%s", path, strerror(-err),
			 err == -EACCES ? ": be root, or the server's user" : "");
		return 1;
	}
	auth_key_token(&key, "admin", token);
	return 0;
}

/* ---- who it is ------------------------------------------------------------------- */

static void path_of(char *out, size_t size, const char *named, const char *dir,
		    const char *name)
{
	if (named[0])
		snprintf(out, size, "%s", named);
	else
		snprintf(out, size, "%s/%s", dir, name);
}

void site_cert_path(const struct site *site, char *out, size_t size)
{
	path_of(out, size, site->conf.certificate, site->conf.data_dir, "tls.crt");
}

void site_key_path(const struct site *site, char *out, size_t size)
{
	path_of(out, size, site->conf.key, site->conf.data_dir, "tls.key");
}

void site_secret_path(const struct site *site, char *out, size_t size)
{
	path_of(out, size, "", site->conf.data_dir, "secret.key");
}

/* The certificate that is ours to know: the one that was named, or of a server of this
 * machine that of its configuration. Empty: none is. */
static void find_cert(struct site *site, bool own, bool here, char *file, size_t size)
{
	file[0] = '\0';
	if (site->cert) {
		snprintf(file, size, "%s", site->cert);
	} else if (here && (own || site->conf_path) && site_conf(site) == 0) {
		site_cert_path(site, file, size);
		if (access(file, R_OK) < 0 && !own)
			file[0] = '\0';
	}
}

int site_trust(struct site *site, const struct url *url, bool own, bool open,
	       SSL_CTX **out, char *file, size_t size)
{
	bool here = own || url_is_here(url), there;
	char why[400] = "no memory";

	*out = NULL;
	file[0] = '\0';
	if (!url->tls)
		return 0;
	find_cert(site, own, here, file, size);
	there = file[0] && access(file, R_OK) == 0;
	if (here && open && !there && !site->cert)
		*out = trust_anyone();
	else
		*out = trust_create(file[0] ? file : NULL, why, sizeof(why));
	if (*out)
		return 0;
	text_say("%s", why);
	return own && access(file, F_OK) < 0 && errno == ENOENT ? EX_UNAVAILABLE : 1;
}

int site_exec_tool(const struct site *site, const char *name, char **argv)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", site->tools, name);
	argv[0] = path;
	if (site->tools[0] && access(path, X_OK) == 0)
		execv(path, argv);
	text_say("%s is not installed", name);
	return EX_UNAVAILABLE;
}
