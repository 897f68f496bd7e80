package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"fbnas/graph"
	"fbnas/internal/fault"
	"fbnas/job"
)

type figures struct {
	LatencyUS float64 `json:"latency_us"`
}

func (f figures) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%g µs\n", f.LatencyUS)
	return err
}

// withVerb adds a verb "try" that returns what the test wants.
func withVerb(t *testing.T, res result, err error) {
	t.Helper()
	old := verbs
	t.Cleanup(func() { verbs = old })
	verbs = append(verbs[:len(verbs):len(verbs)], func(a *app) *cobra.Command {
		return &cobra.Command{Use: "try", Args: cobra.NoArgs, RunE: a.action(func(context.Context, []string) (result, error) {
			return res, err
		})}
	})
}

// TestNamesOfOthersDoNotSteerTheTerminal: what stands in somebody's file is
// shown, and does nothing else.
func TestNamesOfOthersDoNotSteerTheTerminal(t *testing.T) {
	const evil = "\x1b[2Jgone\a"
	producer, n := evil, int64(1)
	shown := job.FileInfo{
		Name: "x.onnx", Producer: &producer, Inputs: []job.ValueInfo{{Name: evil}}, NodeCounts: job.NodeCounts{Elements: &n, Bytes: &n},
		Layers: []job.NodeInfo{{Name: evil, Op: evil}},
	}
	withVerb(t, view(&shown, fileText), fault.New(fault.Failure, "Rename "+evil, "a node is called %s", evil))
	var stdout, stderr bytes.Buffer
	run(context.Background(), []string{"try"}, &stdout, &stderr)
	slog.New(newHandler(&stderr, slog.LevelInfo)).Warn("a name", "name", evil)
	for name, text := range map[string]string{"stdout": stdout.String(), "stderr": stderr.String()} {
		if strings.ContainsAny(text, "\x1b\a") || strings.Count(text, "\ufffd[2Jgone\ufffd") < 3 {
			t.Errorf("%s: %q", name, text)
		}
	}
}

func TestOneDocumentAndTheRightExitStatus(t *testing.T) {
	missed := fault.New(fault.Target, "Raise it.", "over the target")
	for _, c := range []struct {
		name   string
		args   string
		res    result
		err    error
		exit   int
		json   string
		stdout string
		stderr string
	}{
		{"ok", "try", figures{1.5}, nil, 0, `{"schema":"fbnas.try/1","status":"ok","error":null,"warnings":[],"latency_us":1.5}`, "1.5 µs\n", ""},
		{"nothing to say", "try", nil, nil, 0, `{"schema":"fbnas.try/1","status":"ok","error":null,"warnings":[]}`, "", ""},
		{"result and error", "try", figures{9}, missed, 3, `{"schema":"fbnas.try/1","status":"target_missed","error":{"code":"target_missed","message":"over the target","hint":"Raise it."},"warnings":[],"latency_us":9}`, "9 µs\n", "error: over the target\nhint: Raise it.\n"},
		{"not steady", "try", figures{9}, fault.New(fault.Unstable, "Let it cool down.", "the device did not settle"), 5, `{"schema":"fbnas.try/1","status":"unstable","error":{"code":"unstable","message":"the device did not settle","hint":"Let it cool down."},"warnings":[],"latency_us":9}`, "9 µs\n", "error: the device did not settle\nhint: Let it cool down.\n"},
		{"failure", "try", nil, errors.New("disk full"), 1, `{"schema":"fbnas.try/1","status":"error","error":{"code":"failure","message":"disk full","hint":null},"warnings":[]}`, "", "error: disk full\n"},
		{"interrupted", "try", nil, fmt.Errorf("train: %w", context.Canceled), 130, `{"schema":"fbnas.try/1","status":"error","error":{"code":"interrupted","message":"interrupted","hint":null},"warnings":[]}`, "", "error: interrupted\n"},
		{"unknown flag", "try --nope", nil, nil, 2, `{"schema":"fbnas.try/1","status":"error","error":{"code":"usage","message":"unknown flag: --nope","hint":"See: fbnas try --help"},"warnings":[]}`, "", "error: unknown flag: --nope\nhint: See: fbnas try --help\n"},
		{"too many arguments", "try this", nil, nil, 2, `{"schema":"fbnas.try/1","status":"error","error":{"code":"usage","message":"unknown command \"this\" for \"fbnas try\"","hint":"See: fbnas try --help"},"warnings":[]}`, "", "error: unknown command \"this\" for \"fbnas try\"\nhint: See: fbnas try --help\n"},
		{"unknown verb", "nope", nil, nil, 2, `{"schema":"fbnas/1","status":"error","error":{"code":"usage","message":"unknown command \"nope\" for \"fbnas\"","hint":"See: fbnas --help"},"warnings":[]}`, "", "error: unknown command \"nope\" for \"fbnas\"\nhint: See: fbnas --help\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			withVerb(t, c.res, c.err)
			var out, errOut bytes.Buffer
			args := strings.Fields(c.args)
			if exit := run(context.Background(), args, &out, &errOut); exit != c.exit {
				t.Errorf("exit %d, want %d", exit, c.exit)
			}
			if out.String() != c.stdout || errOut.String() != c.stderr {
				t.Errorf("stdout %q, stderr %q\n want %q, %q", out.String(), errOut.String(), c.stdout, c.stderr)
			}
			out.Reset()
			errOut.Reset()
			if exit := run(context.Background(), append(args, "--json"), &out, &errOut); exit != c.exit {
				t.Errorf("with --json: exit %d, want %d", exit, c.exit)
			}
			if got := strings.TrimSuffix(out.String(), "\n"); got != c.json || !json.Valid([]byte(got)) {
				t.Errorf("document\n %s\nwant\n %s", got, c.json)
			}
		})
	}
}

// TestQuiet: -q leaves out what is only told, and no warning.
func TestQuiet(t *testing.T) {
	old := verbs
	t.Cleanup(func() { verbs = old })
	verbs = append(verbs[:len(verbs):len(verbs)], func(a *app) *cobra.Command {
		return &cobra.Command{Use: "try", RunE: a.action(func(context.Context, []string) (result, error) {
			a.env.Log.Info("ten images")
			a.env.Log.Warn("one is broken", "image", "3.png")
			return nil, errors.New("disk full")
		})}
	})
	const warned = "warning: one is broken (image=3.png)\n"
	for args, want := range map[string]string{
		"try": "ten images\n" + warned + "error: disk full\n", "try -q": warned + "error: disk full\n", "try --json": "ten images\n" + warned, "try --json --quiet": warned,
	} {
		var out, errOut bytes.Buffer
		if run(context.Background(), strings.Fields(args), &out, &errOut); errOut.String() != want {
			t.Errorf("%s: stderr %q, want %q", args, errOut.String(), want)
		}
	}
}

// warning is a result with warnings of its own.
type warning struct {
	First    int      `json:"first"`
	Warnings []string `json:"warnings"`
	Last     string   `json:"last"`
}

func (warning) Text(io.Writer) error { return nil }

// TestWarningsAreInTheDocument: those of the log and of the result once each, and
// with a failure too.
func TestWarningsAreInTheDocument(t *testing.T) {
	old := verbs
	t.Cleanup(func() { verbs = old })
	for _, c := range []struct {
		res  result
		err  error
		want string
	}{
		{warning{1, []string{"own", "both"}, `a "b"`}, nil, `{"schema":"fbnas.try/1","status":"ok","error":null,"warnings":["own","both","seen (n=2)"],"first":1,"last":"a \"b\""}`},
		{figures{}, nil, `"warnings":["both","seen (n=2)"]`},
		{nil, errors.New("disk full"), `"warnings":["both","seen (n=2)"]`},
	} {
		verbs = append(old[:len(old):len(old)], func(a *app) *cobra.Command {
			return &cobra.Command{Use: "try", RunE: a.action(func(context.Context, []string) (result, error) {
				a.env.Log.Warn("both")
				a.env.Log.With("n", 2).Warn("seen")
				return c.res, c.err
			})}
		})
		var out, errOut bytes.Buffer
		run(context.Background(), []string{"try", "--json"}, &out, &errOut)
		if !strings.Contains(out.String(), c.want) || strings.Count(out.String(), `"warnings"`) != 1 {
			t.Errorf("%s\nwant %s", out.String(), c.want)
		}
	}
}

// crashing is a result that cannot be shown.
type crashing struct{}

func (crashing) Text(io.Writer) error         { panic("text") }
func (crashing) MarshalJSON() ([]byte, error) { panic("text") }

// TestAPanicIsAnError: in the work of a verb and in showing its result, with
// the stack on stderr and one document.
func TestAPanicIsAnError(t *testing.T) {
	var none []int
	for name, c := range map[string]struct {
		work func() result
		want string
	}{
		"in the work":   {func() result { return figures{1 / float64(none[1])} }, "runtime error: index out of range [1] with length 0"},
		"of a builder":  {func() result { graph.Misuse("no map"); return nil }, "graph: no map"},
		"in the result": {func() result { return crashing{} }, "text"},
	} {
		old := verbs
		verbs = append(verbs[:len(verbs):len(verbs)], func(a *app) *cobra.Command {
			return &cobra.Command{Use: "try", RunE: a.action(func(context.Context, []string) (result, error) { return c.work(), nil })}
		})
		t.Cleanup(func() { verbs = old })
		for _, flag := range []string{"--json", "--quiet"} {
			var out, errOut bytes.Buffer
			if exit := run(context.Background(), []string{"try", flag}, &out, &errOut); exit != 1 {
				t.Errorf("%s: exit %d", name, exit)
			}
			message := "this is a bug of fbnas: " + c.want
			if !strings.Contains(errOut.String(), "root_test.go:") {
				t.Errorf("%s: no stack on stderr: %s", name, errOut.String())
			}
			want, got := "", out.String()
			if flag == "--json" {
				want = fmt.Sprintf(`{"schema":"fbnas.try/1","status":"error","error":{"code":"failure","message":%q,`+
					`"hint":"Please report it, with the command line and the stack on stderr."},"warnings":[]}`, message) + "\n"
			} else if !strings.Contains(errOut.String(), "error: "+message+"\nhint: Please report it") {
				t.Errorf("%s: stderr %s", name, errOut.String())
			}
			if got != want {
				t.Errorf("%s %s: stdout %s, want %s", name, flag, got, want)
			}
		}
		verbs = old
	}
}

func TestSetupShowsAnEmptyCache(t *testing.T) {
	t.Setenv("FBNAS_CACHE", t.TempDir())
	var out, errOut bytes.Buffer
	if exit := run(context.Background(), []string{"setup", "--dry-run", "--json"}, &out, &errOut); exit != 0 {
		t.Fatalf("exit %d: %s", exit, errOut.String())
	}
	var doc struct {
		Schema string
		Items  []struct{ Ready bool }
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != "fbnas.setup/1" || len(doc.Items) != 2 || doc.Items[0].Ready || doc.Items[1].Ready {
		t.Errorf("document %s, want two missing items", out.String())
	}
}
