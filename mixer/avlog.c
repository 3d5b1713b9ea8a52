#include "mixer/avlog.h"

#include <libavutil/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Called by any thread. */
static void on_line(void *ctx, int av_level, const char *fmt, va_list ap)
	AULA_PRINTF(3, 0);
static void on_line(void *ctx, int av_level, const char *fmt, va_list ap)
{
	const AVClass *class = ctx ? *(const AVClass **)ctx : NULL;
	enum log_level level = av_level <= AV_LOG_FATAL ? LOG_ERROR : LOG_DEBUG;
	char text[200], quoted[200];

	if (av_level > AV_LOG_WARNING || !log_wants(level))
		return;
	/* what a platform answers may have the key of somebody's stream in it */
	if (class && strncmp(class->item_name(ctx), "rtmp", 4) == 0)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_line(level, "ffmpeg", "of=%s text=%s", class ? class->item_name(ctx) : "none",
		 log_quote(quoted, sizeof(quoted), text));
}

void avlog_take(void)
{
	av_log_set_callback(on_line);
}
