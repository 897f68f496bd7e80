package profile

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// Age says how many rows of a table were measured on other graphs than this fbnas
// exports for their blocks: their latencies are not those of its models.
type Age struct {
	Rows    int `json:"rows"` // in the table
	Checked int `json:"checked"`
	Stale   int `json:"stale"` // of those checked
}

// Limits of a check, as numbers to export.
const (
	Whole   = 0    // every row
	AtOnce  = 30e6 // as many as a person at a terminal waits for: a second or two
	perRow  = 50e3 // the cost of a row besides its weights
	perInt8 = 4e5  // the additional cost of quantising it
)

// AgeOf compares a table's rows with what this fbnas exports, starting with the
// fewest weights, as many as the work allows.
func AgeOf(ctx context.Context, t *lut.Table, work float64) (Age, error) {
	rows := t.Rows()
	age, cost := Age{Rows: len(rows)}, make(map[string]float64, len(rows))
	for _, r := range rows {
		c := perRow + float64(models.Count([]models.Block{r.Key.Block}).Params)
		if t.Header.Condition.Precision == latency.Int8 {
			c += perInt8
		}
		cost[r.KeyDigest] = c
	}
	slices.SortStableFunc(rows, func(a, b lut.Row) int { return cmp.Compare(cost[a.KeyDigest], cost[b.KeyDigest]) })
	var spent float64
	for _, r := range rows {
		if spent += cost[r.KeyDigest]; work != Whole && spent > work && age.Checked > 0 {
			break
		}
		age.Checked++
	}
	stale, err := countStale(ctx, formatOf(t), rows[:age.Checked])
	age.Stale = stale
	return age, err
}

// countStale exports the blocks of rows on all cores.
func countStale(ctx context.Context, f Format, rows []lut.Row) (stale int, err error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	next := make(chan lut.Row)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for r := range next {
				s, exportErr := f.block(r.Key.Block)
				mu.Lock()
				if exportErr != nil && err == nil {
					err = fmt.Errorf("row %.12s: %w", r.KeyDigest, exportErr)
				}
				if exportErr == nil && r.Stale(s.Graph) {
					stale++
				}
				mu.Unlock()
			}
		})
	}
	for _, r := range rows {
		if ctx.Err() != nil {
			break
		}
		next <- r
	}
	close(next)
	group.Wait()
	return stale, cmp.Or(err, ctx.Err())
}

// Err is nil for a table without stale rows.
func (a Age) Err(t *lut.Table) error {
	if a.Stale == 0 {
		return nil
	}
	return fault.New(fault.Failure,
		fmt.Sprintf("Measure them again with the command that made the table, which keeps the others: fbnas profile --device DEVICE --space %s -o %s; or measure all of them again with --force.",
			t.Header.Space.Name, t.Path),
		"table %s has %s: this version of fbnas exports these blocks differently", t.Path, text.Plural(a.Stale, "stale row"))
}

// Fresh fails if rows of these blocks are stale.
func Fresh(t *lut.Table, blocks []models.Block) error {
	var rows []lut.Row
	for _, b := range lut.Rows(blocks) {
		if r, ok := t.Row(b); ok {
			rows = append(rows, r)
		}
	}
	stale, err := countStale(context.Background(), formatOf(t), rows)
	if err != nil {
		return fmt.Errorf("table %s: %w", t.Path, err)
	}
	return Age{Rows: len(rows), Checked: len(rows), Stale: stale}.Err(t)
}
