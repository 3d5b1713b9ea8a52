/* A message that proto_parse() takes: cJSON reads it, prints it, and what it
 * prints is taken again; nothing else gets through. Names too.
 */
#include "base/limits.h"
#include "signaling/proto.h"
#include "signaling/proto_scan.h"
#include "signaling/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const char *text, size_t size)
{
	struct proto_msg msg, again;
	const char *code = NULL;
	char *printed;
	int err = proto_parse(&msg, text, size, &code);
	int64_t id = proto_scan_id(text, size);

	if (id < 0 || (!err && id && id != msg.id))
		abort();
	if (err) {
		if (!code)
			abort();
		return;
	}
	if (!msg.type[0] || !cJSON_IsObject(msg.d) || msg.id < 0)
		abort();
	printed = cJSON_PrintUnformatted(msg.root);
	/* numbers may become longer, never anything else */
	if (!printed || (strlen(printed) <= LIMIT_WS_MESSAGE &&
			 proto_parse(&again, printed, strlen(printed), &code)))
		abort();
	if (strlen(printed) <= LIMIT_WS_MESSAGE) {
		if (strcmp(again.type, msg.type) != 0 || again.id > msg.id + 16)
			abort();
		proto_msg_fini(&again);
	}
	cJSON_free(printed);
	proto_msg_fini(&msg);
}

static void check_scan(const char *text, size_t size)
{
	cJSON *tree;

	if (proto_scan(text, size))
		return;
	if (!utf8_valid(text, size) || memchr(text, 0, size))
		abort();
	tree = cJSON_ParseWithLength(text, size);
	if (!tree) /* what we take, cJSON takes */
		abort();
	cJSON_Delete(tree);
}

static void check_name(const char *text, size_t size)
{
	char *name = strndup(text, size), out[LIMIT_NAME_BYTES + 1], again[sizeof(out)];

	if (!name)
		abort();
	if (proto_name(out, sizeof(out), name) == 0 &&
	    (!out[0] || !utf8_valid(out, strlen(out)) ||
	     proto_name(again, sizeof(again), out) != 0 || strcmp(out, again) != 0))
		abort();
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "{\"t\":\"a\",\"d\":{";
	char *text = malloc(size + sizeof(head));

	if (!text)
		abort();
	check_scan((const char *)data, size);
	check_message((const char *)data, size);
	check_name((const char *)data, size);
	memcpy(text, head, sizeof(head) - 1);
	if (size > 0)
		memcpy(text + sizeof(head) - 1, data, size);
	check_scan(text, size + sizeof(head) - 1);
	check_message(text, size + sizeof(head) - 1);
	free(text);
	return 0;
}
