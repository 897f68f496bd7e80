package search

import (
	"fmt"
	"syscall"
	"testing"

	"fbnas/models"
)

// wideSpace is fbnetv2-f with 60 widths in each of its later stages.
func wideSpace(t testing.TB) models.Space {
	s, err := models.LoadSpace("fbnetv2-f")
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Stages {
		if i < 3 {
			continue
		}
		s.Stages[i].Width = nil
		for w := range 60 {
			s.Stages[i].Width = append(s.Stages[i].Width, 16+4*w)
		}
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

// BenchmarkDerive derives five candidates at 40 % of the way from the smallest to
// the largest network, by MACs; cpu-s/op is the processor's time.
func BenchmarkDerive(b *testing.B) {
	f, err := models.LoadSpace("fbnetv2-f")
	if err != nil {
		b.Fatal(err)
	}
	for name, space := range map[string]models.Space{"fbnetv2-f": f, "60 widths": wideSpace(b)} {
		costs, err := NewCosts(space, 10, MACs)
		if err != nil {
			b.Fatal(err)
		}
		ps := randomProbabilities(space, 1)
		smallest, largest := costs.Bounds()
		for _, k := range []int{1, 5} {
			b.Run(fmt.Sprintf("%s/k=%d", name, k), func(b *testing.B) {
				before := cpu(b)
				for range b.N {
					if _, err := costs.Derive(b.Context(), ps, smallest+0.4*(largest-smallest), k, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric((cpu(b)-before)/float64(b.N), "cpu-s/op")
			})
		}
	}
}

func cpu(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
