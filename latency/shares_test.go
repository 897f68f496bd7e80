package latency_test

import (
	"errors"
	"testing"

	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

func TestShares(t *testing.T) {
	meter := latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{})
	model := func(m simdevice.Model) latency.Model { return latency.Model{Name: m.Name, Bytes: m.Encode()} }
	list, err := meter.Shares(t.Context(), model(simdevice.Model{Name: "a", US: 10}), latency.Options{})
	if err != nil || len(list) != 1 || list[0].Op != "Simulated" || list[0].Share != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = meter.Shares(t.Context(), model(simdevice.Model{Name: "b", US: 10, Create: "create"}), latency.Options{})
	var f *latency.Failure
	if !errors.As(err, &f) || f.Kind != "create" {
		t.Errorf("a model that cannot be created: %v", err)
	}
}
