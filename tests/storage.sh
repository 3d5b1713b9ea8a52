#!/bin/sh
# aula-store against a real storage, with faults: see tests/storage. Half of its minute it
# waits. Without python3-swift there is none to test against.
/usr/bin/python3 -c 'import swift.common.middleware.s3api' 2>/dev/null || {
	echo 'python3-swift is not installed'
	exit 77
}
# the program that keeps recordings has the network; the server has no such library
if command -v ldd >/dev/null && ldd "${BUILD:-.}/aulad" | grep -q libcurl; then
	echo 'aulad is linked with libcurl'
	exit 1
fi
exec /usr/bin/python3 "${SRC:-.}/tests/storage/check.py" "${BUILD:-.}/aula-store"
