#include "mcu/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"
#include "config.h"

static const char usage[] =
	"Usage: aulad [-c FILE] [-d DIR] [COMMAND]\n"
	"The Aula server: one picture and one sound for each member of a class.\n"
	"\n"
	"  -c, --config FILE     configuration (default: built-in defaults)\n"
	"  -d, --data-dir DIR    where the server keeps its things\n"
	"\n"
	"Commands; without one the server runs:\n"
	"      --check-config    read the configuration, say what is wrong, end\n"
	"      --print-config    print the whole configuration, end\n"
	"      --link admin      print the administrator's link, end\n"
	"      --link lecturer CODE\n"
	"                        print the lecturer's link of a class, end\n"
	"  -V, --version         print the version, end\n"
	"  -h, --help            print this, end\n"
	"\n"
	"Exit codes: 0 done, 64 usage, 69 a port or the database is not available,\n"
	"71 out of resources, 73 a file cannot be made, 74 the output cannot be "
	"written,\n"
	"77 permission, 78 configuration.\n"
	"Signals: TERM ends (recordings are finished), HUP reads the certificate "
	"again.\n";

enum { OPT_CHECK = 256, OPT_PRINT, OPT_LINK };

static const struct option longs[] = {
	{"config", required_argument, NULL, 'c'},
	{"data-dir", required_argument, NULL, 'd'},
	{"check-config", no_argument, NULL, OPT_CHECK},
	{"print-config", no_argument, NULL, OPT_PRINT},
	{"link", required_argument, NULL, OPT_LINK},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static void leave(struct options *options, int code)
{
	options->what = DO_EXIT;
	options->exit_code = code;
}

static void take(struct options *options, int opt)
{
	switch (opt) {
	case 'c':
		options->config = optarg;
		break;
	case 'd':
		options->data_dir = optarg;
		break;
	case OPT_CHECK:
		options->what = DO_CHECK;
		break;
	case OPT_PRINT:
		options->what = DO_PRINT;
		break;
	case OPT_LINK:
		options->what = DO_LINK;
		options->link_role = optarg;
		break;
	case 'V':
		puts("aulad " PACKAGE_VERSION);
		leave(options, 0);
		break;
	case 'h':
		fputs(usage, stdout);
		leave(options, 0);
		break;
	default:
		fputs("Try 'aulad --help'.\n", stderr);
		leave(options, EX_USAGE);
	}
}

static void check_link(struct options *options, int argc, char **argv)
{
	bool lecturer = strcmp(options->link_role, "lecturer") == 0;

	if (lecturer && optind < argc)
		options->link_code = argv[optind++];
	if ((lecturer && options->link_code) || strcmp(options->link_role, "admin") == 0)
		return;
	fputs("aulad: --link takes 'admin', or 'lecturer' and the code of a class\n",
	      stderr);
	leave(options, EX_USAGE);
}

void options_read(struct options *options, int argc, char **argv)
{
	int opt;

	*options = (struct options){.what = DO_RUN};
	while (options->what != DO_EXIT &&
	       (opt = getopt_long(argc, argv, "c:d:Vh", longs, NULL)) != -1)
		take(options, opt);
	if (options->what == DO_LINK)
		check_link(options, argc, argv);
	if (options->what != DO_EXIT && optind < argc) {
		fprintf(stderr, "aulad: what is '%s'? Try 'aulad --help'.\n",
			argv[optind]);
		leave(options, EX_USAGE);
	}
}

static int fill(char *to, size_t size, const char *dir, const char *prefix,
		const char *name)
{
	if (to[0])
		return 0;
	return snprintf(to, size, "%s%s/%s", prefix, dir, name) < (int)size ? 0 : -E2BIG;
}

int options_conf(const struct options *options, struct conf *conf, char *why,
		 size_t why_len)
{
	int err;

	conf_init(conf);
	if (options->config) {
		err = conf_read(conf, options->config, why, why_len);
		if (err)
			return err;
	}
	if (options->data_dir) {
		if (strlen(options->data_dir) >= sizeof(conf->data_dir)) {
			snprintf(why, why_len, "--data-dir is too long");
			return -EINVAL;
		}
		snprintf(conf->data_dir, sizeof(conf->data_dir), "%s", options->data_dir);
		conf->data_dir_option = true;
	}
	if (fill(conf->database, sizeof(conf->database), conf->data_dir,
		 "sqlite:", "aula.db") ||
	    fill(conf->recordings_dir, sizeof(conf->recordings_dir), conf->data_dir, "",
		 "recordings") ||
	    fill(conf->pictures_dir, sizeof(conf->pictures_dir), conf->data_dir, "",
		 "pictures")) {
		snprintf(why, why_len, "data_dir is too long");
		return -EINVAL;
	}
	if (!conf->certificate[0] != !conf->key[0]) {
		snprintf(why, why_len,
			 "certificate and key are set together or not at all");
		return -EINVAL;
	}
	return 0;
}
