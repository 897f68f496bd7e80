package main

import (
	"reflect"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/train"
)

func TestSettingsOfFlagsExist(t *testing.T) {
	for flag, name := range settings {
		if _, err := (train.Config{}).With(train.Config{}, []string{name}); err != nil {
			t.Errorf("--%s: %v", flag, err)
		}
		if f := trainVerb(&app{}).Flags().Lookup(flag); f == nil {
			t.Errorf("train has no flag --%s", flag)
		}
	}
}

// TestGivenSettings: each setting that the command line names reaches the
// configuration of a run that is resumed, where another value is refused; no other
// setting does.
func TestGivenSettings(t *testing.T) {
	command := func(c *train.Config) *cobra.Command {
		cmd := &cobra.Command{Use: "train"}
		trainFlags(cmd, c)
		techniqueFlags(cmd, &c.Techniques)
		return cmd
	}
	usual := train.DefaultConfig()
	values := map[string]string{"bool": "true", "int": "7", "uint64": "7", "float64": "0.7", "string": "backbone"}
	command(&usual).Flags().VisitAll(func(f *pflag.Flag) {
		value := values[f.Value.Type()]
		if f.DefValue == value {
			value = "false"
		}
		want := train.DefaultConfig()
		cmd := command(&want)
		if err := cmd.ParseFlags([]string{"--" + f.Name + "=" + value}); err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(want, usual) {
			t.Errorf("--%s=%s changes nothing", f.Name, value)
		}
		others := want // whose other settings are not named
		for _, number := range []*int{&others.Epochs, &others.Batch} {
			if *number != 7 {
				*number = 1000
			}
		}
		if got, err := usual.With(others, given(cmd)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("--%s: %+v (%v), want %+v", f.Name, got, err, want)
		}
	})
}
