package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/onnxexport"
)

type verifyOptions struct {
	engine  string
	device  string
	weights string
	data    string
	root    string
}

func verifyVerb(a *app) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify MODEL.onnx",
		Short: "Check that an exported file computes what was trained",
		Long: "Repeat the comparison of an export: run the file in ONNX Runtime and hold its logits\n" +
			"against those of the engine that trained, on images of the data. The weights are\n" +
			"those of --weights or of the finished training under ./runs that the file states\n" +
			"by its digest.",
		Example: "  fbnas verify model.onnx\n" +
			"  fbnas verify model.onnx --weights runs/train-1/weights.safetensors --data photos/",
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.StringVar(&o.engine, "engine", "ort", "what runs the file: ort")
	f.StringVar(&o.device, "device", "local", "where: local")
	f.StringVar(&o.weights, "weights", "", "the weights.safetensors of the training (default: looked for in --root)")
	f.StringVar(&o.data, "data", "", "`data` set to compare on (default: what the network was trained on)")
	f.StringVar(&o.root, "root", "runs", "`folder` to look for the training in")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		r, err := o.run(ctx, a, args[0])
		if r.Inputs == 0 {
			return nil, err // nothing was compared
		}
		return r, err
	})
	return cmd
}

type verifyResult struct {
	Path   string `json:"path"`
	From   string `json:"from"` // the weights that the file was held against
	Engine string `json:"engine"`
	parityInfo
}

func (o verifyOptions) run(ctx context.Context, a *app, path string) (verifyResult, error) {
	r := verifyResult{Path: path, Engine: o.engine}
	if o.engine != "ort" {
		return r, fault.New(fault.Usage, "Leave out --engine: ort is what this version verifies.", "no engine %q in this version", o.engine)
	}
	if err := onlyLocal(o.device); err != nil {
		return r, err
	}
	m, md, err := exported(path)
	if err != nil {
		return r, err
	}
	if md.Weights != onnxexport.WeightsDigest(m) {
		return r, fault.New(fault.Failure, "Export it again.", "%s was changed: its weights are not those that it was exported with", path)
	}
	t, err := o.origin(a, path, md)
	if err != nil {
		return r, err
	}
	r.From = t.path
	data := cmp.Or(o.data, t.data)
	images, err := comparison(ctx, a, t, data)
	if err != nil {
		return r, err
	}
	proof, err := proofOf(t, images)
	if err != nil {
		return r, err
	}
	defer proof.close()
	parity, err := onnxexport.Verify(ctx, m, proof.Proof)
	r.parityInfo = parityOf(parity, data != "")
	switch {
	case err == nil:
		return r, nil
	case parity.Inputs > 0 && fault.CodeOf(err) == fault.Failure:
		return r, fault.New(fault.Failure, "If the file was changed, export it again. If not, the runtime computes it differently: please report its version.",
			"verify %s: %w", path, err)
	}
	return r, fmt.Errorf("verify %s: %w", path, err)
}

// origin finds the network that a file was exported from: the one whose export
// has the same weights.
func (o verifyOptions) origin(a *app, path string, md onnxexport.Metadata) (trained, error) {
	if o.weights != "" {
		t, err := trainedFile(o.weights)
		if err != nil {
			return t, err
		}
		if same, err := exportsTo(t, md); err != nil || !same {
			return t, errors.Join(err, fault.New(fault.Failure, "Give the weights that it was exported from.",
				"%s was not exported from %s: the weights differ", path, o.weights))
		}
		return t, nil
	}
	runs, err := finishedTrainings(a, o.root)
	if err != nil {
		return trained{}, err
	}
	for _, run := range runs {
		t, err := trainedRun(run)
		if err != nil {
			a.log.Warn("a training cannot be read", "run", run, "error", err)
			continue
		}
		if same, err := exportsTo(t, md); err != nil || same {
			return t, err
		}
	}
	return trained{}, fault.New(fault.Usage, "Give --weights W.safetensors, or --root where the training's folder is. Random weights are not kept: such a file cannot be verified again.",
		"none of the %d finished trainings under %s has the weights of %s", len(runs), o.root, path)
}

// exportsTo reports whether a network's export has the weights that a file's
// metadata state.
func exportsTo(t trained, md onnxexport.Metadata) (bool, error) {
	if string(t.Arch.YAML()) != md.Architecture {
		return false, nil
	}
	m, err := onnxexport.Export(onnxexport.Spec{Name: t.Arch.Name, Blocks: t.blocks, Weights: t.Values})
	if err != nil {
		return false, err
	}
	return onnxexport.WeightsDigest(m) == md.Weights, nil
}

// onlyLocal refuses devices that this version does not reach.
func onlyLocal(device string) error {
	if device == "local" {
		return nil
	}
	return fault.New(fault.Device, "Leave out --device: this version runs files on this machine.", "device %s is not reached by this version", device)
}

func (r verifyResult) Text(w io.Writer) error {
	return writeFacts(w, fact{"model", r.Path}, fact{"weights", r.From}, fact{"parity", r.parityInfo})
}
