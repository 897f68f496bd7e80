package job

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/search"
)

// SearchOptions are the options of Search.
type SearchOptions struct {
	RunOptions
	Table string // of the device: a file
	Space string // built-in, or a space.yaml; "": the table's, or the resumed run's
	// Targets must be met; the search aims at the first, and the others are
	// derived from the same distribution. Empty for a resumed run means the run's
	// own.
	Targets []Limit
	// Margin is nil for the resumed run's; in a new run nil means Auto.
	Margin *Margin
	Config search.Config
	// Given names the settings of Config.Train that replace those of a resumed run, as
	// in its config.yaml.
	Given []string
	// ExactBatch keeps Config's batch even if the images do not fill one.
	ExactBatch bool
}

// Margin is how far below its target a prediction must be.
type Margin struct {
	Auto bool // from the 95th percentile of the table's error
	Part float64
}

// SearchConfig is the config.yaml of a search: everything that decides its
// result.
type SearchConfig struct {
	Data        string        `yaml:"data"`
	DataDigest  string        `yaml:"data_sha256,omitempty"` // absent in runs older than this field
	Space       string        `yaml:"space"`                 // the content of a space.yaml
	Table       string        `yaml:"lut"`
	TableDigest string        `yaml:"lut_sha256"`
	Precision   string        `yaml:"lut_precision,omitempty"` // of the table's models; absent: fp32
	TargetsUS   []float64     `yaml:"targets_us"`
	Margin      float64       `yaml:"margin"` // fraction
	Engine      EngineConfig  `yaml:",inline"`
	Search      search.Config `yaml:"search"`
}

// SearchResult is a search's summary.json, and the document of fbnas search.
type SearchResult struct {
	Run         string `json:"run"`
	MemoryBytes int64  `json:"memory_bytes"` // estimated; 0 where it is unknown
	search.Summary
	// DefaultMode is null unless the table is of a phone in fixed-performance
	// mode; all latencies here are then measured in that mode.
	DefaultMode *lut.DefaultMode `json:"default_mode"`

	TablePath string `json:"-"`
}

// Search trains one supernet over a space and derives exactly the best
// architecture for each target; it writes a run's folder with arch.yaml.
func Search(ctx context.Context, env *Env, o SearchOptions) (*SearchResult, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, table, space, err := o.config(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range mergedOptions(space) {
		env.log().Info(fmt.Sprintf("%s, and is left out", m))
	}
	if c.Precision != "" {
		env.log().Info(fmt.Sprintf("the table holds latencies of %s models: export what is found with --%s", c.Precision, c.Precision))
	}
	job, err := o.job(ctx, env, &c, table, space)
	if err != nil {
		return nil, err
	}
	if job.Engine, err = openTrainer(env, &c.Engine, c.Search.Train.Batch); err != nil {
		return nil, err
	}
	defer job.Engine.Close()
	needed, err := env.checkMemory(c.Search.Train.Batch, job.Memory)
	if err != nil {
		return nil, err // before a run's folder exists
	}
	if job.Dir, job.From, err = openRun(env, "search", o.RunOptions, c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	if err := keepData(job.Dir, c.DataDigest, job.Data); err != nil {
		return nil, err
	}
	job.Progress = func(p search.Progress) { env.progress(string(p.Stage), p.Done, p.Steps) }
	r, err := job.Run(ctx)
	if err != nil {
		return nil, runError(env, err, "search", job.Dir)
	}
	summary, err := job.Summarise(ctx, r, c.TargetsUS, c.Margin)
	if err != nil {
		return nil, err
	}
	summary.Data = o.dataPath(c.Data)
	return finishSearch(env, job.Dir, SearchResult{Run: job.Dir.Path(), MemoryBytes: needed, Summary: summary, DefaultMode: table.Header.DefaultMode, TablePath: c.Table})
}

// finishSearch writes the architectures and the summary.
func finishSearch(env *Env, dir *rundir.Dir, r SearchResult) (*SearchResult, error) {
	for i := range r.Results {
		found := &r.Results[i]
		found.File = archName
		if i > 0 {
			found.File = "arch-" + strconv.FormatFloat(found.Target, 'f', -1, 64) + "us.yaml"
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir.Path(), found.File), found.Arch.YAML()); err != nil {
			return nil, err
		}
	}
	for _, w := range r.Warnings {
		env.log().Warn(w)
	}
	return &r, dir.Finish(r)
}

// config is the run's configuration without targets and margin, with its table
// and its space. What the options leave out comes from the run that is resumed.
func (o SearchOptions) config(ctx context.Context) (c SearchConfig, table *lut.Table, space models.Space, err error) {
	c = SearchConfig{Data: Located(o.Data), Table: Located(o.Table), Engine: defaultEngine().override(o.Engine), Search: o.Config}
	if o.Resume {
		if c, err = resumed[SearchConfig](o.RunOptions); err != nil {
			return c, nil, space, err
		}
		if err = o.applyTo(&c); err != nil {
			return c, nil, space, err
		}
	}
	if c.Table == "" {
		return c, nil, space, fault.New(fault.Usage, "Give --lut X.lut; fbnas profile makes one.", "no latency table is given")
	}
	if table, err = openTable(ctx, c.Table, profile.Whole); err != nil {
		return c, nil, space, err
	}
	if space, err = o.spaceOf(c, table); err != nil {
		return c, nil, space, err
	}
	c.Space = string(space.YAML())
	if p := table.Header.Condition.Precision; p != latency.FP32 {
		c.Precision = p
	}
	c.TableDigest = table.Digest
	return c, table, space, nil
}

// applyTo replaces fields of a run's configuration by the options that are given.
func (o SearchOptions) applyTo(c *SearchConfig) (err error) {
	if c.Search.Train, err = c.Search.Train.With(o.Config.Train, o.Given); err != nil {
		return err
	}
	c.Engine, c.Data = c.Engine.override(o.Engine), o.configData(c.Data, c.DataDigest)
	if o.Table != "" {
		c.Table = relocated(c.Table, o.Table)
	}
	return nil
}

// spaceOf is the space named in the options, the resumed run's, or the table's.
func (o SearchOptions) spaceOf(c SearchConfig, t *lut.Table) (models.Space, error) {
	if o.Space == "" && c.Space != "" {
		return models.ParseSpace([]byte(c.Space))
	}
	return spaceFor(t, o.Space)
}

// setTargets sets targets and margin, if the options give them.
func (o SearchOptions) setTargets(c *SearchConfig, costs *search.Costs) (err error) {
	if len(o.Targets) > 0 || !o.Resume {
		if c.TargetsUS, err = limits(o.Targets, costs); err != nil {
			return err
		}
	}
	switch m := o.Margin; {
	case m == nil && o.Resume:
	case m == nil || m.Auto:
		if c.Margin, err = search.AutoMargin(costs.Cost); err != nil {
			return err
		}
	default:
		c.Margin = m.Part
	}
	c.Search.Limit = search.Limit(c.TargetsUS[0], c.Margin)
	return nil
}
