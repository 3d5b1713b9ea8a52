#!/bin/bash
# The manual pages: no warning, every command and option of the programs, every key of the
# configuration with its default. And the completions: no command that they do not know.
src=${SRC:-.} build=${BUILD:-.} bad=0
say() {
	echo "$*"
	bad=1
}
command -v groff >/dev/null || { echo 'groff is not installed'; exit 77; }
make -s -C "$build" man/aulactl.1 man/aula.conf.5 >/dev/null || say 'the pages cannot be made'

for page in "$build/man/aulactl.1" "$src/man/aulad.8" "$build/man/aula.conf.5"; do
	warned=$(groff -mandoc -Tutf8 -ww -rLL=78n "$page" 2>&1 >/dev/null)
	[ -z "$warned" ] || say "$page: $warned"
	if command -v mandoc >/dev/null; then
		warned=$(mandoc -T lint -W warning "$page" | grep -v 'Mdocdate')
		[ -z "$warned" ] || say "$page: $warned"
	fi
done

text() { groff -mandoc -Tascii -P-c -rLL=500n "$1" 2>/dev/null | sed 's/.\x08//g'; }
tool=$(text "$build/man/aulactl.1")
server=$(text "$src/man/aulad.8")
conf=$(text "$build/man/aula.conf.5")

# each command of the usage
while IFS= read -r name; do
	grep -q -E "^ +$name( |$)" <<<"$tool" || say "aulactl.1 does not have '$name'"
done < <("$build/aulactl" --complete 0 '' | cut -f 1 | while IFS= read -r one; do
	"$build/aulactl" --complete 1 "$one" '' | grep -v ':files' | cut -f 1 | sed -n "s/^[a-z]/$one &/p" | grep . || echo "$one"
done | grep -v -E '^drain o')

# each option of the server
for option in $("$build/aulad" --help | grep -o -E -e '--[a-z-]+' | sort -u); do
	grep -q -e "$option" <<<"$server" || say "aulad.8 does not have $option"
done

# each key and its default, and no other
while IFS= read -r line; do
	grep -q -F -e "$line" <<<"$conf" || say "aula.conf.5 does not have '$line'"
done < <("$build/aulad" --print-config)
while IFS= read -r key; do
	"$build/aulad" --print-config | grep -q "^$key = " || say "aula.conf.5 has '$key', which is none"
done < <(sed -n 's/^\.It Ic \([a-z_0-9]*\) = .*/\1/p' "$build/man/aula.conf.5")
bash -n "$src/completions/aulactl" || say 'the completion of bash cannot be read'
! command -v zsh >/dev/null || zsh -n "$src/completions/_aulactl" || say 'that of zsh cannot be read'
! command -v fish >/dev/null || fish -n "$src/completions/aulactl.fish" || say 'that of fish cannot be read'
exit $bad
