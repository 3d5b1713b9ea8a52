#!/bin/sh
# embed-layouts.sh OUT.c FILE.json... - puts the layouts that are data into the
# binary, as the table that plugins/layouts.h declares. The same files give the
# same output.
set -eu
LC_ALL=C
export LC_ALL

out=$1
shift
{
	printf '/* Made by script/embed-layouts.sh: do not edit. */\n#include "plugins/layouts.h"\n\n#include <stddef.h>\n'
	n=0
	for file; do
		printf '\nstatic const unsigned char text_%d[] = {\n' $n
		od -An -v -tu1 "$file" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
		printf '};\n'
		n=$((n + 1))
	done
	printf '\nconst struct layout_file layout_files[] = {\n'
	n=0
	for file; do
		name=${file##*/}
		printf '\t{"%s", (const char *)text_%d, sizeof(text_%d)},\n' "${name%.json}" $n $n
		n=$((n + 1))
	done
	printf '\t{NULL, NULL, 0},\n};\n'
} >"$out.new"
mv "$out.new" "$out"
