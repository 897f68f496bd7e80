package job

import (
	"fmt"
	"time"

	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// ProfileResult is the document of fbnas profile: the plan and, unless it was a
// dry run, the outcome.
type ProfileResult struct {
	Plan          PlanInfo        `json:"plan"`
	DryRun        bool            `json:"dry_run"`
	Path          *string         `json:"path"`
	Rows          *int            `json:"rows"`
	Measured      *int            `json:"measured"`
	Reused        *int            `json:"reused"`
	Failed        *int            `json:"failed"`
	Predicted     *int            `json:"predicted"`
	ResumedRounds *int            `json:"resumed_rounds"`
	DroppedGroups *int            `json:"dropped_groups"`
	Noisy         *string         `json:"noisy"`
	Warnings      []string        `json:"warnings"`
	Seconds       *float64        `json:"seconds"`
	Device        *DeviceInfo     `json:"device"`
	Runtime       *string         `json:"runtime"`
	Validation    *ValidationInfo `json:"validation"`
	Certainty     *lut.Certainty  `json:"certainty"`

	FixedPerformance *string          `json:"fixed_performance"` // on | off | unsupported
	DefaultMode      *lut.DefaultMode `json:"default_mode"`
	Course           *latency.Course  `json:"course"`
}

// PlanInfo says in a document what a profile measures, and how long that takes.
type PlanInfo struct {
	Space            string  `json:"space"`
	Rows             int     `json:"rows"`      // measured
	Predicted        int     `json:"predicted"` // blocks of the space that are not measured
	Networks         int     `json:"networks"`
	Rounds           int     `json:"rounds"`
	EstimatedSeconds float64 `json:"estimated_seconds"`
	ExpectedError    float64 `json:"expected_error"`
	// CertaintyOrigin is where the table's certainty will come from.
	CertaintyOrigin lut.Origin `json:"certainty_origin"`
}

func (p PlanInfo) String() string {
	line := fmt.Sprintf("space %s: %s and %s, %s each; about %s; rows repeat to about %s",
		p.Space, text.Plural(p.Rows, "row"), text.Plural(p.Networks, "network"), text.Plural(p.Rounds, "round"), text.Seconds(p.EstimatedSeconds), text.Percent(p.ExpectedError))
	if p.Predicted > 0 {
		line += fmt.Sprintf("; predicted from the rows: %s, whose error is measured with them", text.Plural(p.Predicted, "block"))
	}
	switch p.CertaintyOrigin {
	case lut.LeaveOneOut:
		line += fmt.Sprintf("; the space has %d networks in all, too few to keep some for a validation: the table's error is that of each when it is left out of the calibration", p.Networks)
	case lut.None:
		line += "; the space has one network: it is measured, and the error of predictions stays unknown"
	}
	return line
}

// newProfileResult is the result of a dry run.
func newProfileResult(space models.Space, e profile.Estimate) *ProfileResult {
	return &ProfileResult{
		Plan:     PlanInfo{space.Name, e.Rows, e.Asked - e.Rows, e.Networks, e.Rounds, e.Time.Seconds(), e.RowError, e.Origin},
		Warnings: []string{},
	}
}

// addReport adds the outcome.
func (r *ProfileResult) addReport(report profile.Report, took time.Duration, device string) {
	h, certainty := report.Table.Header, report.Table.Certainty()
	r.Path, r.Rows, r.Measured, r.Reused, r.Failed = &report.Table.Path, &report.Rows, &report.Measured, &report.Reused, &report.Failed
	r.Predicted = &report.Predicted
	r.ResumedRounds, r.DroppedGroups, r.Noisy = &report.ResumedRounds, &report.DroppedGroups, orNull(report.Noisy)
	r.Warnings = append(r.Warnings, report.Warnings...)
	r.Seconds, r.Device, r.Runtime = new(took.Seconds()), new(deviceOf(device, h.Device)), &h.Condition.Runtime
	r.Validation, r.Certainty = validationOf(report.Table.Validation), &certainty
	r.FixedPerformance, r.DefaultMode, r.Course = &h.Condition.FixedPerformance, h.DefaultMode, h.Course
}
