/* static_stub - a page of three files, for tests that need no real one. */
#include "signaling/static.h"

static const unsigned char index_raw[] = "<!doctype html><title>Aula</title>\n";
static const unsigned char script_raw[] = "console.log(\"the plain script\");\n";
static const unsigned char script_br[] = "br-bytes";
static const unsigned char script_gz[] = "gzip-bytes";

const struct static_file static_files[] = {
	{"/a/app.1234.js", "text/javascript; charset=utf-8", "\"00000000000000aa\"", true,
	 script_raw, script_br, script_gz, sizeof(script_raw) - 1, sizeof(script_br) - 1,
	 sizeof(script_gz) - 1},
	{"/index.html", "text/html; charset=utf-8", "\"00000000000000bb\"", false,
	 index_raw, 0, 0, sizeof(index_raw) - 1, 0, 0},
};
const size_t static_files_n = sizeof(static_files) / sizeof(static_files[0]);
