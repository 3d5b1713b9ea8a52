#!/bin/sh
# The keys of the configuration as a list of mdoc(7): each with its default by the program
# itself, and what docs/operations.md says of it. A key that is not said there is left out,
# which tests/manual.sh finds.
#   keys.sh AULAD OPERATIONS.md
set -u
{ "$1" --print-config && echo '@@' && cat "$2"; } | awk '
$0 == "@@" { told = 1; next }
!told { key[++n] = $1; value[n] = substr($0, index($0, "= ") + 2); next }
/^## / { on = $0 == "## Configuration" }
!on || !/^\| `/ { next }
{
	split($0, cell, " \\| ")
	what = $0
	sub(/^\|[^|]*\|[^|]*\| */, "", what)
	sub(/ *\|$/, "", what)
	gsub(/[`*]/, "", what)
	names = cell[1]
	gsub(/[|` ]/, "", names)
	m = split(names, name, ",")
	for (i = 1; i <= m; i++) {
		text[name[i]] = what
		beside[name[i]] = m > 1 ? names : ""
	}
}
function roff(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	return s
}
END {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= n; i++) {
		k = key[i]
		if (!(k in text)) {
			print "docs/operations.md says nothing of " k > "/dev/stderr"
			continue
		}
		print ".It Ic " k " = Li \"\\&" roff(quoted(value[i])) "\""
		if (beside[k] != "") {
			other = beside[k]
			gsub(/,/, ", ", other)
			print "(" other ":)"
		}
		t = roff(text[k])
		print (t ~ /^[.\x27]/ ? "\\&" : "") toupper(substr(t, 1, 1)) substr(t, 2) (t ~ /[.?]$/ ? "" : ".")
	}
	print ".El"
}
function quoted(s) { gsub(/"/, "\"\"", s); return s }'
