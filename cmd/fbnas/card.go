package main

import (
	"os"
	"path/filepath"

	"fbnas/card"
	"fbnas/internal/atomicfile"
	"fbnas/internal/rundir"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/models"
	"fbnas/onnxexport"
)

// warnOfCard tells of a card that an earlier file has left, and that says of
// this one what is not so.
func warnOfCard(a *app, path string) {
	there := card.Path(path)
	if _, err := os.Stat(there); err == nil {
		a.log.Warn("the model card beside it is of an earlier file", "card", there)
	}
}

// writeCard writes the model card beside the file.
func (r *exportResult) writeCard(t job.Model, says onnxexport.Metadata, form onnxexport.Form, from *origin, licence string) error {
	path := card.Path(r.Path)
	r.Card = &path
	c := card.Card{
		Name: t.Arch.Name, Says: says, Parity: says.Parity, Data: t.DataName(), MACs: r.MACs, Params: r.Params, Blocks: card.Blocks(t.Blocks), Licence: licence,
		File: card.File{Name: filepath.Base(r.Path), Labels: filepath.Base(onnxexport.LabelsPath(r.Path)), Bytes: r.Bytes, IRVersion: int(r.IRVersion), Form: form},
	}
	if i := r.Int8; i != nil {
		c.Int8 = &card.Int8{FloatBytes: i.FloatBytes, FloatLatencyUS: i.FloatLatencyUS, Warnings: i.Warnings}
		if r.MaxAbsDiff != nil { // of the float model
			c.Parity = &onnxexport.Parity{MaxAbsDiff: *r.MaxAbsDiff, Inputs: r.Inputs}
		}
	}
	if t.Run != "" {
		config, err := rundir.ReadConfig[job.TrainConfig](t.Run)
		if err != nil {
			return err
		}
		if config.Initial == "" { // the card says: from random weights
			c.Epochs = config.Train.Epochs
		}
	}
	if from != nil {
		var err error
		if c.Search, err = from.card(); err != nil {
			return err
		}
	}
	return atomicfile.Write(path, c.Write)
}

// card is the part of the model card.
func (o *origin) card() (*card.Search, error) {
	space, err := models.ParseSpace([]byte(o.config.Space))
	if err != nil {
		return nil, err
	}
	kind := ""
	if o.precision() != latency.FP32 {
		kind = o.precision()
	}
	return &card.Search{
		Precision: kind,
		Space:     space.Name, Log10Architectures: o.summary.Log10Architectures,
		TargetUS: o.found.Target, LimitUS: o.found.Limit, Seed: o.summary.Seed,
	}, nil
}
