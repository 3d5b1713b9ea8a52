#include "signaling/auth.h"
#include "signaling/ws.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool ws_origin_ok(const struct http_conf *conf, const char *origin, const char *host)
{
	const char *rest = NULL;

	if (!origin)
		return true; /* not a page: nobody's cookies or trust are borrowed */
	for (uint32_t i = 0; i < conf->n_origins; i++)
		if (strcasecmp(origin, conf->origins[i]) == 0)
			return true;
	if (strncasecmp(origin, "https://", 8) == 0)
		rest = origin + 8;
	else if (conf->plain && strncasecmp(origin, "http://", 7) == 0)
		rest = origin + 7;
	return rest && strcasecmp(rest, host) == 0;
}

/* size-ok: one line per demand of RFC 6455 4.2.1, in the order of their codes. */
int ws_check(const struct http_server *server, const struct http_head *head)
{
	const char *upgrade = http_head_field(head, "upgrade");
	const char *version = http_head_field(head, "sec-websocket-version");
	const char *key = http_head_field(head, "sec-websocket-key");
	char accept[AUTH_WS_ACCEPT + 1];

	if (strcmp(head->method, "GET") != 0)
		return 405;
	if (!upgrade || strcasecmp(upgrade, "websocket") != 0 ||
	    !http_head_lists(head, "connection", "upgrade"))
		return 426;
	if (!version || strcmp(version, "13") != 0)
		return 426;
	if (!key || !auth_ws_accept(accept, key))
		return 400;
	if (!http_head_lists(head, "sec-websocket-protocol", "aula.v1"))
		return 400;
	if (!ws_origin_ok(&server->conf, http_head_field(head, "origin"),
			  http_head_field(head, "host")))
		return 403;
	if (head->n_params > 0) /* URLs end up in logs: no secrets in them */
		return 401;
	return 0;
}
