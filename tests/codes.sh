#!/bin/sh
# Each error code that a request can be answered with is in the protocol's list.
cd "${SRC:-.}" || exit 99
list=$(sed -n '/^## Error codes/,/^Close codes/p' docs/protocol.md)
codes=$(sed -n 's/.*\(return\|code =\|error =\|[?:]\) "\([a-z]*_[a-z_]*\)".*/\2/p' \
	mcu/cmd_*.c mcu/command.c signaling/proto.c signaling/proto_scan.c | sort -u)
[ "$(echo "$codes" | wc -l)" -ge 15 ] || { echo 'the codes were not found'; exit 1; }
bad=0
for code in $codes; do
	case $list in
	*"\`$code\`"*) ;;
	*) echo "docs/protocol.md does not list $code"; bad=1 ;;
	esac
done
exit $bad
