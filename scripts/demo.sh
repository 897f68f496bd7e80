#!/bin/sh
# The main job, command by command, as a user would type it: measure this
# machine, search against the table, train, export, check. Run by `make demo`
# from the repository's root. Interrupted, it goes on where it stopped; a
# finished stage is not repeated. Remove runs/demo to start anew.
set -eu

out=runs/demo
fbnas=bin/fbnas
search_epochs=${SEARCH_EPOCHS:-3}
training="--data fashion-mnist --epochs ${TRAIN_EPOCHS:-10} --batch 128 --lr 0.2"
mkdir -p "$out"

# stage NAME ARGS...: runs fbnas ARGS with its JSON document kept as NAME.json,
# unless an earlier run of the demo has finished it.
stage() {
	name=$1
	shift
	if [ -e "$out/$name.json" ]; then
		echo "== $name: done before ($out/$name.json)" >&2
		return
	fi
	echo "== fbnas $*" >&2
	status=0
	"$fbnas" --json "$@" >"$out/$name.json.part" || status=$?
	# A file that misses its target (3) has its figures; the report shows them.
	if [ "$status" -ne 0 ] && ! { [ "$name" = bench ] && [ "$status" -eq 3 ]; }; then
		cat "$out/$name.json.part" >&2
		exit "$status"
	fi
	mv "$out/$name.json.part" "$out/$name.json"
}

# resume RUN: the options that start a run there, or go on with it.
resume() {
	if [ -e "$1/config.yaml" ]; then
		echo "--resume -o $1"
	else
		echo "-o $1"
	fi
}

# --allow-noisy: the machine may be shared or virtual; the table is marked then.
stage profile profile --device local --space demo -o "$out/demo.lut" --allow-noisy
stage search search --lut "$out/demo.lut" --data fashion-mnist --target 45% --epochs "$search_epochs" $(resume "$out/search")
stage train train "$out/search" $training $(resume "$out/train")
stage export export "$out/model.onnx" --from "$out/train" --lut "$out/demo.lut"
stage verify verify "$out/model.onnx" --engine onnx-go
stage eval eval "$out/model.onnx" --data fashion-mnist

# The same training for a network made by hand.
stage baseline baseline uniform --lut "$out/demo.lut" --like "$out/search" -o "$out/baseline.yaml"
stage train-baseline train "$out/baseline.yaml" $training $(resume "$out/baseline")
stage export-baseline export "$out/baseline.onnx" --from "$out/baseline" --lut "$out/demo.lut"
stage eval-baseline eval "$out/baseline.onnx" --data fashion-mnist

target=$(sed -n 's/.*"target_us":\([0-9.]*\).*/\1/p' "$out/search.json")us
stage bench bench "$out/model.onnx" "$out/baseline.onnx" --device local --lut "$out/demo.lut" --target "$target" --allow-noisy

"$fbnas" report "$out" -o "$out/report.html" --summary "$out/summary.json"
