package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/onnxexport"
	"fbnas/profile"
	"fbnas/report"
)

type benchOptions struct {
	measureFlags
	target time.Duration
	lut    string
	shares bool
	force  bool
}

func benchVerb(a *app) *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use:   "bench MODEL.onnx... --device D",
		Short: "Time ONNX models on a device, and hold them against a target",
		Long: "Time ONNX models side by side with the sentinel, a small fixed network. With a table,\n" +
			"they are timed beside its reference network too: latencies are normalised as those\n" +
			"of the table's networks are, and stand beside its predictions for models that\n" +
			"fbnas has exported. Several models are compared with the first one round by round\n" +
			"(Wilcoxon's signed-rank test). A model that is slower than the target ends with exit status 3.",
		Example: "  fbnas bench model.onnx --device local\n  fbnas bench model.onnx --device local --lut local.lut --target 15ms",
		Args:    cobra.MinimumNArgs(1),
	}
	o.add(cmd)
	cmd.Flags().Lookup("default-mode").Usage += ", as without a table"
	cmd.Flags().DurationVar(&o.target, "target", 0, "the latency that each model must meet, such as 15ms")
	cmd.Flags().StringVar(&o.lut, "lut", "", "the `table` to normalise by and to predict from")
	cmd.Flags().BoolVar(&o.shares, "shares", false, "run each model under the runtime's profiler too, and show what each operator has of its time")
	cmd.Flags().BoolVar(&o.force, "force", false, "time them on an emulator, too, and mark the result")
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		if cmd.Flags().Changed("target") && o.target <= 0 {
			return nil, fault.New(fault.Usage, "Give a time such as --target 15ms.", "a target of %v", o.target)
		}
		r, err := o.run(ctx, a, cmd, args)
		if err != nil {
			return nil, err
		}
		return r, r.verdict()
	})
	return cmd
}

type benchResult struct {
	Models  []benchModel `json:"models"`
	Device  deviceInfo   `json:"device"`
	Runtime string       `json:"runtime"`
	Table   *string      `json:"table"`
	// FixedPerformance is on, off or unsupported. A target is meant in default
	// mode, and held against what was measured.
	FixedPerformance string  `json:"fixed_performance"`
	Seconds          float64 `json:"seconds"`
}

type benchModel struct {
	Path          string    `json:"path"`
	LatencyUS     *float64  `json:"latency_us"`
	P50US         *float64  `json:"p50_us"`
	P90US         *float64  `json:"p90_us"`
	IQRFraction   *float64  `json:"iqr_fraction"`
	Rounds        int       `json:"rounds"`
	DroppedGroups int       `json:"dropped_groups"`
	RawUS         []float64 `json:"raw_us"`
	SentinelRatio *float64  `json:"sentinel_ratio"`
	PredictedUS   *float64  `json:"predicted_us"`
	TargetUS      *float64  `json:"target_us"`
	Met           *bool     `json:"met"`
	Providers     []string  `json:"providers"`
	Noisy         *string   `json:"noisy"`
	Failure       *string   `json:"failure"`

	// Shares are each operator's, by the runtime's profiler, which slows runs
	// down: shares hold, times would not. Null unless asked for.
	Shares []latency.Share `json:"shares"`
	// AgainstFirst compares this model with the first one, round by round.
	AgainstFirst *latency.Comparison `json:"against_first"`
}

func (o benchOptions) run(ctx context.Context, a *app, cmd *cobra.Command, paths []string) (benchResult, error) {
	r := benchResult{Table: orNull(o.lut)}
	began := time.Now()
	models, err := readModels(paths)
	if err != nil {
		return r, err
	}
	var t *lut.Table
	if o.lut != "" {
		if t, err = lut.Load(o.lut); err != nil {
			return r, err
		}
		if err := checkPrecisions(t, paths); err != nil {
			return r, err
		}
	}
	opts, err := o.options(cmd, t)
	if err != nil {
		return r, err
	}
	if t == nil && !cmd.Flags().Changed("default-mode") {
		opts.DefaultMode = true // a limit is meant in it
	}
	meter, err := o.open(ctx, a)
	if err != nil {
		return r, err
	}
	defer meter.Close()
	shown := a.progress()
	defer shown.close()
	var timing latency.Meter = watched{meter, func(done, total int) { shown.at("models", done, total) }}
	if !o.force {
		timing = genuine{timing}
	}
	b, err := profile.Bench(ctx, timing, t, models, opts)
	if err != nil {
		return r, err
	}
	r.Device, r.Runtime = deviceOf(o.device, b.Device), b.Condition.Runtime
	r.FixedPerformance = b.Condition.FixedPerformance
	if o.target > 0 && r.FixedPerformance == latency.FixedOn {
		a.log.Warn("the target is held against fixed-performance mode; an app runs in default mode: see fbnas lut show, or bench without a table")
	}
	for i, path := range paths {
		m := benchOf(path, b.Results[i], o.target, b.Condition.Provider)
		m.PredictedUS = predicted(a, t, path)
		if o.shares && m.Failure == nil {
			if err := m.addShares(ctx, meter, models[i], opts); err != nil {
				return r, err
			}
		}
		r.Models = append(r.Models, m)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

func readModels(paths []string) ([]latency.Model, error) {
	var models []latency.Model
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fault.New(fault.Usage, "Give the path of an ONNX file.", "read model: %w", err)
		}
		models = append(models, latency.Model{Name: path, Bytes: data})
	}
	return models, nil
}

// checkPrecisions refuses a table for models of another number format, as far as
// the files say theirs.
func checkPrecisions(t *lut.Table, paths []string) error {
	for _, path := range paths {
		_, md, err := exported(path)
		if err != nil {
			continue // not from fbnas: it is timed, and nothing is predicted
		}
		precision := latency.FP32
		if md.Precision == onnxexport.Int8Precision {
			precision = latency.Int8
		}
		if err := t.CheckPrecision(precision); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// predicted is what a table says of an exported model; nil, and a warning
// where it ought to say something, when it says nothing.
func predicted(a *app, t *lut.Table, path string) *float64 {
	if t == nil {
		return nil
	}
	us, err := predict(t, path)
	if err != nil {
		a.log.Warn("no prediction", "model", path, "reason", err)
		return nil
	}
	return &us
}

func predict(t *lut.Table, path string) (float64, error) {
	arch, err := exportedArch(path)
	if err != nil {
		return 0, err
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return 0, err
	}
	e, err := t.Predict(blocks)
	return e.US, err
}

func benchOf(path string, r latency.Result, target time.Duration, provider string) benchModel {
	m := benchModel{Path: path, Rounds: r.Rounds, DroppedGroups: r.DroppedGroups, RawUS: []float64{}, Providers: []string{provider}}
	if target > 0 {
		us := float64(target) / float64(time.Microsecond)
		m.TargetUS = &us
	}
	if r.Failure != nil {
		why := r.Failure.Error()
		m.Failure = &why
		return m
	}
	m.LatencyUS, m.P50US, m.P90US, m.IQRFraction = &r.LatencyU, &r.P50U, &r.P90U, &r.IQRFraction
	m.RawUS, m.SentinelRatio, m.Noisy = r.RawU, &r.SentinelRatio, orNull(r.Noisy)
	m.AgainstFirst = r.Against
	if m.TargetUS != nil {
		met := r.LatencyU <= *m.TargetUS
		m.Met = &met
	}
	return m
}

// verdict is the command's error: models that do not run come before those
// that are too slow.
func (r benchResult) verdict() error {
	var failed, slow []string
	for _, m := range r.Models {
		switch {
		case m.Failure != nil:
			failed = append(failed, fmt.Sprintf("%s: %s", m.Path, *m.Failure))
		case m.Met != nil && !*m.Met:
			slow = append(slow, fmt.Sprintf("%s takes %s, the target is %s", m.Path, report.Latency(*m.LatencyUS), report.Latency(*m.TargetUS)))
		}
	}
	if len(failed) > 0 {
		return errors.New(strings.Join(failed, "; "))
	}
	if len(slow) > 0 {
		return fault.New(fault.Target, "Search with a lower target, or raise this one.", "%s", strings.Join(slow, "; "))
	}
	return nil
}

func (r benchResult) Text(w io.Writer) error {
	t := report.NewTable(report.Text("model"), report.Number("latency"), report.Number("raw p50"), report.Number("raw p90"),
		report.Number("IQR"), report.Number("dropped"), report.Number("predicted"), report.Number("target"), report.Text("note"))
	for _, m := range r.Models {
		t.Row(m.Path, micro(m.LatencyUS), micro(m.P50US), micro(m.P90US), fraction(m.IQRFraction),
			fmt.Sprintf("%d", m.DroppedGroups), micro(m.PredictedUS), micro(m.TargetUS), m.note(r.Device))
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	for _, m := range r.Models {
		if err := m.writeShares(w); err != nil {
			return err
		}
	}
	return nil
}

// note says what the figures do not.
func (m benchModel) note(d deviceInfo) string {
	var notes []string
	if d.Emulator != nil {
		notes = append(notes, "emulated: says nothing about times")
	}
	if d.Replayed {
		notes = append(notes, "replayed: measured earlier")
	}
	switch {
	case m.Failure != nil:
		notes = append(notes, *m.Failure)
	case m.Met != nil && *m.Met:
		notes = append(notes, "met")
	case m.Met != nil:
		notes = append(notes, "missed")
	}
	if c := m.AgainstFirst; c != nil {
		notes = append(notes, fmt.Sprintf("%s the first (%s, 95 %% of %s to %s)", against(*c),
			report.Change(c.Ratio, 1), report.Change(c.Low, 1), report.Change(c.High, 1)))
	}
	if m.Noisy != nil {
		notes = append(notes, "not steady: "+*m.Noisy)
	}
	return strings.Join(notes, "; ")
}

// against says how two models compare, as far as the rounds tell.
func against(c latency.Comparison) string {
	switch {
	case !c.Differs():
		return "not told from"
	case c.Ratio < 1:
		return "faster than"
	}
	return "slower than"
}

// micro writes a latency that may be absent.
func micro(us *float64) string {
	if us == nil {
		return report.Absent
	}
	return report.Latency(*us)
}

// fraction writes a fraction that may be absent.
func fraction(x *float64) string {
	if x == nil {
		return report.Absent
	}
	return report.Percent(*x)
}
