package job

import (
	"fmt"
	"os"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
)

// MergeOptions are the options of MergeTables.
type MergeOptions struct {
	First, Second string // files
	Output        string
	Force         bool // overwrite the output if it exists
}

// MergeResult is the document of fbnas lut merge.
type MergeResult struct {
	Path  string `json:"path"`
	Rows  int    `json:"rows"`
	Added int    `json:"added"` // from the second table
	// Dropped says that the merged table lacks the first table's calibration and
	// validation, which do not cover the second's rows.
	Dropped bool `json:"calibration_dropped"`
}

// MergeTables writes the rows of two tables of the same device model and
// condition into a third.
func MergeTables(env *Env, o MergeOptions) (*MergeResult, error) {
	if o.Output == "" {
		return nil, fault.New(fault.Usage, "Give -o C.lut.", "no table is given to write to")
	}
	if err := CheckOutputs(o.Output); err != nil {
		return nil, err
	}
	if _, err := os.Stat(o.Output); err == nil && !o.Force {
		return nil, fault.New(fault.Usage, "Choose another file, or overwrite it with --force.", "%s exists", o.Output)
	}
	a, b, err := loadTables(o.First, o.Second)
	if err != nil {
		return nil, err
	}
	m, dropped, err := lut.Merge(a, b)
	if err != nil {
		return nil, err
	}
	m.Path = o.Output
	rows := len(m.Rows())
	if dropped {
		out := text.Quoted(o.Output)
		env.log().Warn(fmt.Sprintf("the calibration and the validation of %s do not cover the rows of %s, and are dropped; make new ones with: "+
			"fbnas lut calibrate %s --device DEVICE && fbnas lut validate %s --device DEVICE", o.First, o.Second, out, out))
	}
	return &MergeResult{o.Output, rows, rows - len(a.Rows()), dropped}, m.Save()
}

func loadTables(first, second string) (a, b *lut.Table, err error) {
	if a, err = lut.Load(first); err != nil {
		return nil, nil, err
	}
	b, err = lut.Load(second)
	return a, b, err
}

// DiffResult is the document of fbnas lut diff.
type DiffResult struct {
	Fields []FieldDiff `json:"fields"`
	Rows   int         `json:"rows"` // in both tables
	OnlyA  int         `json:"only_a"`
	OnlyB  int         `json:"only_b"`
	Median float64     `json:"median_ratio"` // of B/A
	P90    float64     `json:"p90_difference"`
	Max    float64     `json:"max_difference"`
	Worst  []RowDiff   `json:"largest"`
}

// FieldDiff is a condition in which two tables differ.
type FieldDiff struct {
	Field string `json:"field"`
	A     string `json:"a"`
	B     string `json:"b"`
}

// RowDiff is a row of both tables.
type RowDiff struct {
	Key   lut.Key `json:"key"`
	AUS   float64 `json:"a_us"`
	BUS   float64 `json:"b_us"`
	Ratio float64 `json:"ratio"`
}

// largestDiffs is the number of largest differences in a document.
const largestDiffs = 10

// DiffTables compares the rows of two tables, each as a multiple of its own
// table's sentinel time.
func DiffTables(first, second string) (*DiffResult, error) {
	a, b, err := loadTables(first, second)
	if err != nil {
		return nil, err
	}
	d, err := lut.Compare(a, b)
	if err != nil {
		return nil, err
	}
	r := &DiffResult{
		Fields: []FieldDiff{}, Rows: len(d.Rows), OnlyA: d.OnlyA, OnlyB: d.OnlyB,
		Median: d.Median, P90: d.P90, Max: d.Max, Worst: []RowDiff{},
	}
	for _, f := range d.Fields {
		r.Fields = append(r.Fields, FieldDiff(f))
	}
	for _, row := range d.Rows[:min(largestDiffs, len(d.Rows))] {
		r.Worst = append(r.Worst, RowDiff(row))
	}
	return r, nil
}
