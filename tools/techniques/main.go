package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/setup"
	"fbnas/tools/internal/program"
)

func main() { program.Main("techniques", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := program.Flags("techniques", stderr)
	fbnas := flags.String("fbnas", "bin/fbnas", "the `program` that trains")
	folder := flags.String("o", "runs/techniques", "`folder` of data and trainings; what is there already is taken from there")
	seeds := flags.Int("seeds", 3, "trainings of each kind")
	only := program.Only(flags, "do only the trainings whose folder matches the regular `expression`")
	tables := flags.Bool("tables", false, "print Markdown tables of what has finished instead, and train nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s := trainer{folder: *folder, stderr: stderr}
	if *tables {
		return writeTables(stdout, plan(*seeds), s.finished)
	}
	var err error
	if s.fbnas, err = filepath.Abs(*fbnas); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	lines := json.NewEncoder(stdout)
	for _, j := range plan(*seeds) {
		if !only.MatchString(j.run()) {
			continue
		}
		r, err := s.train(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", j.run(), err)
		}
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// figures are the line of one training.
type figures struct {
	Study   string  `json:"study"`
	Variant string  `json:"variant"`
	Flags   string  `json:"flags"`
	Seed    int     `json:"seed"`
	Top1    float64 `json:"top1"`
	Seconds float64 `json:"seconds"`
}

// trainer does the trainings in a folder.
type trainer struct {
	fbnas, folder string
	stderr        io.Writer
}

// prepare writes the data and the network.
func (s trainer) prepare() error {
	from, err := setup.FashionMNIST()
	if err != nil {
		return err
	}
	for _, p := range parts {
		folder := filepath.Join(s.folder, p.name)
		if _, err := os.Stat(folder); err == nil {
			continue
		}
		half := folder + ".part"
		if err := errors.Join(os.RemoveAll(half), p.write(from, half)); err != nil {
			return err
		}
		if err := os.Rename(half, folder); err != nil {
			return err
		}
	}
	return atomicfile.WriteBytes(filepath.Join(s.folder, "study.yaml"), []byte(network))
}

// train does a training, or the rest of it.
func (s trainer) train(ctx context.Context, j job) (figures, error) {
	if r, err := s.finished(j); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	args := append(j.args(), "-o", j.run())
	if _, err := os.Stat(filepath.Join(s.folder, j.run(), "config.yaml")); err == nil {
		args = []string{"train", "--resume", "--json", "-o", j.run()}
	}
	cmd := exec.CommandContext(ctx, s.fbnas, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var log bytes.Buffer
	cmd.Dir, cmd.Stderr = s.folder, &log
	fmt.Fprintln(s.stderr, j.run())
	if err := cmd.Run(); err != nil {
		return figures{}, fmt.Errorf("%w\n%s", err, log.Bytes())
	}
	return s.finished(j)
}

// finished reads the figures of a training; fs.ErrNotExist if it has not
// finished.
func (s trainer) finished(j job) (figures, error) {
	r := figures{Study: j.study.name, Variant: j.variant.name, Flags: j.study.common + " " + j.variant.flags, Seed: j.seed}
	text, err := os.ReadFile(filepath.Join(s.folder, j.run(), "summary.json"))
	if err != nil {
		return r, err
	}
	err = json.Unmarshal(text, &r)
	return r, err
}
