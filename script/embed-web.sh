#!/bin/sh
# embed-web.sh SRC_DIR OUT.S OUT.c - puts the files of the page into the binary.
#
# OUT.S holds each file raw and, where that is at least 3 % smaller, as brotli
# and gzip; OUT.c holds the table that signaling/static.h declares. The same
# files give the same output: sorted names, no times. The compressed files stay
# in OUT.S.d/ because the assembler reads them.
set -eu
LC_ALL=C
export LC_ALL

[ $# -eq 3 ] || { echo "usage: $0 SRC_DIR OUT.S OUT.c" >&2; exit 2; }
src=$(cd "$1" && pwd)
asm=$2
table=$3
dir=$asm.d
rm -rf "$dir"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

mime() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.json) echo application/json ;;
	*.webmanifest) echo application/manifest+json ;;
	*.svg) echo image/svg+xml ;;
	*.png) echo image/png ;;
	*.jpg) echo image/jpeg ;;
	*.webp) echo image/webp ;;
	*.ico) echo image/x-icon ;;
	*.woff2) echo font/woff2 ;;
	*.wasm) echo application/wasm ;;
	*.mp3) echo audio/mpeg ;;
	*.ogg) echo audio/ogg ;;
	*.txt) echo 'text/plain; charset=utf-8' ;;
	*) echo application/octet-stream ;;
	esac
}

# blob SYMBOL FILE
blob() {
	printf '\t.globl %s\n\t.hidden %s\n\t.balign 16\n%s:\n\t.incbin "%s"\n' \
		"$1" "$1" "$1" "$2" >>"$asm.new"
	printf 'extern const unsigned char %s[];\n' "$1" >>"$dir/externs"
}

# smaller FILE THAN: by 3 %
smaller() {
	[ "$(($(wc -c <"$1") * 100))" -lt "$(($(wc -c <"$2") * 97))" ]
}

printf '/* Made by script/embed-web.sh: do not edit. */\n\t.section .rodata\n' >"$asm.new"
: >"$dir/externs"
: >"$dir/rows"

(cd "$src" && find . -type f ! -name '.*' | sed 's/^\.//' | sort) >"$dir/names"
n=0
while IFS= read -r name; do
	case $name in
	*[!A-Za-z0-9/._-]*) echo "$0: odd name: $name" >&2; exit 1 ;;
	esac
	cp "$src$name" "$dir/$n.raw"
	chmod u+w "$dir/$n.raw"
	blob "static_raw_$n" "$dir/$n.raw"
	br='NULL' brn=0 gz='NULL' gzn=0
	if command -v brotli >/dev/null 2>&1; then
		brotli -q 11 -c "$dir/$n.raw" >"$dir/$n.br"
		if smaller "$dir/$n.br" "$dir/$n.raw"; then
			blob "static_br_$n" "$dir/$n.br"
			br=static_br_$n brn=$(($(wc -c <"$dir/$n.br")))
		fi
	fi
	gzip -9 -n -c "$dir/$n.raw" >"$dir/$n.gz"
	if smaller "$dir/$n.gz" "$dir/$n.raw"; then
		blob "static_gz_$n" "$dir/$n.gz"
		gz=static_gz_$n gzn=$(($(wc -c <"$dir/$n.gz")))
	fi
	etag=$(sha256sum <"$dir/$n.raw" | cut -c1-16)
	case $name in
	/a/*) fixed=true ;;
	*) fixed=false ;;
	esac
	printf '\t{"%s", "%s", "\\"%s\\"", %s,\n\t static_raw_%d, %s, %s, %d, %d, %d},\n' \
		"$name" "$(mime "$name")" "$etag" "$fixed" "$n" "$br" "$gz" \
		"$(($(wc -c <"$dir/$n.raw")))" "$brn" "$gzn" >>"$dir/rows"
	n=$((n + 1))
done <"$dir/names"
[ "$n" -gt 0 ] || { echo "$0: no files in $src" >&2; exit 1; }
printf '\t.section .note.GNU-stack,"",%%progbits\n' >>"$asm.new"

{
	printf '/* Made by script/embed-web.sh: do not edit. */\n'
	printf '#include "signaling/static.h"\n\n'
	cat "$dir/externs"
	printf '\nconst struct static_file static_files[] = {\n'
	cat "$dir/rows"
	printf '};\nconst size_t static_files_n = %d;\n' "$n"
} >"$table.new"
mv "$asm.new" "$asm"
mv "$table.new" "$table"
