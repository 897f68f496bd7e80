package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/internal/setup"
	"fbnas/latency/agent"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnxexport"
)

func TestMain(m *testing.M) {
	// Scripts wait for devices and for other programs about as long as they compute.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"fbnas": main, "fbnas-agent": agentMain})
}

// agentMain is cmd/fbnas-agent, which a test cannot import.
func agentMain() { os.Exit(agent.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// agentProgram is the path of agentMain.
func agentProgram(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("fbnas-agent")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestScripts runs the command lines of testdata/script, with the real agent
// on this machine.
func TestScripts(t *testing.T) {
	t.Parallel()
	cache, err := setup.Cache()
	if err != nil {
		t.Fatal(err)
	}
	pretrainedFiles, err := filepath.Abs("../../weights/testdata")
	if err != nil {
		t.Fatal(err)
	}
	torchFiles, err := filepath.Abs("../../internal/torchfile/testdata")
	if err != nil {
		t.Fatal(err)
	}
	_, noRuntime := setup.ORTLibrary()
	cmds := map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "document": document, "interrupt": interrupt, "sigkill": sigkill, "export": exportTiny, "foreign": foreign, "stale": stale, "strange": strange, "unsteady": unsteady, "capture": capture, "truncating": truncating,
	}
	cmds["saved"] = saved
	maps.Copy(cmds, trainedCmds)
	maps.Copy(cmds, oddCmds)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FBNAS_CACHE", string(cache))
			env.Setenv("FBNAS_AGENT", agentProgram(t))
			env.Setenv("PRETRAINED", pretrainedFiles)
			env.Setenv("TORCHFILE", torchFiles)
			env.Setenv("TMPDIR", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("FBNAS_ADB", "no-adb")         // the user's phones are not the tests'
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each process of a -race build lasts a second more
			return nil
		},
		Condition: func(name string) (bool, error) { return name == "runtime" && noRuntime == nil, nil },
		Cmds:      cmds,
	})
}

// exits STATUS COMMAND... runs a command that must end with the status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := status(ts.Exec(args[1], args[2:]...))
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func status(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// document STATUS [FIELD...] says that stdout is one JSON document of that
// status, whose fields are there and not null.
func document(ts *testscript.TestScript, _ bool, args []string) {
	in := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var doc map[string]any
	ts.Check(in.Decode(&doc))
	if err := in.Decode(&doc); err != io.EOF {
		ts.Fatalf("more than one document on stdout")
	}
	if doc["status"] != args[0] {
		ts.Fatalf("status %v, want %s", doc["status"], args[0])
	}
	if failed := doc["error"] != nil; failed != (args[0] != "ok") {
		ts.Fatalf("status %v with the error %v", doc["status"], doc["error"])
	}
	for _, name := range args[1:] {
		if doc[name] == nil {
			ts.Fatalf("%s is %v", name, doc[name])
		}
	}
}

// interrupt FILE TEXT COMMAND... sends SIGINT to a command as soon as the file
// has the text; what it wrote to stderr is left in the file stderr.txt.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	cmd, ended, stderr := until(ts, args)
	ts.Check(cmd.Process.Signal(syscall.SIGINT))
	if got := status(<-ended); got != 130 {
		ts.Fatalf("exit status %d after SIGINT\n%s", got, stderr.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), stderr.Bytes(), 0o644))
}

// sigkill FILE TEXT COMMAND... is interrupt with SIGKILL.
func sigkill(ts *testscript.TestScript, _ bool, args []string) {
	cmd, ended, _ := until(ts, args)
	ts.Check(cmd.Process.Kill())
	<-ended
}

// until starts a command and waits until the file has the text.
func until(ts *testscript.TestScript, args []string) (*exec.Cmd, <-chan error, *bytes.Buffer) {
	file, text := ts.MkAbs(args[0]), []byte(args[1])
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "FBNAS_CACHE", "FBNAS_AGENT", "FBNAS_AGENT_ARM64", "FBNAS_SSH", "FBNAS_ADB", "ANDROID_ADB_SERVER_PORT", "XDG_CONFIG_HOME", "GORACE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			ts.Fatalf("the command ended before %s had %q: %v\n%s", args[0], text, err, stderr.String())
		case <-time.After(time.Millisecond):
		}
		if got, err := os.ReadFile(file); err == nil && bytes.Contains(got, text) {
			return cmd, ended, stderr
		}
	}
}

// export SPACE.yaml OUT.onnx writes the space's smallest network.
func exportTiny(ts *testscript.TestScript, _ bool, args []string) {
	space, err := models.ReadSpace(ts.MkAbs(args[0]))
	ts.Check(err)
	arch, err := space.Arch(space.Smallest(), 10)
	ts.Check(err)
	blocks, err := arch.Resolve()
	ts.Check(err)
	m, err := onnxexport.Export(onnxexport.Spec{
		Name: arch.Name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 1),
		Metadata: onnxexport.Metadata{Architecture: string(arch.YAML())},
	})
	ts.Check(err)
	ts.Check(m.Write(ts.MkAbs(args[1])))
}

// foreign IN.lut OUT.lut writes a table as another device would have made it.
func foreign(ts *testscript.TestScript, _ bool, args []string) {
	t, err := lut.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	t.Path = ts.MkAbs(args[1])
	t.Header.Device.Model.SoC = "another processor"
	ts.Check(t.Save())
}

// stale IN.lut OUT.lut writes a table with one row of another graph.
func stale(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	graph := regexp.MustCompile(`"graph":"[0-9a-f]+"`)
	lines[1] = graph.ReplaceAllString(lines[1], `"graph":"`+strings.Repeat("0", 64)+`"`)
	records := lines[:len(lines)-2] // the end record, and what is behind its line feed
	body := strings.Join(records, "")
	end := fmt.Sprintf(`{"type":"end","records":%d,"sha256":"%x"}`+"\n", len(records), sha256.Sum256([]byte(body)))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(body+end), 0o644))
}
