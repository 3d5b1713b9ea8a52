#include "signaling/proto.h"

#include "base/count.h"
#include "signaling/proto_scan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2^53 - 1: from 2^53 on a double stands for more than one integer */
#define INT_MAX_EXACT 9007199254740991.0
#define TYPE_LETTERS  "abcdefghijklmnopqrstuvwxyz._"

static bool whole(const cJSON *item)
{
	return cJSON_IsNumber(item) && item->valuedouble >= -INT_MAX_EXACT &&
	       item->valuedouble <= INT_MAX_EXACT &&
	       floor(item->valuedouble) == item->valuedouble;
}

static bool type_ok(const cJSON *t)
{
	size_t n;

	if (!cJSON_IsString(t))
		return false;
	n = strlen(t->valuestring);
	return n > 0 && n < sizeof(((struct proto_msg *)0)->type) &&
	       strspn(t->valuestring, TYPE_LETTERS) == n;
}

/* Fills `msg` from the tree, which then belongs to it. */
static int read_tree(struct proto_msg *msg, cJSON *root, const char **code)
{
	cJSON *t = cJSON_GetObjectItemCaseSensitive(root, "t");
	cJSON *id = cJSON_GetObjectItemCaseSensitive(root, "id");
	cJSON *d = cJSON_GetObjectItemCaseSensitive(root, "d");

	if (!type_ok(t) || (d && !cJSON_IsObject(d)) ||
	    (id && (!whole(id) || id->valuedouble < 1))) {
		*code = "bad_message";
		return -EINVAL;
	}
	if (!d)
		d = cJSON_AddObjectToObject(root, "d");
	if (!d) {
		*code = "no_resources";
		return -ENOMEM;
	}
	memset(msg, 0, sizeof(*msg));
	memcpy(msg->type, t->valuestring, strlen(t->valuestring));
	msg->id = id ? (int64_t)id->valuedouble : 0;
	msg->d = d;
	msg->root = root;
	return 0;
}

static int parse(cJSON **out, const char *text, size_t len, const char **code)
{
	const char *bad = proto_scan(text, len);
	cJSON *root;

	if (bad) {
		count_add(COUNT_REJECT_JSON, 1);
		*code = bad;
		return -EINVAL;
	}
	root = cJSON_ParseWithLength(text, len);
	if (!root) {
		*code = "no_resources"; /* the text was checked: only memory is left */
		return -ENOMEM;
	}
	*out = root;
	return 0;
}

int proto_body(cJSON **out, const char *text, size_t len, const char **code)
{
	cJSON *root;
	int err = parse(&root, text, len, code);

	if (err)
		return err;
	if (!cJSON_IsObject(root)) {
		count_add(COUNT_REJECT_JSON, 1);
		cJSON_Delete(root);
		*code = "bad_json";
		return -EINVAL;
	}
	*out = root;
	return 0;
}

int proto_parse(struct proto_msg *msg, const char *text, size_t len, const char **code)
{
	cJSON *root;
	int err = parse(&root, text, len, code);

	if (err)
		return err;
	err = read_tree(msg, root, code);
	if (err) {
		count_add(COUNT_REJECT_JSON, 1);
		cJSON_Delete(root);
	}
	return err;
}

void proto_msg_fini(struct proto_msg *msg)
{
	cJSON_Delete(msg->root);
	msg->root = NULL;
	msg->d = NULL;
}

/* ---- fields --------------------------------------------------------------- */

static bool strings_ok(const cJSON *list, const struct proto_field *field)
{
	const cJSON *item;
	int64_t n = 0;

	if (!cJSON_IsArray(list))
		return false;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			return false;
		n++;
	}
	return n >= field->min && n <= field->max;
}

static bool field_ok(const cJSON *item, const struct proto_field *field)
{
	double n;

	switch (field->kind) {
	case PROTO_STRING:
		if (!cJSON_IsString(item))
			return false;
		n = (double)strlen(item->valuestring);
		return n >= (double)field->min && n <= (double)field->max;
	case PROTO_INT:
		return whole(item) && (int64_t)item->valuedouble >= field->min &&
		       (int64_t)item->valuedouble <= field->max;
	case PROTO_BOOL:
		return cJSON_IsBool(item);
	case PROTO_OBJECT:
		return cJSON_IsObject(item);
	case PROTO_STRINGS:
		return strings_ok(item, field);
	}
	return false;
}

int proto_check(const cJSON *d, const struct proto_field *fields, const char **key)
{
	for (; fields->key; fields++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(d, fields->key);

		if (item ? field_ok(item, fields) : !fields->required)
			continue;
		count_add(COUNT_REJECT_JSON, 1);
		*key = fields->key;
		return -EINVAL;
	}
	return 0;
}

const char *proto_string(const cJSON *d, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(d, key));
}

int64_t proto_int(const cJSON *d, const char *key, int64_t otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(d, key);

	return whole(item) ? (int64_t)item->valuedouble : otherwise;
}

bool proto_bool(const cJSON *d, const char *key, bool otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(d, key);

	return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

/* ---- writing -------------------------------------------------------------- */

/* {"t": type, name: number (unless 0)}; NULL without memory. The number goes out
 * as text: cJSON writes doubles with 15 digits. */
static cJSON *envelope(const char *type, const char *name, uint64_t number)
{
	cJSON *root = cJSON_CreateObject();
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	if (cJSON_AddStringToObject(root, "t", type) &&
	    (number == 0 || cJSON_AddRawToObject(root, name, text)))
		return root;
	cJSON_Delete(root);
	return NULL;
}

/* Takes both. */
static char *print(cJSON *root, cJSON *d)
{
	char *text = NULL;

	if (!d)
		d = cJSON_CreateObject();
	if (root && d && cJSON_AddItemToObject(root, "d", d)) {
		d = NULL;
		text = cJSON_PrintUnformatted(root);
	}
	cJSON_Delete(d);
	cJSON_Delete(root);
	return text;
}

char *proto_ok(int64_t id, cJSON *d)
{
	return print(envelope("ok", "id", (uint64_t)id), d);
}

char *proto_err(int64_t id, const char *code, const char *field)
{
	return proto_err_why(id, code, field, NULL);
}

char *proto_err_why(int64_t id, const char *code, const char *field, const char *why)
{
	cJSON *root = envelope("err", "id", (uint64_t)id);
	char *text = NULL;

	if (root && cJSON_AddStringToObject(root, "code", code) &&
	    (!field || cJSON_AddStringToObject(root, "field", field)) &&
	    (!why || cJSON_AddStringToObject(root, "why", why)))
		text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

char *proto_err_later(int64_t id, const char *code, uint32_t after_ms)
{
	cJSON *root = envelope("err", "id", (uint64_t)id);
	char *text = NULL;

	if (root && cJSON_AddStringToObject(root, "code", code) &&
	    cJSON_AddNumberToObject(root, "after_ms", after_ms))
		text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

char *proto_event(const char *type, uint64_t seq, cJSON *d)
{
	return print(envelope(type, "seq", seq), d);
}

char *proto_event_text(const char *type, uint64_t seq, const char *d)
{
	size_t size = strlen(type) + strlen(d) + 64;
	char *text = malloc(size);

	if (text && seq)
		snprintf(text, size, "{\"t\":\"%s\",\"seq\":%" PRIu64 ",\"d\":%s}", type,
			 seq, d);
	else if (text)
		snprintf(text, size, "{\"t\":\"%s\",\"d\":%s}", type, d);
	return text;
}
