/* conf.h - the configuration file: libconfuse syntax, an unknown key is an
 * error with its line. Read once at start; immutable afterwards.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_ADDRS 4
#define CONF_LIST  16
#define CONF_NAME  128
#define CONF_PATH  256

struct conf {
	/* where */
	uint32_t n_listen;
	char listen[CONF_ADDRS][46]; /* IP addresses; none: all */
	uint16_t http_port;
	bool plain_http; /* no TLS: only behind a proxy, or in tests */
	char certificate[CONF_PATH], key[CONF_PATH]; /* PEM; empty: self-signed */
	uint32_t n_origins;
	char origins[8][CONF_NAME];
	uint32_t n_metrics_allow;
	char metrics_allow[CONF_ADDRS][46];
	char public_url[CONF_PATH]; /* what printed links begin with; empty: made up */
	/* media */
	uint16_t media_udp_port, media_tcp_port; /* of the first net thread */
	/* what clients are told instead, behind a port-forward; 0: the same */
	uint16_t advertise_udp_port, advertise_tcp_port;
	uint32_t net_threads; /* 0: as many as suit the machine */
	uint32_t net_spread;  /* members of one class that stay on one net thread */
	uint32_t n_advertise;
	char advertise[8][46];
	/* files */
	char data_dir[CONF_PATH];
	char database[CONF_PATH + 16];  /* empty: sqlite in data_dir */
	char recordings_dir[CONF_PATH]; /* empty: in data_dir */
	char pictures_dir[CONF_PATH];   /* of layouts; empty: in data_dir */
	uint32_t recording_reserve_mb;
	uint32_t recording_grace_days;      /* in the trash; 0: it is gone at once */
	uint32_t recording_keep_days;       /* finished; 0: for ever */
	uint32_t recording_quota_mb;        /* of one class; 0: none */
	char recording_key_file[CONF_PATH]; /* empty: recordings are not sealed */
	bool derive; /* files for who looks at recordings later are made of them */
	/* where finished recordings are kept, see mcu/vault.h */
	char storage[8]; /* folder, s3 */
	char s3_endpoint[CONF_NAME], s3_bucket[64], s3_region[32], s3_prefix[CONF_NAME];
	char s3_credentials_file[CONF_PATH];
	char s3_ca_file[CONF_PATH]; /* empty: who the machine trusts */
	char s3_encryption[16];     /* AES256, aws:kms; empty: as the bucket says */
	bool s3_virtual_host;       /* the bucket is part of the host's name */
	uint32_t s3_keep_local_days;
	uint32_t deck_max_mb;        /* of one upload of pages */
	uint32_t clip_max_mb;        /* of one upload of a clip */
	uint32_t deck_quota_mb;      /* of all decks of a class */
	char deck_reader[CONF_PATH]; /* the program; empty: beside this one, or installed
				      */
	char webroot[CONF_PATH];     /* empty: the page inside the binary */
	/* plugins */
	char plugins_dir[CONF_PATH];
	uint32_t n_plugins;
	char plugins[CONF_LIST][32];
	char recorder[32];       /* the recorder plugin's name */
	char recorder_sound[32]; /* that of recordings without a picture */
	uint32_t n_record_editions;
	char record_editions[8][16];           /* see mcu/editions.h */
	char record_level[8], record_light[8]; /* names of levels */
	char record_live[8];                   /* the same; empty: that of record_level */
	bool live_public;         /* who may record gets a link for everybody */
	uint32_t record_part_min; /* 0: files are never begun anew */
	uint32_t n_push_hosts;
	char push_hosts[16]
		       [64]; /* where classes may be sent to; none: anywhere, by name */
	char layout[32];     /* of a new class */
	/* the picture and the sound */
	uint16_t view_fps; /* of the canvas; a rung has at most so many */
	uint32_t view_vbv_ms;
	uint32_t fade_ms; /* from one layout to the next; 0: a cut */
	/* by level: people and slides, each WxH@FPS/KBPS; see mcu/ladder.h */
	char rung_low[CONF_NAME], rung_mid[CONF_NAME], rung_main[CONF_NAME],
		rung_high[CONF_NAME];
	char rung_top[8];          /* the name of a level: nobody gets more */
	char rung_start[8];        /* where a viewer begins that nothing is known of */
	char rung_most[CONF_NAME]; /* WxH@FPS/KBPS: what a class may give itself */
	bool av1;
	uint32_t audio_kbps, audio_middle_kbps, audio_thin_kbps;
	/* limits and logs */
	bool shed; /* give up quality when the machine cannot keep up */
	uint32_t pins,
		pins_server;  /* members put in front by others: of a class, of all */
	uint32_t max_members; /* of one class */
	uint32_t max_joins, max_joins_per_address; /* a second; the first of one class */
	uint32_t max_strangers_per_address;        /* connections without a session */
	bool admin_addresses; /* administrators see whole addresses, not networks */
	uint32_t audit_days;  /* what administrators did is kept; 0: for ever */
	int log_level;        /* enum log_level */
	/* not keys */
	uint64_t said[2];     /* a bit for each key that the file has, see conf_said() */
	bool data_dir_option; /* data_dir is from the command line */
};

/* The defaults, as without any file. */
void conf_init(struct conf *conf);

/* Reads `path` over the defaults. 0, -ENOENT, or -EINVAL with a line for the
 * operator in `why`: file, line, what is wrong. `conf` is untouched then. */
int conf_read(struct conf *conf, const char *path, char *why,
	      size_t why_len) AULA_MUST_CHECK;

/* All keys, in the file's order; NULL: there are no more. */
const char *conf_key(size_t i);
/* Was it in the file, or changed since? */
bool conf_said(const struct conf *conf, const char *key);
/* One value (no list) as it would be in the file but without quotes, checked as there:
 * 0, -ENOENT or -EINVAL with a line in `why`; `conf` is untouched then. Whether it goes
 * with the other keys nobody asks here. */
int conf_change(struct conf *conf, const char *key, const char *value, char *why,
		size_t why_len) AULA_MUST_CHECK;
/* A value as conf_change() takes it, of a list the entries with spaces between them;
 * cut at `size`. Secrets, too: see database. -ENOENT */
int conf_show(const struct conf *conf, const char *key, char *out,
	      size_t size) AULA_MUST_CHECK;

/* The keys that a class may have a value of its own for, in the file's order; NULL:
 * there are no more. */
const char *conf_own_key(size_t i);
/* Such a value, as it would be in the file but without quotes, checked as there. 0,
 * -ENOENT (no such key) or -EINVAL with a line in `why`; `conf` is untouched then. */
int conf_set(struct conf *conf, const char *key, const char *value, char *why,
	     size_t why_len) AULA_MUST_CHECK;
/* The value of such a key as conf_set() takes it; cut at `size`. -ENOENT */
int conf_get(const struct conf *conf, const char *key, char *out,
	     size_t size) AULA_MUST_CHECK;

/* Writes the whole configuration as a file that conf_read() takes. */
size_t conf_print(const struct conf *conf, char *out, size_t size);

#endif
