package random_test

import (
	"testing"

	"fbnas/internal/random"
)

func TestStreamsAreAFunctionOfTheirCoordinates(t *testing.T) {
	first := random.New(1, "augment", 3, 4).Uint64()
	if again := random.New(1, "augment", 3, 4).Uint64(); again != first {
		t.Fatalf("the same coordinates gave %d and %d", first, again)
	}
	for name, v := range map[string]uint64{
		"seed":       random.New(2, "augment", 3, 4).Uint64(),
		"purpose":    random.New(1, "order", 3, 4).Uint64(),
		"coordinate": random.New(1, "augment", 4, 3).Uint64(),
		"length":     random.New(1, "augment", 3, 4, 0).Uint64(),
	} {
		if v == first {
			t.Errorf("another %s gave the same stream", name)
		}
	}
}
