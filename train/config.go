package train

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/models"
)

// Config is how a network is trained. It is stored with the run, which is only
// resumed with an equal one.
type Config struct {
	Epochs         int     `yaml:"epochs"`
	Batch          int     `yaml:"batch"`
	LearningRate   float64 `yaml:"learning_rate"`
	WarmUp         float64 `yaml:"warm_up"` // fraction of the steps
	Momentum       float64 `yaml:"momentum"`
	WeightDecay    float64 `yaml:"weight_decay"`
	LabelSmoothing float64 `yaml:"label_smoothing"`
	NormMomentum   float64 `yaml:"bn_momentum"`
	PadCrop        int     `yaml:"pad_crop"` // pixels
	Flip           bool    `yaml:"flip"`
	CropScale      float64 `yaml:"crop_scale,omitempty"` // see dataset.Augment
	CropRatio      float64 `yaml:"crop_ratio,omitempty"`
	Trivial        bool    `yaml:"trivial_augment,omitempty"`
	Seed           uint64  `yaml:"seed"`
	Techniques     `yaml:",inline"`
}

// Techniques are applied to the training of one network; a search uses none of
// them. The zero value is none.
type Techniques struct {
	Freeze Freeze `yaml:"freeze,omitempty"`
	// EMA above 0 is the decay of moving averages of parameters and running
	// statistics; the averages are then tested and kept.
	EMA float64 `yaml:"ema,omitempty"`
	// DropPath is the rate of stochastic depth at the last residual block.
	DropPath float64 `yaml:"drop_path,omitempty"`
	// Dropout is the rate at which features are dropped before the classifier.
	Dropout float64 `yaml:"dropout,omitempty"`
	// Mixup is dataset.LoaderOptions.Mixup.
	Mixup float64 `yaml:"mixup,omitempty"`
}

// DefaultConfig trains as in docs/background/search.md, "Defaults", but over more
// epochs.
func DefaultConfig() Config {
	return Config{
		Epochs: 10, Batch: 64, LearningRate: 0.1, WarmUp: 0.05, Momentum: 0.9, WeightDecay: 1e-4,
		LabelSmoothing: 0.1, NormMomentum: 0.1, Flip: true, Seed: 1,
	}
}

// Validate reports everything that is out of range; the code is fault.Usage.
func (c Config) Validate() error {
	if err := c.problems(); err != nil {
		return fault.New(fault.Usage, "", "training configuration: %w", err)
	}
	return nil
}

// With replaces the named settings by those of another configuration. Names are
// those of config.yaml, such as learning_rate.
func (c Config) With(other Config, settings []string) (Config, error) {
	to, from := reflect.ValueOf(&c).Elem(), reflect.ValueOf(other)
	places := map[string][]int{}
	for _, f := range reflect.VisibleFields(to.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		places[name] = f.Index
	}
	for _, name := range settings {
		place, known := places[name]
		if name == "" || !known {
			return c, fault.New(fault.Usage, "", "training configuration: there is no setting %q", name)
		}
		to.FieldByIndex(place).Set(from.FieldByIndex(place))
	}
	return c, nil
}

func (c Config) problems() error {
	var problems []error
	check := func(ok bool, format string, v any) {
		if x, float := v.(float64); !ok || float && math.IsInf(x, 0) {
			problems = append(problems, fmt.Errorf(format, v))
		}
	}
	check(c.Epochs > 0, "epochs: %v, want at least 1", c.Epochs)
	check(c.Batch > 0, "batch: %v, want at least 1", c.Batch)
	check(c.LearningRate > 0, "learning_rate: %v, want more than 0", c.LearningRate)
	check(c.WarmUp >= 0 && c.WarmUp <= 1, "warm_up: %v, want a fraction from 0 to 1", c.WarmUp)
	check(c.Momentum >= 0 && c.Momentum < 1, "momentum: %v, want 0 to below 1", c.Momentum)
	check(c.WeightDecay >= 0, "weight_decay: %v, want 0 or more", c.WeightDecay)
	check(c.LabelSmoothing >= 0 && c.LabelSmoothing < 1, "label_smoothing: %v, want 0 to below 1", c.LabelSmoothing)
	check(c.NormMomentum > 0 && c.NormMomentum <= 1, "bn_momentum: %v, want more than 0, to 1", c.NormMomentum)
	check(c.EMA >= 0 && c.EMA < 1, "ema: %v, want 0 to below 1", c.EMA)
	check(c.DropPath >= 0 && c.DropPath < 1, "drop_path: %v, want 0 to below 1", c.DropPath)
	check(c.Dropout >= 0 && c.Dropout < 1, "dropout: %v, want 0 to below 1", c.Dropout)
	check(c.Mixup >= 0 && c.Mixup <= 1, "mixup: %v, want 0 to 1", c.Mixup)
	return errors.Join(append(problems, c.augment().Validate())...)
}

// SGD is the optimiser of the configuration.
func (c Config) SGD() SGD { return SGD{c.Momentum, c.WeightDecay} }

// Schedule is the schedule of its learning rate.
func (c Config) Schedule() Cosine { return Cosine{c.LearningRate, c.WarmUp} }

// Loader makes the training batches of a split: shuffled, augmented, without an
// incomplete last batch. purpose distinguishes streams of the same seed.
func (c Config) Loader(split *dataset.Split, purpose string) (*dataset.Loader, error) {
	return dataset.NewLoader(split, dataset.LoaderOptions{
		Batch: c.Batch, Seed: c.Seed, Purpose: purpose, Shuffle: true, DropLast: true,
		Augment: c.augment(), Mixup: c.Mixup,
	})
}

func (c Config) augment() dataset.Augment {
	return dataset.Augment{CropScale: c.CropScale, CropRatio: c.CropRatio, Trivial: c.Trivial, PadCrop: c.PadCrop, Flip: c.Flip}
}

// Network is the network of an architecture's blocks with the techniques applied
// to its training.
func (t Techniques) Network(blocks []models.Block) Network {
	n := NetworkOf(blocks)
	n.freeze, n.averaged, n.mixed = t.Freeze, t.EMA > 0, t.Mixup > 0
	for _, d := range drops(blocks, t.DropPath, t.Dropout) {
		if !t.Freeze.Has(d.layer) {
			n.drops = append(n.drops, d)
		}
	}
	return n
}
