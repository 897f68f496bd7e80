package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/card"
	"fbnas/internal/fault"
	"fbnas/internal/plaintext"
	"fbnas/internal/readfile"
	"fbnas/internal/rundir"
	"fbnas/lut"
)

// summaryName is a pipeline's own report.
const summaryName = "summary.json"

// maxDocument bounds the JSON files that are read, in bytes.
const maxDocument = 16 << 20

// Load reads the files and folders at the paths: folders of search and training runs,
// finished or not, latency tables, exported models, documents of verbs
// (--json), and folders like the demo's that contain all these with a summary.json,
// which is a Report. Networks that a search found come first.
func Load(paths ...string) (Report, error) {
	var l loader
	for _, path := range paths {
		if err := l.load(path); err != nil {
			return l.Report, fmt.Errorf("report: %w", err)
		}
	}
	if err := l.settle(); err != nil {
		return l.Report, fmt.Errorf("report: %w", err)
	}
	l.link()
	for _, t := range l.tables {
		l.Use(t)
	}
	return l.Report, nil
}

// loader is a report under construction. Tables wait for the blocks to price, files
// and documents for the networks that they are about.
type loader struct {
	Report
	tables    []*lut.Table
	models    []model
	documents []document
}

func (l *loader) load(path string) error {
	const hint = "Give folders of runs, latency tables or exported models; `fbnas runs list` shows the runs."
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fault.New(fault.Usage, hint, "%w", err)
	case !info.IsDir():
		return l.loadFile(path)
	case isRun(path):
		return l.loadRun(path)
	}
	found, err := l.loadPipeline(path)
	if err == nil && !found {
		err = fault.New(fault.Usage, hint, "there is no run in %s", path)
	}
	return err
}

func isRun(path string) bool {
	_, err := os.Stat(filepath.Join(path, "config.yaml"))
	return err == nil
}

func (l *loader) loadTable(path string) error {
	t, err := lut.Read(path)
	if err != nil {
		return err
	}
	l.tables = append(l.tables, t)
	return nil
}

// readers read the kinds of files, by their extensions.
var readers = map[string]func(*loader, string) error{
	".lut":  (*loader).loadTable,
	".onnx": (*loader).loadModel,
	".json": (*loader).loadDocument,
}

// kind is a file's extension in lower case.
func kind(path string) string { return strings.ToLower(filepath.Ext(path)) }

// loadFile reads a file; a file of an unknown kind is assumed to be a table.
func (l *loader) loadFile(path string) error {
	if read, ok := readers[kind(path)]; ok {
		return read(l, path)
	}
	return l.loadTable(path)
}

// loadPipeline reads a folder of runs.
func (l *loader) loadPipeline(path string) (found bool, err error) {
	if found, err = l.loadSummary(filepath.Join(path, summaryName)); err != nil {
		return false, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		inside := filepath.Join(path, e.Name())
		switch {
		case e.IsDir() && isRun(inside):
			err = l.loadRun(inside)
		case !e.IsDir() && e.Name() != summaryName && readers[kind(inside)] != nil:
			err = l.loadFile(inside)
		default:
			continue
		}
		if err != nil {
			return false, err
		}
		found = true
	}
	return found, nil
}

func (l *loader) loadSummary(name string) (found bool, err error) {
	text, err := readLimited(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, &l.Report); err != nil {
		return false, fault.New(fault.Usage, "Give the folders of the runs instead.", "read %s: %w", name, err)
	}
	return true, nil
}

func readLimited(name string) ([]byte, error) {
	content, err := readfile.Limited(name, maxDocument)
	if errors.Is(err, readfile.ErrTooLarge) {
		return nil, fault.New(fault.Usage, "Give the folders of the runs instead.", "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if content, err = plaintext.UTF8(content); err != nil {
		return nil, fault.New(fault.Usage, "Save it as UTF-8, or give the folders of the runs instead.", "read %s: %w", name, err)
	}
	return content, nil
}

func (l *loader) loadRun(path string) error {
	info, err := rundir.Stat(path)
	if err != nil {
		return err
	}
	records, err := rundir.Metrics(path)
	if err != nil {
		return err
	}
	config, err := rundir.ReadConfig[map[string]any](path)
	if err != nil {
		return err
	}
	run := run{info, config, curves(records)}
	if info.Verb == "search" {
		err = l.addSearch(run)
	} else {
		err = l.addTraining(run)
	}
	if err != nil {
		return fmt.Errorf("read run %s: %w", path, err)
	}
	// Stat has found that its size is reasonable.
	text, err := os.ReadFile(filepath.Join(path, "config.yaml"))
	l.Settings = append(l.Settings, File{filepath.Base(path) + "/config.yaml", string(text)})
	return err
}

// sameBlocks reports whether two networks are known and the same.
func sameBlocks(a, b []card.Block) bool {
	return len(a) > 0 && slices.EqualFunc(a, b, func(a, b card.Block) bool { return a.Block == b.Block })
}

// link marks the networks that the search found.
func (l *loader) link() {
	if l.Search == nil {
		return
	}
	for i := range l.Networks {
		n := &l.Networks[i]
		for _, res := range l.Search.Results {
			if sameBlocks(n.Blocks, res.Blocks) {
				n.Found = true
				if n.PredictedUS == 0 {
					n.PredictedUS = res.Cost
				}
			}
		}
	}
	slices.SortStableFunc(l.Networks, func(a, b Network) int {
		switch {
		case a.Found == b.Found:
			return 0
		case a.Found:
			return -1
		}
		return 1
	})
	l.nameFound()
}

// nameFound names the network that was found, unless it has a name of its
// own or several were found.
func (l *loader) nameFound() {
	var found []*Network
	for i := range l.Networks {
		if n := &l.Networks[i]; n.Found {
			found = append(found, n)
		}
	}
	if len(found) == 1 && found[0].Name == found[0].Run {
		found[0].Name = "found"
	}
}
