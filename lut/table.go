package lut

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/models"
)

// Table is a latency table in memory. The zero value is not useful: Read, Load
// and Parse return tables, and a Draft fills one.
type Table struct {
	Path        string // the file it was read from
	Digest      string // SHA-256 of that file as it was read, in hex
	Header      Header
	Calibration *Calibration // nil: a network is the sum of its rows
	Validation  *Validation  // nil: never validated
	Predictions []Prediction // of the kinds that were only measured in part
	Cut         int          // bytes of an incomplete last line

	rows     []Row
	index    map[Key]int
	heads    map[Key][]int // rows of heads by their key without classes, ascending in classes
	journal  *Journal
	others   [][]byte // records of unknown types, kept when rewriting
	finished bool     // has an end record
	whole    int64    // bytes of complete lines

	predicting sync.Mutex // guards what follows: concurrent lookups fill it
	predictors predictors
	leftOuts   struct { // errors of networks left out of the calibration
		of     *Calibration
		errors []float64
	}
}

// Errors of a lookup, wrapped with the block.
var (
	ErrMissing = errors.New("not in the table")
	ErrFailed  = errors.New("failed on the device")
)

func newTable() *Table {
	return &Table{index: map[Key]int{}, heads: map[Key][]int{}, journal: NewJournal()}
}

// Rows returns the rows in the order in which they entered the table.
func (t *Table) Rows() []Row { return append([]Row(nil), t.rows...) }

// Finished reports whether the profile that made the table was completed.
func (t *Table) Finished() bool { return t.finished }

// put adds r, or replaces the row of the same key.
func (t *Table) put(r Row) {
	t.predictors = predictors{}
	if i, ok := t.index[r.Key]; ok {
		t.rows[i] = r
		return
	}
	i := len(t.rows)
	t.rows = append(t.rows, r)
	t.index[r.Key] = i
	if r.Key.Kind != models.Head {
		return
	}
	k := r.Key
	k.Block = withClasses(k.Block, 0)
	t.heads[k] = append(t.heads[k], i)
	sort.SliceStable(t.heads[k], func(a, b int) bool {
		return t.rows[t.heads[k][a]].Key.Classes < t.rows[t.heads[k][b]].Key.Classes
	})
}

// Key returns the key under which this table has b's row.
func (t *Table) Key(b models.Block) Key {
	return Key{Block: canonical(b), DType: t.Header.Condition.Precision, Batch: t.Header.Condition.Batch}
}

// Row returns b's own row.
func (t *Table) Row(b models.Block) (Row, bool) {
	i, ok := t.index[t.Key(b)]
	if !ok {
		return Row{}, false
	}
	return t.rows[i], true
}

// Latency returns the latency of b alone and its standard error, both in
// microseconds, like Lookup (BlockCost gives b's share of a network).
func (t *Table) Latency(b models.Block) (us, errUS float64, err error) {
	l, err := t.Lookup(b)
	return l.Cost, l.Error, err
}

// Lookup returns the latency of b alone, measured or predicted. An identity costs
// nothing; a head between two measured numbers of classes is interpolated. The
// error wraps ErrMissing or ErrFailed.
func (t *Table) Lookup(b models.Block) (l Lookup, err error) {
	l.Status = OK
	switch i, ok := t.index[t.Key(b)]; {
	case b.Identity():
	case ok:
		l.Status = t.rows[i].Status
		l.Cost, l.Error, err = t.rows[i].value()
	case b.Kind == models.Head:
		l.Cost, l.Error, err = t.betweenHeads(b)
	default:
		return t.predicted(b)
	}
	return l, err
}

// betweenHeads interpolates linearly in the number of classes.
func (t *Table) betweenHeads(b models.Block) (us, errUS float64, err error) {
	k := t.Key(b)
	classes := k.Classes
	k.Block = withClasses(k.Block, 0)
	at := t.heads[k]
	i := sort.Search(len(at), func(i int) bool { return t.rows[at[i]].Key.Classes >= classes })
	if i == 0 || i == len(at) {
		return 0, 0, fmt.Errorf("head with %d classes: %w", classes, ErrMissing)
	}
	lo, hi := t.rows[at[i-1]], t.rows[at[i]]
	loUS, loErr, err := lo.value()
	if err != nil {
		return 0, 0, err
	}
	hiUS, hiErr, err := hi.value()
	if err != nil {
		return 0, 0, err
	}
	f := float64(classes-lo.Key.Classes) / float64(hi.Key.Classes-lo.Key.Classes)
	return loUS + f*(hiUS-loUS), math.Max(loErr, hiErr), nil
}

func (r Row) value() (us, errUS float64, err error) {
	if r.Status == Failed {
		return 0, 0, fmt.Errorf("%s block %s: %w: %s", r.Key.Kind, shortKey(r.Key), ErrFailed, r.Reason)
	}
	return r.LatencyUS, r.ErrorUS, nil
}

func shortKey(k Key) string { return k.Digest()[:12] }

// Missing returns the blocks for which the table has neither a latency nor a
// failure, without repetitions.
func (t *Table) Missing(blocks []models.Block) []models.Block {
	var missing []models.Block
	seen := map[models.Block]bool{}
	for _, b := range blocks {
		b = canonical(b)
		if seen[b] {
			continue
		}
		seen[b] = true
		if _, _, err := t.Latency(b); errors.Is(err, ErrMissing) {
			missing = append(missing, b)
		}
	}
	return missing
}

// Require fails if rows for blocks are missing: the error says how many, and the
// command that measures them. Rows that failed on the device are not missing.
func (t *Table) Require(blocks []models.Block) error {
	missing := t.Missing(blocks)
	if len(missing) == 0 {
		return nil
	}
	rows := 0
	for _, b := range Rows(missing) {
		if _, ok := t.Row(b); !ok {
			rows++
		}
	}
	return fault.New(fault.Failure,
		fmt.Sprintf("Measure them with: fbnas profile --device DEVICE --space %s -o %s (existing rows are kept)",
			t.Header.Space.Name, t.Path),
		"table %s has no latency for %s (%s to measure), the first a %s block",
		t.Path, text.Plural(len(missing), "block"), text.Plural(rows, "row"), missing[0].Kind)
}
