#!/bin/sh
# How much of the plain dialect's time the demo's search and training take in
# the blocked one: equal settings, in turns, one JSON line a job and the ratio
# at the end. Needs the demo's table (make demo). SEARCH_EPOCHS and TRAIN_EPOCHS
# as in demo.sh.
set -eu

fbnas=bin/fbnas
table=runs/demo/demo.lut
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# seconds DIALECT JOB ARGS...: runs fbnas ARGS; its seconds on stdout and in the total.
seconds() {
	dialect=$1 job=$2
	shift 2
	begun=$(date +%s%N)
	"$fbnas" "$@" --dialect "$dialect" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
	took=$((($(date +%s%N) - begun) / 1000000))
	echo "$took" >>"$work/$dialect"
	echo "{\"dialect\":\"$dialect\",\"job\":\"$job\",\"seconds\":$((took / 1000)).$(printf %03d $((took % 1000)))}"
}

for dialect in blocked std; do
	seconds $dialect search search --lut "$table" --data fashion-mnist --target 45% --epochs "${SEARCH_EPOCHS:-3}" -o "$work/search-$dialect"
done
for dialect in std blocked; do
	seconds $dialect train train "$work/search-blocked" --data fashion-mnist --epochs "${TRAIN_EPOCHS:-10}" --batch 128 --lr 0.2 -o "$work/train-$dialect"
done
total() { awk '{ s += $1 } END { print s }' "$work/$1"; }
awk "BEGIN { printf \"{\\\"ratio_blocked_to_std\\\":%.3f}\\n\", $(total blocked) / $(total std) }"
