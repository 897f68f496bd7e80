package ort

import (
	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/internal/fault"
	"fbnas/internal/ortc"
)

// Provider is the execution provider that computes an engine's programs.
type Provider string

const (
	// CPU is in every library.
	CPU Provider = "cpu"
	// CUDA needs ONNX Runtime's GPU package, an NVIDIA GPU, CUDA and cuDNN
	// (docs/decisions/cuda.md: never tried on such a machine).
	CUDA Provider = "cuda"
)

// cudaOptions: float32 as on every other provider, not TF32; convolution
// algorithms chosen by a rule, not by timing, which would differ from run to
// run; an arena that grows by the requested amount.
var cudaOptions = map[string]string{
	"device_id":              "0",
	"use_tf32":               "0",
	"cudnn_conv_algo_search": "HEURISTIC",
	"arena_extend_strategy":  "kSameAsRequested",
}

// place is the memory of a provider's states; nil is Go's.
func (p Provider) place() *ortc.Place {
	if p == CUDA {
		return &ortc.Place{Memory: "Cuda", CUDA: cudaOptions}
	}
	return nil
}

// use puts the provider before the CPU's, which gets the nodes without a kernel there.
func (p Provider) use(s *ortgo.SessionOptions) error {
	if p != CUDA {
		return nil
	}
	o, err := ortgo.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer o.Destroy()
	if err := o.Update(cudaOptions); err != nil {
		return err
	}
	return s.AppendExecutionProviderCUDA(o)
}

// open opens the memory for states; nil if it is Go's.
func (p Provider) open(library string) (*ortc.Device, error) {
	switch p {
	case CPU, "":
		return nil, nil
	case CUDA:
	default:
		return nil, fault.New(fault.Usage, "Use cpu or cuda.", "there is no execution provider %q", string(p))
	}
	d, err := openDevice(*p.place())
	if err != nil {
		return nil, fault.New(fault.Device,
			"Set FBNAS_ORT_LIB to the library of ONNX Runtime's GPU package, with libonnxruntime_providers_shared.so and libonnxruntime_providers_cuda.so "+
				"beside the library and CUDA and cuDNN on LD_LIBRARY_PATH; nvidia-smi must show the GPU. Without --ep the CPU is used.",
			"use the CUDA provider of %s: %w", library, err)
	}
	return d, nil
}

// Check returns an error that says why the engine cannot use the provider.
func (p Provider) Check(library string) error {
	if err := load(library); err != nil {
		return err
	}
	d, err := p.open(library)
	if d != nil {
		d.Close()
	}
	return err
}
