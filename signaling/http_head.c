#include "signaling/http_head.h"

#include "signaling/http_target.h"

#include <string.h>
#include <strings.h>

static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"};

/* Fields that have one value: a second one is a second opinion. */
static const char *const single[] = {
	"authorization",     "content-encoding", "content-length",
	"content-type",      "expect",           "host",
	"if-range",          "origin",           "range",
	"sec-websocket-key", "upgrade",          "sec-websocket-version",
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

void http_head_init(struct http_head *head)
{
	memset(head, 0, offsetof(struct http_head, fields));
}

static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token_len(const char *s)
{
	size_t n = 0;

	while (is_token_char(s[n]))
		n++;
	return n;
}

const char *http_head_field(const struct http_head *head, const char *name)
{
	for (unsigned i = 0; i < head->n_fields; i++)
		if (strcmp(head->buf + head->fields[i].name, name) == 0)
			return head->buf + head->fields[i].value;
	return NULL;
}

const char *http_head_param(const struct http_head *head, const char *key)
{
	for (unsigned i = 0; i < head->n_params; i++)
		if (strcmp(head->buf + head->params[i].name, key) == 0)
			return head->buf + head->params[i].value;
	return NULL;
}

const char *http_head_path(const struct http_head *head)
{
	return head->buf + head->path;
}

static bool value_lists(const char *value, const char *token)
{
	size_t want = strlen(token);

	while (*value) {
		size_t n;

		value += strspn(value, " \t,");
		n = strcspn(value, ",");
		while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
			n--;
		if (n == want && strncasecmp(value, token, n) == 0)
			return true;
		value += strcspn(value, ",");
	}
	return false;
}

bool http_head_lists(const struct http_head *head, const char *name, const char *token)
{
	for (unsigned i = 0; i < head->n_fields; i++)
		if (strcmp(head->buf + head->fields[i].name, name) == 0 &&
		    value_lists(head->buf + head->fields[i].value, token))
			return true;
	return false;
}

/* ---- lines: each returns 0 or the status to refuse the head with
 * ---------------------------------------------------------------- */

static const char *method_of(const char *line, size_t n)
{
	for (size_t i = 0; i < N_OF(methods); i++)
		if (strlen(methods[i]) == n && memcmp(methods[i], line, n) == 0)
			return methods[i];
	return NULL;
}

static int version_status(const char *v)
{
	if (strcmp(v, "HTTP/1.1") == 0)
		return 0;
	if (strlen(v) == 8 && memcmp(v, "HTTP/", 5) == 0 && v[5] >= '0' && v[5] <= '9' &&
	    v[6] == '.' && v[7] >= '0' && v[7] <= '9')
		return 505;
	return 400;
}

static int request_line(struct http_head *head, char *line)
{
	size_t n = token_len(line);
	char *target, *version;
	int status;

	if (n == 0 || line[n] != ' ')
		return 400;
	target = line + n + 1;
	version = strchr(target, ' ');
	if (!version)
		return 400;
	*version++ = '\0';
	status = version_status(version);
	if (status)
		return status;
	head->method = method_of(line, n);
	if (!head->method)
		return 405;
	return http_target_parse(head, target);
}

static bool is_single(const char *name)
{
	for (size_t i = 0; i < N_OF(single); i++)
		if (strcmp(single[i], name) == 0)
			return true;
	return false;
}

static int field_line(struct http_head *head, char *line, char *end)
{
	size_t n = token_len(line);
	char *value = line + n + 1;
	struct http_pair *pair;

	/* also refuses folded lines and a space before the colon */
	if (n == 0 || line[n] != ':')
		return 400;
	if (head->n_fields == LIMIT_HTTP_FIELDS)
		return 431;
	line[n] = '\0';
	for (char *p = line; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	if (is_single(line) && http_head_field(head, line))
		return 400;

	value += strspn(value, " \t");
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	pair = &head->fields[head->n_fields++];
	pair->name = (uint16_t)(line - head->buf);
	pair->value = (uint16_t)(value - head->buf);
	return 0;
}

/* ---- what the fields say together ----------------------------------------- */

static bool host_ok(const struct http_head *head)
{
	const char *host = http_head_field(head, "host");

	if (!host || !*host ||
	    host[strspn(host, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789-._:[]")])
		return false;
	return !head->authority || strcasecmp(head->buf + head->authority, host) == 0;
}

/* What a request of this method may carry. */
static size_t body_most(const struct http_head *head)
{
	if (strcmp(head->method, "PUT") == 0)
		return LIMIT_UPLOAD;
	if (strcmp(head->method, "POST") == 0 || strcmp(head->method, "DELETE") == 0)
		return LIMIT_HTTP_BODY;
	return 0;
}

static int length_status(struct http_head *head)
{
	const char *text = http_head_field(head, "content-length");
	const char *coding = http_head_field(head, "transfer-encoding");
	size_t n = 0, most = body_most(head);

	if (coding) /* nobody who speaks to us needs it */
		return !text && strcasecmp(coding, "chunked") == 0 ? 501 : 400;
	if (!text)
		return most == LIMIT_UPLOAD ? 411 : 0;
	if (!*text || text[strspn(text, "0123456789")] || (text[0] == '0' && text[1]))
		return 400;
	for (const char *p = text; *p; p++) {
		n = n * 10 + (size_t)(*p - '0');
		if (n > LIMIT_HTTP_BODY && n > most)
			return 413;
	}
	if (n > most)
		return 400;
	head->content_length = n;
	return 0;
}

static int finish_status(struct http_head *head)
{
	const char *expect, *coding;
	int status;

	if (!host_ok(head))
		return 400;
	status = length_status(head);
	if (status)
		return status;
	coding = http_head_field(head, "content-encoding");
	if (coding && strcasecmp(coding, "identity") != 0)
		return 415;
	expect = http_head_field(head, "expect");
	if (expect && strcasecmp(expect, "100-continue") != 0)
		return 417;
	head->expect = expect && head->content_length > 0;
	head->keep = !http_head_lists(head, "connection", "close");
	return 0;
}

/* head->buf[line..len) is a line with its CR. */
static int end_of_line(struct http_head *head)
{
	char *line = head->buf + head->line;
	char *end = head->buf + head->len - 1;
	bool first = head->n_lines == 0;
	int status;

	*end = '\0';
	if (line == end && first) {
		head->len = 0;
		/* RFC 9112 2.2: one empty line before a request is forgiven */
		return head->n_skipped++ ? 400 : 0;
	}
	if (line == end) {
		head->state = HTTP_HEAD_DONE;
		return finish_status(head);
	}
	status = first ? request_line(head, line) : field_line(head, line, end);
	head->n_lines++;
	head->line = head->len;
	return status;
}

static int push(struct http_head *head, uint8_t c)
{
	bool after_cr = head->len > head->line && head->buf[head->len - 1] == '\r';

	if (c == '\n')
		return after_cr ? end_of_line(head) : 400;
	if (after_cr || (c < 0x20 && c != '\t' && c != '\r') || c == 0x7f)
		return 400;
	if (head->n_lines == 0 && c >= 0x80)
		return 400;
	if (head->n_lines == 0 && c != '\r' && head->len == LIMIT_HTTP_LINE)
		return 414;
	if (head->len >= LIMIT_HTTP_HEAD - head->n_lines - 1)
		return 431; /* the LFs count, though they are not kept */
	head->buf[head->len++] = (char)c;
	return 0;
}

size_t http_head_feed(struct http_head *head, const uint8_t *data, size_t len)
{
	size_t i = 0;

	while (i < len && head->state == HTTP_HEAD_MORE) {
		head->status = push(head, data[i++]);
		if (head->status)
			head->state = HTTP_HEAD_BAD;
	}
	return i;
}
