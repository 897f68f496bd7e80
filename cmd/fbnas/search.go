package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/search"
)

type searchOptions struct {
	runFlags
	search  search.Config
	table   string
	space   string
	targets []string
	margin  string
}

// searchConfig is the config.yaml of a search: what decides its result.
type searchConfig struct {
	Data        string        `yaml:"data"`
	DataDigest  string        `yaml:"data_sha256,omitempty"` // absent in runs from before it was kept
	Space       string        `yaml:"space"`                 // space.yaml, whole
	Table       string        `yaml:"lut"`
	TableDigest string        `yaml:"lut_sha256"`
	Precision   string        `yaml:"lut_precision,omitempty"` // of the table's models; absent: fp32
	TargetsUS   []float64     `yaml:"targets_us"`
	Margin      float64       `yaml:"margin"` // fraction
	Engine      engineConfig  `yaml:",inline"`
	Search      search.Config `yaml:"search"`
}

func searchVerb(a *app) *cobra.Command {
	o := searchOptions{search: search.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "search --lut X.lut --data DATA --target 15ms",
		Short: "Search the architecture for a latency (DMaskingNAS)",
		Long: "Train one supernet with masks over a space, its choices steered by the table's\n" +
			"latencies towards the target, and derive the best architecture inside it exactly.\n" +
			"With several targets the search aims at the first; the others are derived from\n" +
			"the same distribution. --margin auto aims below a target by the 95th percentile\n" +
			"of the table's error, validated or by leaving networks out of its calibration.",
		Example: "  fbnas search --lut pixel.lut --data photos/ --target 15ms\n" +
			"  fbnas search --lut local.lut --data fashion-mnist --target 25us --epochs 5 -o runs/mine\n" +
			"  fbnas search --resume -o runs/mine",
		Args: cobra.NoArgs,
	}
	o.add(cmd)
	trainFlags(cmd, &o.search.Train)
	f := cmd.Flags()
	f.StringVar(&o.table, "lut", "", "latency `table` of the device")
	f.StringVar(&o.space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	f.StringSliceVar(&o.targets, "target", nil, "latency that must hold, such as 15ms or 40% of the slowest network; several with commas")
	f.StringVar(&o.margin, "margin", "auto", "aim below the target: auto, or a part such as 2% or 0")
	cmd.RunE = a.does(func(ctx context.Context, _ []string) (result, error) { return runSearch(ctx, a, cmd, o) })
	return cmd
}

// searchResult is a search's summary.json.
type searchResult struct {
	Run         string `json:"run"`
	MemoryBytes int64  `json:"memory_bytes"` // foretold; 0 where that cannot be
	search.Summary
	// DefaultMode is null unless the table is of a phone in fixed-performance
	// mode, as all latencies here then are.
	DefaultMode *lut.DefaultMode `json:"default_mode"`

	table string
}

func runSearch(ctx context.Context, a *app, cmd *cobra.Command, o searchOptions) (result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, table, space, err := o.config(cmd)
	if err != nil {
		return nil, err
	}
	for _, m := range mergedOptions(space) {
		a.log.Info(fmt.Sprintf("%s, and is left out", m))
	}
	if c.Precision != "" {
		a.log.Info(fmt.Sprintf("the table holds latencies of %s models: export what is found with --%s", c.Precision, c.Precision))
	}
	job, err := o.job(ctx, a, cmd, &c, table, space)
	if err != nil {
		return nil, err
	}
	if job.Engine, err = openTrainer(a, &c.Engine, c.Search.Train.Batch); err != nil {
		return nil, err
	}
	defer job.Engine.Close()
	needed, err := a.checkMemory(c.Search.Train.Batch, job.Memory)
	if err != nil {
		return nil, err // before there is a folder of a run
	}
	if job.Dir, job.From, err = openRun(a, "search", o.runFlags, c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	if err := keepData(job.Dir, c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	shown := a.progress()
	defer shown.close()
	job.Progress = func(p search.Progress) { shown.at(string(p.Stage), p.Done, p.Steps) }
	r, err := job.Run(ctx)
	if err != nil {
		return nil, stopped(a, err, "fbnas search", job.Dir)
	}
	summary, err := job.Summarise(ctx, r, c.TargetsUS, c.Margin)
	if err != nil {
		return nil, err
	}
	summary.Data = o.reads(c.Data)
	return finishSearch(a, job.Dir, searchResult{Run: job.Dir.Path(), MemoryBytes: needed, Summary: summary, DefaultMode: table.Header.DefaultMode, table: c.Table})
}

// finishSearch writes the architectures and the summary.
func finishSearch(a *app, dir *rundir.Dir, r searchResult) (result, error) {
	for i := range r.Results {
		found := &r.Results[i]
		found.Arch = "arch.yaml"
		if i > 0 {
			found.Arch = "arch-" + strconv.FormatFloat(found.Target, 'f', -1, 64) + "us.yaml"
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir.Path(), found.Arch), found.Network.YAML()); err != nil {
			return nil, err
		}
	}
	for _, w := range r.Warnings {
		a.log.Warn(w)
	}
	return r, dir.Finish(r)
}

// config is the run's configuration but for targets and margin, from the
// command line or, where that is silent, from the run that is resumed; with
// its table and its space.
func (o searchOptions) config(cmd *cobra.Command) (searchConfig, *lut.Table, models.Space, error) {
	fail := func(err error) (searchConfig, *lut.Table, models.Space, error) {
		return searchConfig{}, nil, models.Space{}, err
	}
	c := searchConfig{Data: located(o.data), Table: located(o.table), Engine: o.engine, Search: o.search}
	if o.resume {
		old, err := resumed[searchConfig](o.runFlags)
		if err != nil {
			return fail(err)
		}
		c = o.over(cmd, old)
	}
	if c.Table == "" {
		return fail(fault.New(fault.Usage, "Give --lut X.lut; fbnas profile makes one.", "no latency table is given"))
	}
	table, err := openTable(cmd.Context(), c.Table, profile.Whole)
	if err != nil {
		return fail(err)
	}
	space, err := o.spaceOf(c, table)
	if err != nil {
		return fail(err)
	}
	c.Space = string(space.YAML())
	if p := table.Header.Condition.Precision; p != latency.FP32 {
		c.Precision = p
	}
	c.TableDigest, err = fileDigest(c.Table)
	return c, table, space, err
}

// aim sets targets and margin, as far as the command line gives them.
func (o searchOptions) aim(cmd *cobra.Command, c *searchConfig, costs *search.Costs) (err error) {
	_, largest := costs.Bounds()
	if len(o.targets) > 0 || !o.resume {
		if c.TargetsUS, err = latencies(o.targets, largest); err != nil {
			return err
		}
	}
	if cmd.Flags().Changed("margin") || !o.resume {
		if c.Margin, err = margin(o.margin, costs.Cost); err != nil {
			return err
		}
	}
	c.Search.Limit = search.Limit(c.TargetsUS[0], c.Margin)
	return nil
}

// over lays what the command line says over the configuration of a run.
func (o searchOptions) over(cmd *cobra.Command, c searchConfig) searchConfig {
	keepGiven(cmd, &c.Search.Train, o.search.Train)
	c.Engine.keepGiven(cmd, o.engine)
	for flag, set := range map[string]func(){
		"data": func() { c.Data = o.moved(c.Data, c.DataDigest) },
		"lut":  func() { c.Table = relocated(c.Table, o.table) },
	} {
		if cmd.Flags().Changed(flag) {
			set()
		}
	}
	return c
}

// spaceOf is the space named on the command line, the resumed run's, or the
// table's.
func (o searchOptions) spaceOf(c searchConfig, t *lut.Table) (models.Space, error) {
	if o.space == "" && c.Space != "" {
		return models.ParseSpace([]byte(c.Space))
	}
	return spaceFor(t, o.space)
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (r searchResult) Text(w io.Writer) error {
	t := text.NewTable(text.Right("target"), text.Right("predicted"), text.Right("error"),
		text.Right("rows predicted"), text.Right("MACs"), text.Right("params"), text.Left("architecture"))
	for _, f := range r.Results {
		t.Row(text.Latency(f.Target), text.Latency(f.Predicted), plusMinus(f.Error),
			text.PredictedRows(f.PredictedRows, f.Rows, f.PredictedCost), text.Count(f.MACs), text.Count(f.Params), filepath.Join(r.Run, f.Arch))
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	return writeFacts(w,
		fact{"space", fmt.Sprintf("10^%.1f architectures, %s to %s", r.Log10Architectures, text.Latency(r.Smallest), text.Latency(r.Largest))},
		fact{"expected", fmt.Sprintf("%s at the end, %s at the start", text.Latency(r.Expected), text.Latency(r.Start))},
		fact{"time", fmt.Sprintf("%s for %d epochs (%d steps, %d choice steps), %s of it waiting for images",
			text.Seconds(r.Seconds), r.Epochs, r.Steps, r.ChoiceSteps, text.Percent(r.WaitFraction))},
		fact{"certainty", r.Table},
		fact{"excluded", r.excluded()},
		fact{"default mode", inDefaultMode(r.DefaultMode, r.Results[0].Target)},
		fact{"next", "fbnas train " + quoted(located(r.Run)) + " --data " + quoted(located(r.Data))},
		fact{"to be sure", r.timing()},
	)
}

func (r searchResult) excluded() string {
	if r.Excluded == 0 {
		return ""
	}
	return fmt.Sprintf("%d blocks, which failed on the device", r.Excluded)
}

// timing is how to time the found network itself, where rows of it were
// predicted, not measured; an untrained one is as fast.
func (r searchResult) timing() string {
	if len(r.Results) == 0 || r.Results[0].PredictedRows == 0 {
		return ""
	}
	arch := located(filepath.Join(r.Run, r.Results[0].Arch))
	return "fbnas export timing.onnx --from " + quoted(arch) +
		" && fbnas bench timing.onnx --device DEVICE --lut " + quoted(located(r.table))
}
