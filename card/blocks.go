package card

import (
	"cmp"
	"fmt"
	"strings"

	"fbnas/internal/text"
	"fbnas/models"
)

// Block is one block of a network, with its share of the prediction.
type Block struct {
	models.Block
	LatencyUS float64 `json:"latency_us,omitempty"`
}

// Blocks returns blocks in the form of a card, with unknown latencies.
func Blocks(blocks []models.Block) []Block {
	out := make([]Block, len(blocks))
	for i, b := range blocks {
		out[i].Block = b
	}
	return out
}

// BlockTable returns the blocks of a network, one per row, with their sum below.
func BlockTable(blocks []Block) *text.Table {
	t := text.NewTable(text.Right("#"), text.Left("block"), text.Right("kernel"), text.Right("stride"), text.Right("in"), text.Right("mid"), text.Right("out"),
		text.Left("SE"), text.Left("activation"), text.Right("latency"), text.Right("share"))
	total := 0.
	for _, b := range blocks {
		total += b.LatencyUS
	}
	word := func(s string) string { return cmp.Or(strings.TrimPrefix(s, "none"), text.Absent) }
	for i, b := range blocks {
		us, share := text.Absent, text.Absent
		if total > 0 {
			us, share = text.Latency(b.LatencyUS), text.Percent(b.LatencyUS/total)
		}
		t.Row(fmt.Sprint(i), string(b.Kind), fmt.Sprintf("%d×%d", b.Kernel, b.Kernel), fmt.Sprint(b.Stride), fmt.Sprint(b.In),
			text.Known(b.Mid, text.Grouped), fmt.Sprint(b.Out), word(b.SE), word(b.Act), us, share)
	}
	if total > 0 {
		t.Row("", "sum of blocks", "", "", "", "", "", "", "", text.Latency(total), text.Percent(1))
	}
	return t
}
