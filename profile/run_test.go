package profile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

func TestProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	d := newDevice()
	broken, graph, _ := export(ir(16, 96, 16, 8, 1))
	d.Fails = map[string]latency.Failure{broken.Digest(): {Digest: broken.Digest(), Kind: "crash", Detail: "signal 11"}}
	p := plan()
	p.Networks = nil
	var last profile.Progress
	o := options()
	o.Progress = func(p profile.Progress) { last = p }
	rep, err := profile.Run(t.Context(), d, p, path, o)
	if err != nil {
		t.Fatal(err)
	}
	// 12 inverted residuals and the head at four numbers of classes; the identity has no row.
	if rep.Rows != 16 || rep.Measured != 15 || rep.Failed != 1 || rep.Reused != 0 || rep.Noisy != "" {
		t.Errorf("report %+v", rep)
	}
	if last.Done == 0 || last.Done != last.Total {
		t.Errorf("progress ended at %d of %d groups", last.Done, last.Total)
	}
	table, err := lut.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range space() {
		us, errUS, err := table.Latency(b)
		switch {
		case b == ir(16, 96, 16, 8, 1):
			if row, _ := table.Row(b); !errors.Is(err, lut.ErrFailed) || !strings.Contains(err.Error(), "signal 11") || row.Graph != graph {
				t.Errorf("failed block: %v", err)
			}
		case b.Identity():
			if us != 0 || err != nil {
				t.Errorf("identity: %v us, %v", us, err)
			}
		case err != nil || math.Abs(us/alone(b)-1) > 0.01 || !(errUS > 0) || errUS > 0.02*us:
			t.Errorf("%s %d: %.2f ± %.2f us (%v), truly %.2f", b.Kind, b.Mid, us, errUS, err, alone(b))
		}
	}
}

func TestProfileCalibratesAndValidates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	rep := mustProfile(t, newDevice(), path)
	c, v := rep.Table.Calibration, rep.Table.Validation
	if c == nil || c.Form != lut.Linear || *c.LinearLOO >= *c.OffsetLOO {
		t.Errorf("calibration %+v", c)
	}
	if v == nil || v.N != 20 || v.MAPE > 0.01 || v.Spearman < 0.99 || v.MACsOnly == nil || v.MACsOnly.MAPE < v.MAPE {
		t.Errorf("validation %+v", v)
	}
	read, err := lut.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	net := network(1, []models.Block{ir(8, 32, 16, 16, 2), ir(16, 48, 16, 8, 1), identity, head(16, 8, 40)})
	e, err := read.Predict(net.Blocks)
	truth := trueBase
	sum := read.Base()
	for _, b := range net.Blocks {
		truth += inside(b)
		cost, err := read.BlockCost(b)
		if err != nil {
			t.Fatal(err)
		}
		sum += cost.Cost
	}
	if err != nil || math.Abs(e.Cost/truth-1) > 0.02 || math.Abs(*e.Error-v.P95Error*e.Cost) > 1e-9 || math.Abs(sum-e.Cost) > 1e-9 {
		t.Errorf("predicted %+v (%v), base and blocks %.1f, truly %.1f", e, err, sum, truth)
	}
}

// TestResumeAtAnyRound: an interrupted profile ends in exactly the file of an
// uninterrupted one, and measures no round twice.
func TestResumeAtAnyRound(t *testing.T) {
	dir := t.TempDir()
	whole := newDevice()
	mustProfile(t, whole, filepath.Join(dir, "whole.lut"))
	want, err := os.ReadFile(filepath.Join(dir, "whole.lut"))
	if err != nil {
		t.Fatal(err)
	}
	for k := range whole.Measured {
		path := filepath.Join(dir, "cut.lut")
		os.Remove(path)
		ctx, cancel := context.WithCancel(t.Context())
		first := newDevice()
		first.Cancel, first.After = cancel, k
		_, err := profile.Run(ctx, first, plan(), path, options())
		if fault.CodeOf(err) != fault.Interrupted || !strings.Contains(fault.HintOf(err), options().Command) {
			t.Fatalf("cut at %d: error %v (hint %q)", k, err, fault.HintOf(err))
		}
		second := newDevice()
		mustProfile(t, second, path)
		if first.Measured+second.Measured != whole.Measured {
			t.Fatalf("cut at %d: %d rounds, then %d; uninterrupted %d", k, first.Measured, second.Measured, whole.Measured)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("cut at %d: another table than uninterrupted (%v)", k, err)
		}
	}
}

// TestResumeFromAnyPrefix: a host that dies in the middle of a write leaves a
// prefix; whatever its length, no complete round in it is measured again.
func TestResumeFromAnyPrefix(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cut.lut")
	ctx, cancel := context.WithCancel(t.Context())
	first := newDevice()
	first.Cancel, first.After = cancel, 5
	if _, err := profile.Run(ctx, first, plan(), path, options()); err == nil {
		t.Fatal("not interrupted")
	}
	journal, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mustProfile(t, newDevice(), path)
	want, _ := os.ReadFile(path)
	header := bytes.IndexByte(journal, '\n') + 1
	for n := header; n < len(journal); n += 797 {
		if err := os.WriteFile(path, journal[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		whole := bytes.Count(journal[:n], []byte("\n")) - 1
		d := newDevice()
		rep := mustProfile(t, d, path)
		var warnings []string
		if cut := n - 1 - bytes.LastIndexByte(journal[:n], '\n'); cut > 0 {
			warnings = []string{fmt.Sprintf("the last record was cut off (%d bytes); what it held is measured again", cut)}
		}
		if !slices.Equal(rep.Warnings, warnings) {
			t.Errorf("prefix of %d bytes: warnings %q, want %q", n, rep.Warnings, warnings)
		}
		if rep.ResumedRounds != whole {
			t.Errorf("prefix of %d bytes: %d rounds resumed, %d are whole", n, rep.ResumedRounds, whole)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, want) {
			t.Errorf("prefix of %d bytes: another table", n)
		}
	}
}

func TestProvenance(t *testing.T) {
	dir := t.TempDir()
	for field, change := range map[string]func(*device, *profile.Plan, *profile.Options){
		"device.model.soc":         func(d *device, _ *profile.Plan, _ *profile.Options) { d.Says.Model.SoC = "other" },
		"condition.runtime_digest": func(d *device, _ *profile.Plan, _ *profile.Options) { d.Condition.RuntimeDigest = "bb" },
		"condition.threads":        func(d *device, _ *profile.Plan, _ *profile.Options) { d.Condition.Threads = 2 },
		"condition.provider_options": func(d *device, _ *profile.Plan, _ *profile.Options) {
			d.Condition.ProviderOptions = map[string]string{"x": "1"}
		},
		"space.digest":    func(_ *device, p *profile.Plan, _ *profile.Options) { p.Space.Digest = "d1" },
		"sentinel.digest": func(_ *device, p *profile.Plan, _ *profile.Options) { p.Sentinel = model("other", 200) },
		"protocol.rounds": func(_ *device, _ *profile.Plan, o *profile.Options) { o.Measure.Rounds = 4 },
		"protocol.seed":   func(_ *device, _ *profile.Plan, o *profile.Options) { o.Measure.Seed = 2 },
	} {
		t.Run(field, func(t *testing.T) {
			path := filepath.Join(dir, field+".lut")
			ctx, cancel := context.WithCancel(t.Context())
			first := newDevice()
			first.Cancel, first.After = cancel, 2
			p := plan()
			p.Networks = nil
			profile.Run(ctx, first, p, path, options())
			before, _ := os.ReadFile(path)
			d, o := newDevice(), options()
			change(d, &p, &o)
			_, err := profile.Run(t.Context(), d, p, path, o)
			if err == nil || !strings.Contains(err.Error(), field) || !strings.Contains(fault.HintOf(err), "--force") {
				t.Fatalf("error %v (hint %q), want %s named", err, fault.HintOf(err), field)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Fatal("the refused table was changed")
			}
			o.Force = true
			if rep, err := profile.Run(t.Context(), d, p, path, o); err != nil || rep.ResumedRounds != 0 {
				t.Fatalf("forced: %v, %d rounds resumed", err, rep.ResumedRounds)
			}
		})
	}
}

// TestAProfileThatFailedAtOnce: a table in which nothing was measured does not
// block the corrected command, unless another profile is writing it.
func TestAProfileThatFailedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	p, o := plan(), options()
	p.Networks = nil
	o.Measure.Threads = 2
	d := newDevice()
	d.Condition.Threads = 2
	d.Drifts = func(batch, round int) bool { return true } // a rejected round is in the file
	d.Unstable = func(int) bool { return true }
	if _, err := profile.Run(t.Context(), d, p, path, o); fault.CodeOf(err) != fault.Unstable {
		t.Fatalf("error %v, want %s", err, fault.Unstable)
	}
	var second error
	other := newDevice()
	other.Speed = func(batch, round int) float64 {
		if batch+round == 0 && second == nil {
			d := newDevice()
			d.Condition.Threads = 3
			_, second = profile.Run(t.Context(), d, p, path, options())
		}
		return 1
	}
	rep, err := profile.Run(t.Context(), other, p, path, options())
	if err != nil || rep.Table.Header.Condition.Threads != 1 || rep.Rows != 16 {
		t.Fatalf("the corrected command: %v, %d rows, header %+v", err, rep.Rows, rep.Table)
	}
	if second == nil || !strings.Contains(second.Error(), "another fbnas") {
		t.Errorf("a second profile beside it: %v", second)
	}
}

// TestProfileExtends: a finished table is extended: what it has stays, another
// graph or a new block is measured.
func TestProfileExtends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	p := plan()
	p.Networks = nil
	if _, err := profile.Run(t.Context(), newDevice(), p, path, options()); err != nil {
		t.Fatal(err)
	}
	again := newDevice()
	rep, err := profile.Run(t.Context(), again, p, path, options())
	if err != nil || again.Measured != 0 || rep.Reused != 16 || rep.Measured != 0 {
		t.Fatalf("the same plan again: %v, %d rounds, %+v", err, again.Measured, rep)
	}
	changed, added := ir(16, 64, 16, 8, 1), ir(16, 80, 16, 8, 1)
	p.Blocks = append(p.Blocks, added)
	p.Export = func(b models.Block) (latency.Model, string, error) {
		m, graph, err := export(b)
		if b == changed {
			graph, m = "lowered anew", model("new", 2*alone(b))
		}
		return m, graph, err
	}
	rep, err = profile.Run(t.Context(), newDevice(), p, path, options())
	if err != nil || rep.Reused != 15 || rep.Measured != 2 || rep.Rows != 17 {
		t.Fatalf("extended: %v, %+v", err, rep)
	}
	if us, _, err := rep.Table.Latency(changed); err != nil || math.Abs(us/alone(changed)-2) > 0.02 {
		t.Errorf("stale row: %.1f us (%v), want %.1f", us, err, 2*alone(changed))
	}
}

func TestTwoProfilesOfOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lut")
	var second error
	d := newDevice()
	d.Speed = func(batch, round int) float64 {
		if batch+round == 0 && second == nil {
			_, second = profile.Run(t.Context(), newDevice(), plan(), path, options())
		}
		return 1
	}
	mustProfile(t, d, path)
	if second == nil || !strings.Contains(second.Error(), "another fbnas") {
		t.Errorf("the second profile: %v", second)
	}
}

// confused reports a round of a batch that was not requested.
type confused struct{ *device }

func (c confused) Measure(ctx context.Context, req latency.Request) error {
	g := latency.Group{MedianUS: 1, MinUS: 1}
	return req.OnRound(latency.Round{Batch: len(req.Batches), Sentinel: []latency.Group{g}})
}

func TestRoundsOfNoBatch(t *testing.T) {
	_, err := profile.Run(t.Context(), confused{newDevice()}, blocksOnly(), filepath.Join(t.TempDir(), "x.lut"), options())
	if err == nil || !strings.Contains(err.Error(), "the device reported batch 3 of 3") {
		t.Errorf("error %v", err)
	}
}
