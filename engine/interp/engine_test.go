package interp_test

import (
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
)

func TestSuite(t *testing.T) { enginetest.Suite(t, interp.Engine{}, 1, 0) }
