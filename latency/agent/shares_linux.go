package agent

import (
	"fmt"
	"os"
	"path/filepath"

	"fbnas/latency/wire"
)

// Shares runs the model in a session of its own, in which the runtime writes a
// profile.
func (m *ortMachine) Shares(model []byte, seed uint64, warmUp, runs int) ([]wire.Share, error) {
	dir, err := os.MkdirTemp("", "fbnas-shares-")
	if err != nil {
		return nil, fmt.Errorf("a folder for the runtime's profile: %w", err)
	}
	defer os.RemoveAll(dir)
	opts := m.opts
	opts.Profile = filepath.Join(dir, "profile")
	s, err := m.rt.NewSession(model, opts)
	if err != nil {
		return nil, failure(wire.KindCreate, err)
	}
	defer s.Close()
	if err := feed(s, seed); err != nil {
		return nil, failure(wire.KindCreate, err)
	}
	for range warmUp + runs {
		if err := s.Run(); err != nil {
			return nil, failure(wire.KindRun, err)
		}
	}
	path, err := s.EndProfile()
	if err != nil {
		return nil, failure(wire.KindRun, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sharesOf(f, warmUp)
}
