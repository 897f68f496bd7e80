#!/bin/sh
# What fbnas promises of a phone, tried out on one that is attached: see
# docs/check-phone.md. Run by `make check-phone` from the repository's root.
# With --yes nothing is asked, and what needs hands is skipped; further words are
# the only steps to try. FBNAS_PHONE is the serial number where several phones
# are attached; OUT the folder to write.
set -u

fbnas=${FBNAS:-bin/fbnas}
adb=${FBNAS_ADB:-adb}
phone=check-phone
rounds=${FBNAS_CHECK_ROUNDS:-6}
long=${FBNAS_CHECK_LONG:-100} # rounds of a profile that hands have to keep up with
asks=1
if [ "${1-}" = --yes ]; then
	asks=
	shift
fi
only=" listed registered checked $* "
if [ $# = 0 ]; then only=; fi

n=1
while [ -e "runs/check-phone-$n" ]; do n=$((n + 1)); done
out=${OUT:-runs/check-phone-$n}
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
# The user's own registry stays as it is.
export XDG_CONFIG_HOME="$out/config"

cat >"$out/tiny.yaml" <<'END'
version: 1
name: tiny
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: 4, act: relu}
stages:
  - {blocks: 2, width: [4, 8], expansion: [1, 2, 3], kernel: [3, 5], act: relu}
head: {bias: true}
END
cat >"$out/net.yaml" <<'END'
version: 1
name: net
input: {channels: 3, height: 32, width: 32}
classes: 10
rounding: {divisor: 8, bump_below: 0.95}
blocks:
  - {kind: conv, out: 16, kernel: 3, stride: 2, act: hswish, bias: true}
  - {kind: ir, out: 24, kernel: 3, stride: 2, expansion: 4, act: relu}
  - {kind: ir, out: 24, kernel: 5, expansion: 3, act: hswish, se: hsigmoid, se_ratio: 0.25}
  - {kind: ir_pool, out: 64, expansion: 2, act: hswish}
head: {bias: true}
END

say() { echo "$*" | tee -a "$out/summary.txt"; }

# ask QUESTION: is true when somebody answers y.
ask() {
	if [ -z "$asks" ]; then return 1; fi
	printf '%s [y/N] ' "$1"
	read -r answer && [ "$answer" = y ]
}

# measure TABLE ROUNDS [OPTION...] becomes a profile of the tiny space, which
# leaves what it says in TABLE.json and TABLE.err.
measure() {
	table=$out/$1 times=$2
	shift 2
	exec "$fbnas" profile --device $phone --space "$out/tiny.yaml" --rounds "$times" --allow-noisy -o "$table" --json "$@" \
		>"$table.json" 2>>"$table.err"
}
profile() { (measure "$@"); }

# has FILE TEXT: the file has the text.
has() { grep -q -e "$2" "$1" 2>/dev/null; }

# reported TABLE: waits until a round is in the table of the profile under way.
reported() {
	until has "$out/$1" '"round":1'; do
		if ! kill -0 $! 2>/dev/null; then return 1; fi
		sleep 0.05
	done
}

stayon() { "$adb" -s "$serial" shell settings get global stay_on_while_plugged_in </dev/null 2>/dev/null; }

listed() {
	"$fbnas" devices list --json >"$out/list.json" 2>"$out/list.err" || return 1
	serial=${FBNAS_PHONE:-$(grep -o '"name":"adb:[^"]*"' "$out/list.json" | cut -d: -f3- | tr -d '"')}
	"$fbnas" devices list | tee "$out/list.txt" # what is amiss stands there
	was=$(stayon)
	has "$out/list.json" "\"name\":\"adb:$serial\".*\"ready\":true"
}

registered() { "$fbnas" devices add $phone "adb:$serial" >"$out/add.txt" 2>&1; }
checked() { "$fbnas" devices check $phone --json >"$out/check.json" 2>"$out/check.err"; }
tabled() { profile table.lut "$rounds" --record "$out/table.rec" && has "$out/table.lut.json" '"failed":0'; }
computed() {
	"$fbnas" export "$out/net.onnx" --from "$out/net.yaml" >"$out/export.txt" 2>&1 &&
		"$fbnas" verify "$out/net.onnx" --device $phone --json >"$out/verify.json" 2>"$out/verify.err"
}
private() { ! has "$out/table.lut" "$serial"; }

host_killed() {
	measure killed.lut "$rounds" &
	reported killed.lut && kill -9 $! || return 1
	wait $! 2>/dev/null
	profile killed.lut "$rounds" && has "$out/killed.lut.json" '"resumed_rounds":[1-9]'
}

cable_pulled() {
	measure cable.lut "$long" &
	reported cable.lut || return 1
	echo "   Pull the phone's cable NOW, count to ten, and plug it in again."
	wait $! && has "$out/cable.lut.err" 'the connection to the device is lost' && has "$out/cable.lut.json" '"failed":0'
}

restarted() {
	measure restart.lut "$long" &
	reported restart.lut || return 1
	"$adb" -s "$serial" reboot </dev/null
	echo "   The phone restarts. Unlock it when it is back, and allow USB debugging if it asks."
	wait $! && has "$out/restart.lut.json" '"failed":0'
}

restored() { [ "$(stayon)" = "$was" ]; }
cleaned() {
	"$fbnas" devices clean $phone >"$out/clean.txt" 2>&1 && has "$out/clean.txt" '^removed .*/fbnas$' &&
		"$fbnas" devices clean $phone 2>&1 | grep -q 'nothing to remove'
}

# The checks: what is run, the question to ask before, what it proves.
failed=
while IFS='|' read -r step question proves <&3; do
	case ${only:-" $step "} in
	*" $step "*) ;;
	*) continue ;;
	esac
	if [ -n "$question" ] && ! ask "$question"; then
		say "SKIPPED $step: $proves"
		continue
	fi
	echo ".. $proves"
	if $step; then
		say "ok      $step: $proves"
		continue
	fi
	say "FAILED  $step: $proves"
	failed="$failed $step"
	case $step in
	listed | registered | checked) break ;; # the others need these
	esac
done 3<<'END'
listed||the phone is attached, and lets this computer in
registered||it gets a name
checked||it says what it is, takes the agent, and computes the right numbers
tabled||a small table, with every row measured
computed||a network computes there what it computes here
private||the table does not have the phone's serial number
host_killed||a profile whose computer fails goes on where it was
cable_pulled|Will you pull the cable for a moment when you are told to?|a profile goes on when the cable is back
restarted|May the phone be restarted? You will have to unlock it.|a profile goes on when the phone has started again
restored||the phone's settings are what they were
cleaned||nothing is left on the phone
END

if [ -n "$failed" ]; then
	say "failed:$failed. Send the folder $out: docs/check-phone.md says how."
	exit 1
fi
say "All that was tried works. What was skipped is not known."
