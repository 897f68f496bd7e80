package python

import (
	"context"
	"errors"
	"strings"

	"fbnas/internal/process"
)

// Find is an interpreter that can import all the modules, which are named as
// in an import statement. The first interpreter in the path may differ from
// the distribution's, which has its packages.
func Find(ctx context.Context, modules ...string) (string, error) {
	var problems []error
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		_, err := process.Output(ctx, nil, nil, python, "-c", "import "+strings.Join(modules, ", "))
		if err == nil {
			return python, nil
		}
		problems = append(problems, err)
	}
	return "", errors.Join(problems...)
}
