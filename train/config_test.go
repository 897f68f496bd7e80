package train_test

import (
	"testing"

	"fbnas/train"
)

func TestWithTakesTheNamedSettingsOnly(t *testing.T) {
	c, other := train.DefaultConfig(), train.DefaultConfig()
	c.EMA, c.Flip, c.Epochs = 0.9, true, 7
	other.EMA, other.Flip, other.LearningRate, other.Seed = 0, false, 0.5, 9
	got, err := c.With(other, []string{"ema", "flip", "learning_rate"})
	want := c
	want.EMA, want.Flip, want.LearningRate = 0, false, 0.5
	if err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
	for _, name := range []string{"lr", "", "Techniques"} {
		if _, err := c.With(other, []string{name}); err == nil {
			t.Errorf("setting %q exists", name)
		}
	}
}
