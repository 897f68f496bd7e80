package report

import "fmt"

// labels writes the options of a kind of choice as a person would.
var labels = map[string]func(float64) string{
	"width":     func(v float64) string { return fmt.Sprintf("%g", v) },
	"expansion": func(v float64) string { return fmt.Sprintf("×%g", v) },
	"kernel":    func(v float64) string { return fmt.Sprintf("%g×%g", v, v) },
}

// OptionLabel writes the value of an option of a choice of the given kind
// (models.ChoiceKind): 24, ×1.5, 3×3.
func OptionLabel(kind string, value float64) string {
	if label, ok := labels[kind]; ok {
		return label(value)
	}
	return fmt.Sprintf("%g", value)
}
