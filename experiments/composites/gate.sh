#!/bin/sh
# Is the architecture worth anything on this data set? Trains one plain network, like
# MobileNetV2, at half and full width and at half and full size of the pictures, all
# alike, and compares them: the gate is 3 points more from half to full width (at full
# size) and 3 points more from half to full size (at full width), on average over the
# seeds; its exit status is 1 below that. Run from the repository's root:
#
#	experiments/composites/gate.sh DATA RUNS
#
# DATA is what the generator made, RUNS a folder for the trainings. Interrupted, it
# goes on where it stopped. FBNAS is the program (default bin/fbnas), EPOCHS, BATCH, LR
# and SEEDS are those of the trainings.
set -eu

data=$1
runs=$2
fbnas=${FBNAS:-bin/fbnas}
size=$(sed -n 's/^  "size": \([0-9]*\),$/\1/p' "$data/composites.json")
mkdir -p "$runs"
lines=$runs/gate.txt
: >"$lines"

# network HALVINGS SIDE: the plain network with its widths halved so often.
network() {
	w() { echo $(($1 >> halvings)); }
	halvings=$1
	cat <<-YAML
		version: 1
		name: plain
		input: {channels: 3, height: $2, width: $2}
		classes: 10
		rounding: {divisor: 4}
		blocks:
		  - {kind: conv, out: $(w 16), kernel: 3, stride: 2, act: relu}
		  - {kind: ir, out: $(w 16), kernel: 3, expansion: 1, act: relu}
		  - {kind: ir, out: $(w 24), kernel: 3, stride: 2, expansion: 4, act: relu}
		  - {kind: ir, out: $(w 24), kernel: 3, expansion: 4, act: relu}
		  - {kind: ir, out: $(w 40), kernel: 3, stride: 2, expansion: 4, act: relu}
		  - {kind: ir, out: $(w 40), kernel: 3, expansion: 4, act: relu}
		  - {kind: ir, out: $(w 64), kernel: 3, stride: 2, expansion: 4, act: relu}
		  - {kind: ir, out: $(w 64), kernel: 3, expansion: 4, act: relu}
		  - {kind: conv, out: $(w 256), kernel: 1, act: relu}
		head: {bias: true}
	YAML
}

# field NAME FILE: a number of a document.
field() { sed -n "s/.*\"$1\": *\\([0-9.]*\\).*/\\1/p" "$2" | head -n 1; }

for seed in ${SEEDS:-1}; do
	for side in $((size / 2)) "$size"; do
		for halvings in 1 0; do
			run=$runs/$side-$halvings-$seed
			if [ ! -e "$run/summary.json" ]; then
				how="$run.yaml --data $data --epochs ${EPOCHS:-10} --batch ${BATCH:-64} --lr ${LR:-0.1} --seed $seed -o $run"
				if [ -e "$run/config.yaml" ]; then
					how="--resume -o $run"
				else
					network "$halvings" "$side" >"$run.yaml"
				fi
				# $how is words.
				# shellcheck disable=SC2086
				"$fbnas" train $how >&2
			fi
			echo "$side $halvings $(field top1 "$run/summary.json")" >>"$lines"
			echo "$side px, width 1/$((1 << halvings)), seed $seed: $(field top1 "$run/summary.json") top-1, $(field macs "$run/summary.json") MACs, $(field seconds "$run/summary.json") s"
		done
	done
done

awk -v size="$size" '
	{ sum[$1 " " $2] += $3; n[$1 " " $2]++ }
	function mean(side, halvings) { return 100 * sum[side " " halvings] / n[side " " halvings] }
	END {
		half = int(size / 2)
		width = mean(size, 0) - mean(size, 1)
		pixels = mean(size, 0) - mean(half, 0)
		printf "width: %+.1f points at %d px (%+.1f at %d px); size: %+.1f points at full width (%+.1f at half)\n",
			width, size, mean(half, 0) - mean(half, 1), half, pixels, mean(size, 1) - mean(half, 1)
		exit !(width >= 3 && pixels >= 3)
	}' "$lines"
