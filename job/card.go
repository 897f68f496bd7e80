package job

import (
	"path/filepath"

	"fbnas/card"
	"fbnas/internal/atomicfile"
	"fbnas/internal/rundir"
	"fbnas/latency"
	"fbnas/models"
	"fbnas/onnxexport"
)

// writeCard writes the model card beside the file.
func (x *export) writeCard(form onnxexport.Form) error {
	r, t := x.result, x.model
	path := card.Path(r.Path)
	r.Card = &path
	c := card.Card{
		Name: t.Arch.Name, Metadata: x.file.Metadata, Parity: x.file.Metadata.Parity, Data: t.DataName(), MACs: r.MACs, Params: r.Params, Blocks: card.Blocks(t.Blocks), Licence: x.Licence,
		File: card.File{Name: filepath.Base(r.Path), Labels: filepath.Base(onnxexport.LabelsPath(r.Path)), Bytes: r.Bytes, IRVersion: int(r.IRVersion), Form: form},
	}
	if i := r.Int8; i != nil {
		c.Int8 = &card.Int8{FloatBytes: i.FloatBytes, FloatLatencyUS: i.FloatLatencyUS, Warnings: i.Warnings}
		if r.MaxAbsDiff != nil { // of the float model
			c.Parity = &onnxexport.Parity{MaxAbsDiff: *r.MaxAbsDiff, Inputs: r.Inputs}
		}
	}
	if t.Run != "" {
		config, err := rundir.ReadConfig[TrainConfig](t.Run)
		if err != nil {
			return err
		}
		if config.Initial == "" { // empty means random weights, which the card states
			c.Epochs = config.Train.Epochs
		}
	}
	if x.foundBy != nil {
		var err error
		if c.Search, err = x.foundBy.card(); err != nil {
			return err
		}
	}
	return atomicfile.Write(path, c.Write)
}

// card is the search as the model card describes it.
func (o *originSearch) card() (*card.Search, error) {
	space, err := models.ParseSpace([]byte(o.config.Space))
	if err != nil {
		return nil, err
	}
	s := &card.Search{
		Space: space.Name, Log10Architectures: o.summary.Log10Architectures,
		TargetUS: o.found.Target, LimitUS: o.found.Limit, Seed: o.summary.Seed,
	}
	if o.precision() != latency.FP32 {
		s.Precision = o.precision()
	}
	return s, nil
}
