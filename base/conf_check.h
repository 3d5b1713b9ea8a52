/* conf_check.h - what the texts of the configuration may be. Each check says what is
 * wrong with a text, as the end of a sentence that begins with it; NULL: nothing.
 */
#ifndef BASE_CONF_CHECK_H
#define BASE_CONF_CHECK_H

#include <stdint.h>

const char *conf_no_ip(const char *v);
const char *conf_no_target(const char *v); /* an IP address that clients can send to */
const char *conf_empty(const char *v);
const char *conf_no_origin(const char *v);
const char *conf_no_url(const char *v);
const char *conf_no_rung(const char *v); /* two times WxH@FPS/KBPS */
const char *conf_no_most(const char *v); /* one */
const char *conf_no_level(const char *v);
const char *conf_no_edition(const char *v);
const char *conf_no_full(const char *v);     /* the level of the edition of that name */
const char *conf_no_light(const char *v);    /* the same */
const char *conf_no_live(const char *v);     /* the same; empty: none of its own */
const char *conf_no_database(const char *v); /* empty: the usual one */
/* Of storage: base/conf_storage.c; all but the first and the region may be empty. */
const char *conf_no_storage(const char *v);
const char *conf_no_endpoint(const char *v);
const char *conf_no_bucket(const char *v);
const char *conf_no_region(const char *v);
const char *conf_no_prefix(const char *v); /* of names of objects */
const char *conf_no_encryption(const char *v);

/* One WxH@FPS/KBPS. Returns what follows it, NULL when it is none (`rung` is then as
 * before). Numbers are digits only; of any size that their places allow. */
struct conf_rung {
	uint32_t w_px, h_px; /* below 10000 */
	uint32_t fps;        /* below 100 */
	uint32_t kbps;       /* below 100000 */
};
const char *conf_rung_read(const char *text, struct conf_rung *rung);

#endif
