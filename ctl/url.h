/* url.h - the address of a server, as it is written on a command line. */
#ifndef CTL_URL_H
#define CTL_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct url {
	bool tls;
	char host[256]; /* without brackets */
	char port[6];
	char path[512]; /* begins with a slash */
};

/* "https://host:port/path", "http://[::1]:port", "wss://host", "ws://host". False: it is
 * none, or too long. */
bool url_read(struct url *url, const char *text);
uint16_t url_port(const struct url *url);
/* Is it this machine? By its name or address alone; nobody is asked. */
bool url_is_here(const struct url *url);
/* "https://host:port", brackets where they belong. */
void url_base(const struct url *url, char *out, size_t size);

#endif
