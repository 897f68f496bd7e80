package report

import (
	"fmt"
	"os"
	"path/filepath"

	"fbnas/card"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// loadModel keeps an exported file until the networks are known; other ONNX files
// are ignored.
func (l *loader) loadModel(path string) error {
	m, err := onnx.Read(path)
	if err != nil {
		return err
	}
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if md.Architecture == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file := model{export: Export{
		Path: path, Bytes: info.Size(), Opset: int(m.Opset("")), IRVersion: int(m.Proto.GetIrVersion()),
		Nodes: len(m.Proto.GetGraph().GetNode()),
	}}
	if p := md.Parity; p != nil {
		file.export.ParityDiff, file.export.ParityInputs = p.MaxAbsDiff, p.Inputs
	}
	if q := md.Quantization; q != nil {
		file.export.Int8Diff, file.export.Int8Inputs = q.MaxAbsDiff, q.Compared
	}
	if a := md.Accuracy; a != nil {
		file.export.Top1, file.export.TestImages = a.Top1, a.Images
	}
	file.latency = md.Latency
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return fmt.Errorf("architecture in %s: %w", path, err)
	}
	file.arch = arch
	l.models = append(l.models, file)
	return nil
}

// model is an exported file.
type model struct {
	export  Export
	arch    models.Arch
	latency *onnxexport.Latency // stated by the file
}

// addModel finds the network of a file: the one that names it, otherwise the first
// with that architecture whose file is not known, otherwise a new one.
func (l *loader) addModel(m model) error {
	name := filepath.Base(m.export.Path)
	if n := l.exported(name); n != nil {
		if n.Export.Top1 > 0 { // an evaluation of the file is newer than its own statement
			m.export.Top1, m.export.TestImages = n.Export.Top1, n.Export.TestImages
		}
		n.file(m)
		return nil
	}
	resolved, err := m.arch.Resolve()
	if err != nil {
		return fmt.Errorf("architecture in %s: %w", m.export.Path, err)
	}
	blocks := card.Blocks(resolved)
	for i := range l.Networks {
		if n := &l.Networks[i]; n.Export == nil && sameBlocks(n.Blocks, blocks) {
			n.file(m)
			return nil
		}
	}
	counts := models.Count(resolved)
	n := Network{Name: name, MACs: counts.MACs, Params: counts.Params, Blocks: blocks}
	n.file(m)
	l.Networks = append(l.Networks, n)
	return nil
}

// file adds a file, and the latencies that it states if no others are known.
func (n *Network) file(m model) {
	n.Export = &m.export
	s := m.latency
	if s == nil {
		return
	}
	if n.PredictedUS == 0 {
		n.PredictedUS = s.PredictedUS
	}
	if n.Bench == nil && s.MeasuredUS > 0 {
		n.Bench = &Bench{Device: s.Device, LatencyUS: s.MeasuredUS}
	}
}

// exported is the network whose file has that base name.
func (l *loader) exported(name string) *Network {
	for i := range l.Networks {
		if e := l.Networks[i].Export; e != nil && filepath.Base(e.Path) == name {
			return &l.Networks[i]
		}
	}
	return nil
}
