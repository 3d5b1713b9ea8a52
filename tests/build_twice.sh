#!/bin/sh
# Two script/build at once on one tree: the one waits for the other.
to=$(mktemp -d "${TMPDIR:-/tmp}/aula-build.XXXXXX") || exit 99
trap 'rm -rf "$to"' EXIT
mkdir -p "$to/tree/script" "$to/tree/web/dist" "$to/bin"
cp "${SRC:-.}/script/build" "$to/tree/script/build" || exit 99
touch -d '1 hour ago' "$to/tree/configure.ac"
touch "$to/tree/web/dist/index.html"
printf '#!/bin/sh\ntouch config.status\n' >"$to/tree/configure"
cat >"$to/bin/make" <<EOF
#!/bin/sh
mkdir "$to/busy" || exit 1
sleep 1
rmdir "$to/busy"
EOF
chmod +x "$to/tree/configure" "$to/bin/make"
PATH=$to/bin:$PATH
"$to/tree/script/build" build &
"$to/tree/script/build" build || { echo 'one met the other'; wait; exit 1; }
wait $!
