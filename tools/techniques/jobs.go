package main

import (
	"fmt"
	"strings"
)

// network has three residual blocks, about as many as a search in the demo's
// space finds.
const network = `version: 1
name: study
input: {channels: 1, height: 28, width: 28}
classes: 10
rounding: {divisor: 4}
blocks:
  - {kind: conv, out: 16, kernel: 3, stride: 2, act: hswish}
  - {kind: ir, out: 16, kernel: 3, expansion: 3, act: hswish}
  - {kind: ir, out: 24, kernel: 5, stride: 2, expansion: 4, act: hswish}
  - {kind: ir, out: 24, kernel: 3, expansion: 4, act: hswish}
  - {kind: ir, out: 40, kernel: 5, stride: 2, expansion: 4, act: hswish}
  - {kind: ir, out: 40, kernel: 3, expansion: 4, act: hswish}
head: {bias: true}
`

// part is a part of Fashion-MNIST: a number of training images of each class from
// `from` up to `to`, and all test images of these classes.
type part struct {
	name     string
	from, to int
	images   int
}

var (
	few    = part{"few", 0, 10, 600}    // to try the techniques on
	all    = part{"all", 0, 10, 6000}   // to try the helpful ones on
	source = part{"source", 0, 5, 3000} // for pretraining
	target = part{"target", 5, 10, 50}  // for fine-tuning
	parts  = []part{few, all, source, target}
)

// variant is a way to train; the others of a study are compared with its first.
type variant struct {
	name  string
	flags string
}

// study is one table: ways to train on a part.
type study struct {
	name     string
	data     part
	common   string // flags of all variants
	variants []variant
}

// everything has every technique, each weaker than on its own.
const everything = "--crop-scale 0.7 --trivial-augment --mixup 0.1 --drop-path 0.05 --dropout 0.1 --ema 0.99"

// carried starts from the pretraining with the same seed, whose classes have the
// same names as the target's: numbers.
const carried = "--init-from SOURCE --new-classifier "

// studies are done in this order.
var studies = []study{
	{"techniques", few, "--epochs 30 --batch 64", []variant{
		{"none", ""},
		{"ema 0.99", "--ema 0.99"},
		{"ema 0.999", "--ema 0.999"},
		{"drop-path 0.1", "--drop-path 0.1"},
		{"dropout 0.2", "--dropout 0.2"},
		{"mixup 0.2", "--mixup 0.2"},
		{"pad-crop 2", "--pad-crop 2"},
		{"crop-scale 0.7", "--crop-scale 0.7"},
		{"trivial-augment", "--trivial-augment"},
		{"all", everything},
	}},
	{"defaults", all, "--epochs 10 --batch 64", []variant{
		{"none", ""},
		{"pad-crop 2", "--pad-crop 2"},
		{"trivial-augment", "--trivial-augment"},
	}},
	pretraining,
	{"transfer", target, "--epochs 60 --batch 32", []variant{
		{"random weights", "--lr 0.1"},
		{"random weights, lr 0.02", "--lr 0.02"},
		{"init-from", carried + "--lr 0.1"},
		{"init-from, lr 0.02", carried + "--lr 0.02"},
		{"init-from, lr 0.02, normalise data", carried + "--lr 0.02 --normalise data"},
		{"freeze 3, lr 0.02", carried + "--lr 0.02 --freeze 3"},
		{"freeze backbone", carried + "--lr 0.1 --freeze backbone"},
		{"freeze backbone, lr 0.5", carried + "--lr 0.5 --freeze backbone"},
		{"init-from, lr 0.02, ema 0.99", carried + "--lr 0.02 --ema 0.99"},
		{"init-from, lr 0.02, all", carried + "--lr 0.02 " + everything},
	}},
}

var pretraining = study{"pretraining", source, "--epochs 8 --batch 64", []variant{{"source", ""}}}

// job is one training.
type job struct {
	study   study
	variant variant
	seed    int
}

// plan lists the trainings of all studies, seed by seed, so that the first
// results cover every variant.
func plan(seeds int) []job {
	var jobs []job
	for _, s := range studies {
		for seed := 1; seed <= seeds; seed++ {
			for _, v := range s.variants {
				jobs = append(jobs, job{s, v, seed})
			}
		}
	}
	return jobs
}

// run is the folder of the job's training.
func (j job) run() string {
	return fmt.Sprintf("%s/%s-%d", j.study.name, strings.NewReplacer(" ", "-", ",", "").Replace(j.variant.name), j.seed)
}

// args are those of `fbnas train`, except -o, in the folder of the study.
func (j job) args() []string {
	flags := strings.Fields(j.study.common + " " + j.variant.flags)
	pretrained := job{pretraining, pretraining.variants[0], j.seed}.run()
	for i, f := range flags {
		if f == "SOURCE" {
			flags[i] = pretrained
		}
	}
	return append([]string{"train", "study.yaml", "--data", j.study.data.name, "--seed", fmt.Sprint(j.seed), "--json"}, flags...)
}
