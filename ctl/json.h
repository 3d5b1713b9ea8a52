/* json.h - the replies of the server: fields that may not be there. */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Of an object that may be NULL; what is not there is "", 0, false or NULL. */
const char *json_text(const cJSON *d, const char *key);
double json_number(const cJSON *d, const char *key);
bool json_true(const cJSON *d, const char *key);
cJSON *json_get(const cJSON *d, const char *key);

/* A new object with a text for each pair of key and value, up to a NULL. Values of NULL
 * are left out. NULL: no memory. */
cJSON *json_make(const char *key, ...);

/* As one line on standard output. */
void json_print(const cJSON *d);

#endif
