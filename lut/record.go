package lut

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"fbnas/latency/measured"
)

// Version is the version of the file format that this package writes; it also
// reads older ones (docs/lut-format.md lists the changes).
const Version = 3

// The record types of a table file. round and failure are the journal: a profile
// appends them as they come, each with its own checksum, and they leave the file
// when the rows made from them enter it.
const (
	typeHeader      = "header"
	typeRow         = "row"
	typeCalibration = "calibration"
	typeValidation  = "validation"
	typeEnd         = "end"
	typeRound       = "round"
	typeFailure     = "failure"
)

// Status of a row.
type Status string

// The states of a row.
const (
	OK        Status = "ok"
	Failed    Status = "failed"    // the device cannot run the block; Reason says why
	Predicted Status = "predicted" // not measured; from neighbours
)

// Row is the latency of one block. LatencyUS is normalised: the median over
// rounds of (median / sentinel's median), times the table's sentinel time.
type Row struct {
	Key       Key      `json:"key"`
	KeyDigest string   `json:"key_sha256"`
	Graph     string   `json:"graph"` // digest of the block's ONNX with weights blanked
	Status    Status   `json:"status"`
	LatencyUS float64  `json:"latency_us"`
	SpreadUS  float64  `json:"spread_us"` // standard deviation over the rounds
	ErrorUS   float64  `json:"error_us"`  // standard error of LatencyUS
	MinUS     float64  `json:"min_us"`    // smallest raw median
	Raw       []Sample `json:"raw,omitempty"`
	Dropped   int      `json:"dropped_groups,omitempty"`
	Reason    string   `json:"reason,omitempty"`
}

// Stale reports whether the row was measured on another graph than the block's
// present one; graph is that one's digest with blanked weights.
func (r Row) Stale(graph string) bool { return r.Graph != graph }

// Sample is one round of one model, in the order of rounds: raw medians of the
// model's group and of the sentinel's groups around it.
type Sample struct {
	MedianUS   float64 `json:"median_us"`
	SentinelUS float64 `json:"sentinel_us"`
}

// end closes a table: if its digest fits, everything before it is complete.
type end struct {
	Records int    `json:"records"`
	SHA256  string `json:"sha256"` // of every byte before this line
}

// journaled is a round with the batch that it belongs to, identified by content.
type journaled struct {
	Batch string         `json:"batch_id"`
	Round measured.Round `json:"round"`
}

// appendRecord appends v as one line: its JSON object with the type first.
func appendRecord(dst []byte, kind string, v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return dst, fmt.Errorf("encode %s record: %w", kind, err)
	}
	dst = append(dst, `{"type":"`+kind+`",`...)
	dst = append(dst, body[1:]...)
	return append(dst, '\n'), nil
}

// appendChecked is appendRecord with a checksum of the line as its last field.
func appendChecked(dst []byte, kind string, v any) ([]byte, error) {
	line, err := appendRecord(nil, kind, v)
	if err != nil {
		return dst, err
	}
	line = line[:len(line)-len("}\n")]
	dst = append(dst, line...)
	dst = append(dst, sumField...)
	dst = append(dst, lineSum(line)...)
	return append(dst, "\"}\n"...), nil
}

const sumField = `,"sum":"`

func lineSum(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:16])
}

// checked reports whether line, without its line feed, ends in its checksum.
func checked(line []byte) bool {
	n := len(line) - len(sumField) - 2*16 - len(`"}`)
	if n < 0 {
		return false
	}
	return string(line[n:]) == sumField+lineSum(line[:n])+`"}`
}
