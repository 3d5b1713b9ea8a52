/* site.h - where the server is, and how one may speak with it: by the configuration of
 * this machine, or by what the command line says. Each function that fails has said why
 * on standard error and gives an exit code of sysexits.h, 1 for what is refused.
 */
#ifndef CTL_SITE_H
#define CTL_SITE_H

#include "base/attr.h"
#include "base/conf.h"
#include "ctl/url.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SITE_TOKEN 64 /* characters at most */

struct site {
	const char *conf_path; /* NULL: the built-in defaults */
	bool conf_is_default;  /* the installed one, that systemd starts */
	bool conf_read;
	struct conf conf;
	pid_t pid;                    /* 0: it is to be found */
	const char *url, *token_file; /* NULL: by the configuration */
	const char *cert;             /* trust exactly this one; NULL: as usual */
	char aulad[300], tools[300];  /* the program, the folder; empty: not installed */
};

/* Finds the configuration that is installed, and the programs beside `argv0`. */
void site_init(struct site *site, const char *argv0);

/* `path` instead of the installed one. */
void site_use_conf(struct site *site, const char *path);

/* Reads the configuration, once. */
int site_conf(struct site *site) AULA_MUST_CHECK;
/* The server's address; `own`: by the configuration. */
int site_url(struct site *site, struct url *url, bool *own) AULA_MUST_CHECK;
/* Of the administrator. */
int site_token(struct site *site, char token[SITE_TOKEN + 1]) AULA_MUST_CHECK;
/* Which certificate it must show, *out NULL without TLS; `file` is the one it must be, or
 * empty. With `open` nothing secret will be said: then a certificate of this machine that
 * may not be read is not judged. */
int site_trust(struct site *site, const struct url *url, bool own, bool open,
	       SSL_CTX **out, char *file, size_t size) AULA_MUST_CHECK;

/* "<data_dir>/<name>", or the file that the key of the configuration names. */
void site_cert_path(const struct site *site, char *out, size_t size);
void site_key_path(const struct site *site, char *out, size_t size);
void site_secret_path(const struct site *site, char *out, size_t size);

/* Becomes one of the installed tools; comes back only with an exit code. */
int site_exec_tool(const struct site *site, const char *name, char **argv);

#endif
