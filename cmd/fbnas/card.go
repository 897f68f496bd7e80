package main

import (
	"os"
	"path/filepath"

	"fbnas/card"
	"fbnas/internal/atomicfile"
	"fbnas/internal/rundir"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
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
func (r *exportResult) writeCard(t job.Model, md onnxexport.Metadata, from *origin) error {
	path := card.Path(r.Path)
	r.Card = &path
	c, err := r.card(t, md, from)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, c.Write)
}

func (r *exportResult) card(t job.Model, md onnxexport.Metadata, from *origin) (card.Card, error) {
	p := t.Preprocessing
	in := card.Input{Channels: p.Channels, Height: p.Height, Width: p.Width, Mean: p.Mean, Std: p.Std, Pixels: r.Input == onnxexport.PixelsNHWC}
	if r.Batch != nil {
		in.Batch = *r.Batch
	}
	c := card.Card{
		Name: t.Arch.Name, File: filepath.Base(r.Path), LabelsFile: filepath.Base(onnxexport.LabelsPath(r.Path)),
		Tool: md.Tool, Data: t.DataName(), Input: in, Precision: md.Precision,
		Classes: t.Classes, MACs: r.MACs, Params: r.Params,
		Export: &card.Export{Bytes: r.Bytes, Opset: int(r.Opset), IRVersion: int(r.IRVersion)},
		Train:  &card.Train{},
		Blocks: card.Blocks(t.Blocks),
	}
	if acc := md.Accuracy; acc != nil {
		c.Train.Top1, c.Train.TestImages, c.TestData = acc.Top1, acc.Images, acc.Data
	}
	if p := md.Parity; p != nil {
		c.Export.ParityDiff, c.Export.ParityInputs = p.MaxAbsDiff, p.Inputs
	}
	if r.Int8 != nil {
		c.Int8 = r.Int8.card(r.Bytes)
		if r.MaxAbsDiff != nil { // of the float model
			c.Export.ParityDiff, c.Export.ParityInputs = *r.MaxAbsDiff, r.Inputs
		}
	}
	if t.Run != "" {
		config, err := rundir.ReadConfig[job.TrainConfig](t.Run)
		if err != nil {
			return c, err
		}
		if config.Initial == "" { // the card says: from random weights
			c.Train.Epochs = config.Train.Epochs
		}
	}
	if l := md.Latency; l != nil {
		c.Latency = &card.Latency{Device: l.Device, Runtime: l.Runtime, Table: l.Table[:min(12, len(l.Table))], MeasuredUS: l.MeasuredUS, PredictedUS: l.PredictedUS,
			ErrorUS: l.ErrorUS, ErrorOrigin: lut.Origin(l.ErrorOrigin), Rows: l.Rows, PredictedRows: l.PredictedRows}
	}
	var err error
	if from != nil {
		c.Search, err = from.card()
	}
	return c, err
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
