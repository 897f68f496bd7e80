package ort

import (
	"fbnas/internal/fault"
)

// Dialect is how programs are lowered to ONNX; the last bits of results differ
// between dialects.
type Dialect string

const (
	// Auto is Blocked if this processor has the kernels and computes the programs, else Std.
	Auto Dialect = "auto"
	// Std is plain ONNX.
	Std Dialect = "std"
	// Blocked uses ONNX Runtime's own kernels for blocks of channels. A program
	// that does not fit the block (its batch is no multiple of it) is Std.
	Blocked Dialect = "blocked"
)

// resolve is the block of the kernels to use; 0 is Std.
func (d Dialect) resolve(o Options) (block int, err error) {
	onCPU := o.Provider != CUDA
	switch d {
	case Std:
		return 0, nil
	case Auto, "":
		if onCPU {
			return blockSize(o), nil
		}
		return 0, nil
	case Blocked:
		if !onCPU {
			return 0, fault.New(fault.Usage, "Omit --dialect, or give --dialect std.",
				"the blocked dialect is written for the CPU's kernels, which --ep %s does not have", string(o.Provider))
		}
		if block = blockSize(o); block == 0 {
			return 0, fault.New(fault.Usage, "Use --dialect std, which computes the same and is slower.",
				"ONNX Runtime has no kernels for blocks of channels on this processor")
		}
		return block, nil
	}
	return 0, fault.New(fault.Usage, "Use auto, std or blocked.", "there is no dialect %q", string(d))
}

// Dialect is the dialect that the engine lowers to, Std or Blocked, and the block
// of the latter's kernels, in channels.
func (e *Engine) Dialect() (d Dialect, block int) {
	if e.block == 0 {
		return Std, 0
	}
	return Blocked, e.block
}
