#!/bin/bash
# What aulad and aulactl answer on a command line: exit codes, and one line that helps.
build=${BUILD:-.} plugins=${PLUGIN_DIR:-plugins/.libs} bad=0
to=$(mktemp -d "${TMPDIR:-/tmp}/aula-command.XXXXXX") || exit 99
server='' other=''
finish() {
	for one in $server $other; do kill "$one" 2>/dev/null; done
	wait
	rm -rf "$to"
}
trap finish EXIT
trap 'exit 1' INT TERM

# CODE PATTERN COMMAND...: ends with it, and says that, on no more than two lines
says() {
	local code=$1 pattern=$2 got
	shift 2
	timeout 110 "$@" >"$to/said" 2>&1 </dev/null
	got=$?
	if [ "$got" != "$code" ] || ! grep -q -e "$pattern" "$to/said" || [ "$(wc -l <"$to/said")" -gt "${lines:-2}" ]; then
		echo "'${*//$to\//}' ended with $got, not $code ('$pattern'):"
		cat "$to/said"
		bad=1
	fi
}

# ---- the configuration: what --check-config takes the start takes ------------------

port=$((20000 + $$ % 20000))
mkdir -m 700 "$to/data"
cat >"$to/good.conf" <<EOF
listen = {"127.0.0.1"}
advertise = {"127.0.0.1"}
http_port = $port
media_udp_port = 0
media_tcp_port = 0
net_threads = 1
data_dir = "$to/data"
plugins_dir = "$plugins"
EOF
aulad=$build/aulad
mkfifo "$to/pipe"
says 0 'configuration is good' "$aulad" -c "$to/good.conf" --check-config
for what in '' --check-config; do
	says 78 "aulad: $to: is not a file" "$aulad" -c "$to" $what
	says 78 'pipe: is not a file' "$aulad" -c "$to/pipe" $what
	says 78 'No such file' "$aulad" -c "$to/none" $what
	while IFS='|' read -r key pattern; do
		{ cat "$to/good.conf" && echo "$key"; } >"$to/bad.conf"
		lines=12 says 78 "$pattern" "$aulad" -c "$to/bad.conf" $what
	done <<EOF
rung_low = "640x360@15/800 1280x720@8/700"|rung_mid must have a higher rate
media_tcp_port = $port|media_tcp_port: .*include http_port
media_udp_port = 65535 net_threads = 2|media_udp_port: .*do not exist
database = "mysql://x"|database must be
recorder = "nope"|recorder: .*'nope'
layout = "nope"|layout: .*'nope'
webroot = "$to/none"|webroot: .*No such file
data_dir = "$to/good.conf"|data_dir: .*Not a directory
certificate = "$to/a.pem" key = "$to/a.key"|certificate: .*a.pem: No such file
certificate = "$to/pipe" key = "$to/pipe"|pipe: is not a file
certificate = "$to/good.conf" key = "$to/good.conf"|certificate: .*good.conf: 
EOF
done
[ ! -e "$to/a.pem" ] && [ ! -e "$to/a.key" ] || { echo 'a certificate was made where one was named'; bad=1; }
[ -z "$(ls -A "$to/data")" ] || { echo 'a look at the configuration made files'; bad=1; }
# shellcheck disable=SC2016
for what in --print-config --help --version; do
	says 74 'cannot be written' sh -c '"$0" -c "$1" "$2" >/dev/full' "$aulad" "$to/good.conf" "$what"
done

# ---- aulactl ----------------------------------------------------------------------

mkdir "$to/tools"
ln -s "$build/bench/loadgen" "$build/tests/lab/impair" "$to/tools"
export AULAD=$aulad AULA_LIBEXEC=$to/tools
ctl() { says "$1" "$2" "$build/aulactl" "${@:3}"; }

ctl 64 'Try' dance
ctl 78 'none: No such file' -c "$to/none" status
ctl 78 'none: no such file' -c "$to/none" stop
ctl 78 'is not a file' -c "$to" status
ctl 69 'no server runs' -c "$to/good.conf" stop
ctl 64 'record list needs CODE' record list
ctl 64 '--start must be a number' room groups K7M4QXW --start two
ctl 64 'not both' room groups K7M4QXW --end --minutes 5
ctl 69 'there is no process 999999999' -p 999999999 stop
for command in stop reload; do
	ctl 69 'is no server' -p 1 $command
	ctl 69 'is no server' -p $$ $command
done
for command in status bench rooms room impair reload stop; do
	lines=100 ctl 0 "[Uu]sage.*$command" $command --help
done
lines=100 ctl 0 'aulactl room K7M' room --help

start() { # DIRECTORY CONFIGURATION
	: >"$to/log" # what the last one said is not this one's
	(cd "$1" && exec "$aulad" -c "$2") >>"$to/log" 2>&1 &
	started=$!
	for _ in $(seq 150); do
		grep -q '^Ready:' "$to/log" && return
		sleep 0.2
	done
	cat "$to/log"
	exit 1
}
mkdir -m 700 "$to/other" "$to/other/data"
sed "s|= $port|= $((port + 1))|; s|$to/data|$to/other/data|" "$to/good.conf" >"$to/other/good.conf"
start "$to/other" good.conf # of the same name, elsewhere
other=$started
sed "s|= $port|= $((port + 2))|" "$to/good.conf" >"$to/bench.conf"
start "$to" bench.conf
server=$started
{ sleep 6 && kill "$server"; } & # in the middle of a bench
began=$SECONDS
lines=100 ctl 69 'no member is connected any more\|the server, process .* is gone' -c "$to/bench.conf" bench --senders 0 --viewers 2 --seconds 100
[ $((SECONDS - began)) -lt 40 ] || { echo 'a bench goes on without its server'; bad=1; }
! grep '^server:' "$to/said" || bad=1
wait "$server"
start "$to" "$to/good.conf"
server=$started
cd "$to" || exit 99
lines=20 ctl 0 '^health      well' -c good.conf status
ctl 0 "process $server reads" -c good.conf reload
ctl 0 "process $server reads" -c other/../good.conf reload
ctl 0 "process $other reads" -c other/good.conf reload
ctl 0 "process $server reads" -p "$server" reload
lines=9 ctl 1 'several servers' reload
says 74 'cannot be written' sh -c '"$0" "$@" >/dev/full' "$build/aulactl" -c good.conf status
ctl 0 "process $server has ended" -c good.conf stop
server=''
kill -0 "$other" || { echo 'the wrong server was ended'; bad=1; }
exit $bad
