/* stream.h - a blocking TCP or TLS client with deadlines, for tests. */
#ifndef TESTS_STREAM_H
#define TESTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

/* Connects to an address such as "127.0.0.1"; with `tls` also shakes hands,
 * whatever the certificate. NULL when that failed. */
struct stream *stream_open(const char *host, uint16_t port, bool tls);
void stream_close(struct stream *stream); /* NULL is accepted */
bool stream_write(struct stream *stream, const void *data, size_t len);
/* Bytes; 0 at the end of the stream; -ETIMEDOUT; -ECONNRESET. */
int stream_read(struct stream *stream, void *out, size_t size, int timeout_ms);
void stream_shut(struct stream *stream); /* sends no more (plain only) */
int stream_fd(const struct stream *stream);
const char *stream_tls_version(const struct stream *stream); /* "TLSv1.3" */
const char *stream_alpn(const struct stream *stream, char out[32]);

#endif
