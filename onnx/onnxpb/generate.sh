#!/bin/sh
# Makes onnx.pb.go from onnx.proto. Needs protoc; the Go plugin is built here,
# at the version of the runtime in go.mod, so that the two always agree.
set -eu
cd "$(dirname "$0")"

if ! command -v protoc >/dev/null 2>&1; then
	echo "generate onnx.pb.go: protoc is missing; install it with: apt-get install protobuf-compiler" >&2
	exit 1
fi

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
go build -o "$tools/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go
protoc --plugin="$tools/protoc-gen-go" --go_out=. --go_opt=paths=source_relative onnx.proto
