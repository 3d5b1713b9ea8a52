#!/bin/bash
# script/setup installs what configure asks for: a machine that has it from elsewhere
# would hide what is missing on a fresh one.
src=${SRC:-.} bad=0
command -v dpkg-query >/dev/null || { echo 'not a Debian'; exit 77; }

modules=$(sed -n 's/^PKG_CHECK_MODULES(\[[A-Z]*\], \[\(.*\)\])$/\1/p' "$src/configure.ac" |
	sed -E 's/[<>=]+ *[0-9.]+//g' | tr ' ' '\n' | grep . | sort -u)
[ "$(wc -w <<<"$modules")" -gt 15 ] || { echo 'configure.ac is not understood'; exit 1; }
installed=" $(sed -n "/^packages='/,/'\$/p" "$src/script/setup" | tr -d "'" | tr '\n' ' ') "

for module in $modules; do
	file=$(pkg-config --variable=pcfiledir "$module")/$module.pc
	package=$(dpkg-query -S "$file" 2>/dev/null | cut -d: -f1)
	[ -n "$package" ] || { echo "$file is of no package"; continue; }
	case $installed in
	*" $package "*) ;;
	*)
		echo "script/setup does not install $package, for $module"
		bad=1
		;;
	esac
done
exit $bad
