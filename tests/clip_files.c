#include "tests/clip_files.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

bool clip_can_make(void)
{
	return system("ffmpeg -version >/dev/null 2>&1") == 0;
}

void clip_with(const char *path, const char *arguments)
{
	char command[900];
	int n = snprintf(command, sizeof(command),
			 "ffmpeg -nostdin -v error -y %s '%s' </dev/null", arguments,
			 path);

	CHECK(n > 0 && (size_t)n < sizeof(command));
	CHECK(system(command) == 0);
}

static const char *codecs(const char *path)
{
	return strstr(path, ".mp4") ? "-c:v libx264 -preset ultrafast -g 25 -c:a aac"
				    : "-c:v libvpx -deadline realtime -cpu-used 8 -g 25 "
				      "-c:a libopus";
}

void clip_red(const char *path, int sec)
{
	char arguments[700];

	snprintf(arguments, sizeof(arguments),
		 "-f lavfi -i color=c=red:s=320x180:r=25:d=%d "
		 "-f lavfi -i sine=f=1000:r=44100:d=%d,volume=4 -pix_fmt yuv420p %s",
		 sec, sec, codecs(path));
	clip_with(path, arguments);
}

void clip_flash(const char *path, int sec)
{
	char arguments[700];

	snprintf(arguments, sizeof(arguments),
		 "-f lavfi -i \"color=c=black:s=320x180:r=25:d=%d,"
		 "drawbox=enable='lt(mod(t,1),0.2)':c=white:t=fill\" "
		 "-f lavfi -i "
		 "\"aevalsrc='0.5*sin(6283*t)*lt(mod(t,1),0.2)':s=48000:d=%d\" "
		 "-pix_fmt yuv420p %s",
		 sec, sec, codecs(path));
	clip_with(path, arguments);
}
