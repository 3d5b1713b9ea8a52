#include "tests/derive_rig.h"

#include "tests/clip_files.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char derive_dir[] = "/tmp/test_derive.XXXXXX";

bool derive_setup(void)
{
	if (!clip_can_make() || system("ffprobe -version >/dev/null 2>&1") != 0)
		return false;
	CHECK(mkdtemp(derive_dir));
	return true;
}

void derive_teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", derive_dir);
	if (!getenv("KEEP"))
		CHECK(system(command) == 0);
}

const char *derive_path(const char *name)
{
	static char paths[8][400];
	static int at;
	char *path = paths[at++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", derive_dir, name);
	return path;
}

void derive_record(const char *name, const char *picture, const char *sound, int key)
{
	char arguments[800];
	int n = snprintf(
		arguments, sizeof(arguments),
		"-f lavfi -i \"%s\" -f lavfi -i \"%s\" -map 0:v -map 1:a -map 1:a "
		"-pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 0 -r 15 "
		"-g %d -sc_threshold 0 -c:a:0 aac -c:a:1 libopus -ac 1 "
		"-ar 48000 -disposition:a:1 0 -movflags +faststart",
		picture, sound, key);

	CHECK(n > 0 && (size_t)n < sizeof(arguments));
	clip_with(derive_path(name), arguments);
}

char *derive_read(const char *name, size_t *len)
{
	int fd = derive_open(name);
	struct stat st;
	char *data;

	CHECK(fstat(fd, &st) == 0);
	data = malloc((size_t)st.st_size + 1);
	CHECK(data && read(fd, data, (size_t)st.st_size) == st.st_size);
	data[st.st_size] = '\0';
	close(fd);
	if (len)
		*len = (size_t)st.st_size;
	return data;
}

void derive_put(const char *name, const void *data, size_t len)
{
	int fd = open(derive_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

int derive_open(const char *name)
{
	int fd = open(derive_path(name), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		perror(name);
	CHECK(fd >= 0);
	return fd;
}

struct make_result derive_make(const char *recording, const char *folder)
{
	int in = derive_open(recording), chapters = derive_open("chapters.json");
	struct make_result result = {0};
	struct progress progress;
	struct folder to;

	progress_init(&progress, -1);
	CHECK(mkdir(derive_path(folder), 0700) == 0);
	CHECK(folder_open(&to, derive_path(folder)) == 0);
	CHECK(make_all(&result, &to, in, chapters, &progress) == 0);
	folder_close(&to);
	close(chapters);
	close(in);
	return result;
}

int16_t *derive_pcm(const char *name, int track, size_t *n)
{
	char command[700];
	size_t most = 48000 * 200;
	int16_t *pcm = malloc(most * sizeof(*pcm));
	FILE *f;

	snprintf(command, sizeof(command),
		 "ffmpeg -nostdin -v error -i '%s' -map 0:a:%d -ac 1 -af "
		 "aresample=48000:async=1:first_pts=0 -f s16le -",
		 derive_path(name), track);
	f = popen(command, "r");
	CHECK(f && pcm);
	*n = fread(pcm, sizeof(*pcm), most, f);
	CHECK(pclose(f) == 0);
	return pcm;
}
