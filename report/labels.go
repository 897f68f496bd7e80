package report

import (
	"fmt"

	"fbnas/models"
)

// labels write the options of a kind of choice in a readable form; options of other
// kinds are not changed.
var labels = map[models.ChoiceKind]string{
	models.Expansion: "×%[1]v",
	models.Kernel:    "%[1]v×%[1]v",
}

// OptionLabel writes an option of a choice of the given kind: 24, ×1.5, 3×3.
func OptionLabel(kind models.ChoiceKind, option models.Option) string {
	if format, ok := labels[kind]; ok {
		return fmt.Sprintf(format, option)
	}
	return option.String()
}
