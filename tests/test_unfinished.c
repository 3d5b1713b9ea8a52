/* Which files of the folder of recordings are not what they will be, by their names. */
#include "base/unfinished.h"

#include "tests/test.h"

#include <stddef.h>
#include <stdio.h>

int main(void)
{
	static const struct {
		const char *name;
		enum unfinished is;
	} names[] = {
		{"abc.mp4", UNFINISHED_NOT},
		{"abc.light.mp4", UNFINISHED_NOT},
		{"abc.2.mp4", UNFINISHED_NOT},
		{"abc.made", UNFINISHED_NOT},
		{"poster.jpg", UNFINISHED_NOT},
		{"at5.mp4", UNFINISHED_NOT},
		{"abc.at.mp4", UNFINISHED_NOT},
		{"abc.at5x.mp4", UNFINISHED_NOT},
		{"abc.party.mp4", UNFINISHED_NOT},
		{"abc.apart.mp4", UNFINISHED_NOT},
		{"", UNFINISHED_NOT},
		{".", UNFINISHED_NOT},
		{"abc.part.mp4", UNFINISHED_LEFT},
		{"abc.light.part.mp4", UNFINISHED_LEFT},
		{"abc.live.part.hls", UNFINISHED_LEFT},
		{"abc.at0.mp4", UNFINISHED_LEFT},
		{"abc.light.at900000000.mp4", UNFINISHED_LEFT},
		{"abc.at900000000.part.mp4", UNFINISHED_LEFT},
		{"abc.mp4.tmp", UNFINISHED_TMP},
		{"abc.at0.mp4.tmp", UNFINISHED_TMP},
		{"abc.mp4.seal", UNFINISHED_TMP},
		{"abc.mp4.part", UNFINISHED_TMP}, /* of aula-store get */
		{"abc.broken.mp4", UNFINISHED_BROKEN},
		{"abc.at5.broken.mp4", UNFINISHED_BROKEN},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (unfinished_name(names[i].name) != names[i].is)
			fprintf(stderr, "%s\n", names[i].name);
		CHECK(unfinished_name(names[i].name) == names[i].is);
	}
	return 0;
}
