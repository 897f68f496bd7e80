package agent

import (
	"math"
	"strings"
	"testing"
)

const profile = `[
{"cat" : "Session","name" :"model_loading_array","dur" :100,"args" : {}},
{"cat" : "Node","name" :"conv_kernel_time","dur" :500,"args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider"}},
{"cat" : "Node","name" :"conv_fence_before","dur" :7,"args" : {"op_name" : "Conv"}},
{"cat" : "Node","name" :"add_kernel_time","dur" :90,"args" : {"op_name" : "Add","provider" : "CPUExecutionProvider"}},
{"cat" : "Node","name" :"conv_kernel_time","dur" :60,"args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider"}},
{"cat" : "Node","name" :"other_kernel_time","dur" :1,"args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider"}},
{"cat" : "Node","name" :"add_kernel_time","dur" :20,"args" : {"op_name" : "Add","provider" : "CPUExecutionProvider"}},
{"cat" : "Node","name" :"other_kernel_time","dur" :20,"args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider"}}
]`

func TestSharesOf(t *testing.T) {
	list, err := sharesOf(strings.NewReader(profile), 1)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for i, want := range []struct {
		op    string
		nodes int
		share float64
	}{{"Conv", 2, 0.8}, {"Add", 1, 0.2}} {
		if got := list[i]; got.Op != want.op || got.Nodes != want.nodes || math.Abs(got.Share-want.share) > 1e-12 || got.Provider != "CPUExecutionProvider" {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for name, text := range map[string]string{"no list": `{}`, "cut": profile[:200], "nothing": ""} {
		if list, err := sharesOf(strings.NewReader(text), 1); err == nil {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func FuzzSharesOf(f *testing.F) {
	f.Add(profile, 1)
	f.Fuzz(func(t *testing.T, text string, skip int) {
		list, err := sharesOf(strings.NewReader(text), skip)
		total := 0.0
		for _, s := range list {
			total += s.Share
		}
		if err == nil && !(total <= 1+1e-9) {
			t.Errorf("shares of %g", total)
		}
	})
}
