package devices

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/devices/internal/fakeadbd"
	"fbnas/internal/fault"
)

// open reaches a device with recording, or a recording.
func open(t *testing.T, name, recording string) Device {
	t.Helper()
	d, err := Opener{Record: recording}.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// outcome is what a program printed and how it ended.
type outcome struct{ Out, Stderr, Err string }

// runScript runs a shell on a device with a script as its input.
func runScript(t *testing.T, d Device, script string) outcome {
	t.Helper()
	p, err := d.Start(t.Context(), []string{"/bin/sh"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var r outcome
	out, err := outcomeOf(p, script)
	if r.Out, r.Stderr = out, p.Stderr(); err != nil {
		r.Err = err.Error()
	}
	return r
}

func TestReplay(t *testing.T) {
	file := t.TempDir() + "/a.replay"
	dir := t.TempDir()
	scripts := []string{
		"echo hello; echo oops >&2",
		"echo some; exit 3",
		"echo x >>" + dir + "/n; wc -l <" + dir + "/n", // answers differently the second time
		"echo x >>" + dir + "/n; wc -l <" + dir + "/n",
	}
	var want []outcome
	live := open(t, "local", file)
	for i, script := range scripts {
		if i == 2 { // a recording can be appended to
			live.Close()
			live = open(t, "local", file)
		}
		want = append(want, runScript(t, live, script))
	}
	id, err := live.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	played := open(t, "replay:"+file, "")
	var got []outcome
	for _, script := range scripts {
		got = append(got, runScript(t, played, script))
	}
	if diff := cmp.Diff(want, got); diff != "" || want[2].Out == want[3].Out {
		t.Errorf("(-live +replayed):\n%s", diff)
	}
	if again := runScript(t, played, scripts[3]); again != want[3] {
		t.Errorf("once more: %+v, want %+v", again, want[3])
	}
	replayed, err := played.Identity(t.Context())
	if id.Replayed = true; err != nil || !cmp.Equal(id, replayed) {
		t.Errorf("%+v, %v; want %+v", replayed, err, id)
	}
}

// TestReplayOfAPhone: what the phone reports of its clocks and of itself is
// played back, too.
func TestReplayOfAPhone(t *testing.T) {
	openAndroid(t, fakeadbd.Android{Fixed: fakeadbd.FixedSupported, Thermal: []int{0, 0, 3, 1}, Charging: true, Level: 94})
	file := t.TempDir() + "/a.replay"
	use := func(d Device) (can bool, slows []string, out string) {
		can, err := d.(Clocked).FixedPerformance(t.Context())
		for range 2 {
			s, stateErr := d.State(t.Context())
			slows, err = append(slows, s.Heat.Slows()), errors.Join(err, stateErr)
		}
		p, startErr := d.(Clocked).StartFixed(t.Context(), []string{"/bin/sh"}, nil)
		if err := errors.Join(err, startErr); err != nil {
			t.Fatal(err)
		}
		if out, err = outcomeOf(p, "echo up"); err != nil {
			t.Fatal(err)
		}
		return can, slows, out
	}
	can, slows, out := use(open(t, "adb", file))
	played := open(t, "replay:"+file, "")
	can2, slows2, out2 := use(played)
	if !can || !can2 || !cmp.Equal(slows, slows2) || slows[0] == slows[1] || out != "up\n" || out2 != out {
		t.Errorf("%t %q %q, replayed %t %q %q", can, slows, out, can2, slows2, out2)
	}
	if r := runScript(t, played, "echo up"); !strings.Contains(r.Err, "the setting of fixed clocks differs") {
		t.Errorf("without held clocks: %+v", r)
	}
}

// TestReplayOfCutRuns: a program that the host ended, one that the device lost
// and one whose host was interrupted leave their output so far, and end in the
// same way in the replay.
func TestReplayOfCutRuns(t *testing.T) {
	file := t.TempDir() + "/a.replay"
	h := &host{}
	r := dialForTest(t, h, t.TempDir()+"/base")
	live, err := record(t.Context(), r, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := func(ctx context.Context, d Device, request string) *Process {
		p, err := d.Start(ctx, []string{"/bin/sh"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(p.Stdin, request)
		p.Stdin.Close()
		if got, err := io.ReadAll(io.LimitReader(p.Stdout, 3)); string(got) != "up\n" {
			t.Fatalf("%q, %v, %v", got, err, p.Wait())
		}
		return p
	}
	const silent, gone, stopped = "echo up; exec sleep 1000", "echo up; sleep 0.1; kill -9 0", "echo up; sleep 1001"
	p := start(t.Context(), live, silent)
	p.Kill()
	p.Wait()
	p = start(t.Context(), live, gone)
	io.ReadAll(p.Stdout)
	if err := p.Wait(); !IsLost(err) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p = start(ctx, live, stopped)
	cancel()
	p.Wait()
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	played := open(t, "replay:"+file, "")
	p = start(t.Context(), played, silent)
	rest := make(chan string)
	go func() { text, _ := io.ReadAll(p.Stdout); rest <- string(text) }()
	select {
	case text := <-rest:
		t.Errorf("ended by itself, with %q", text)
	default:
	}
	p.Kill()
	if text := <-rest; text != "" || p.Wait() == nil {
		t.Errorf("%q, %v", text, p.Wait())
	}
	for _, request := range []string{gone, stopped} {
		p = start(t.Context(), played, request)
		if text, _ := io.ReadAll(p.Stdout); len(text) > 0 || !IsLost(p.Wait()) || IsFinal(p.Wait()) {
			t.Errorf("%s: %q, %v", request, text, p.Wait())
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	file := dir + "/a.replay"
	live := open(t, "local", file)
	runScript(t, live, `: '{"options":{"seed":1}}'`)
	asked := func(r *recorder, request string) {
		r.write(entry{Run: &run{Request: []byte(request)}})
	}
	asked(live.(*recorder), `{"op":"measure","options":{"seed":1,"rounds":12},"batches":[]}`)
	asked(live.(*recorder), `{"op":"selftest"}`)
	played := open(t, "replay:"+file, "")
	for request, want := range map[string]string{
		`{"op":"measure","options":{"seed":2,"rounds":12},"batches":[]}`:                                           "request.options.seed is 2, recorded was 1",
		`{"op":"measure","options":{"seed":1,"rounds":12},"batches":["0123456789012345678901234567890123456789"]}`: "request.batches differs",
		`{"op":"measure","options":{"rounds":12,"seed":1,"threads":1},"batches":[],"x":{"y":true}}`:                "request.options.threads is 1, recorded was absent; request.x.y is true, recorded was absent",
		`{"op":"shares"}`: `request.op is "shares", recorded was "selftest"`,
	} {
		p, err := played.Start(t.Context(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := outcomeOf(p, request)
		if out != "" || !IsFinal(err) || fault.ExitCode(err) != 2 || !strings.Contains(err.Error(), want) || !strings.Contains(fault.HintOf(err), "--record") {
			t.Errorf("%s: %q, %v (hint %q)", request, out, err, fault.HintOf(err))
		}
	}
	text := dir + "/text"
	if err := os.WriteFile(text, []byte("no recording"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"replay:", "replay:" + text, "replay:" + dir + "/missing"} {
		if _, err := Open(t.Context(), name); err == nil || !strings.Contains(fault.HintOf(err), "--record") {
			t.Errorf("%s: %v (hint %q)", name, err, fault.HintOf(err))
		}
	}
	if _, err := (Opener{Record: text}).Open(t.Context(), "local"); err == nil || fault.ExitCode(err) != 2 {
		t.Errorf("recorded over another file: %v", err)
	}
	if _, err := (Opener{Record: file}).Open(t.Context(), "replay:"+file); err == nil || !strings.Contains(err.Error(), "another device") {
		t.Errorf("recorded a replay beside its device: %v", err)
	}
}

// TestReplayOfACutRecording: a recording whose end was cut off plays what is
// complete, says where it lacks something, and can be appended to.
func TestReplayOfACutRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.replay")
	live := open(t, "local", file)
	runScript(t, live, "echo one")
	whole, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	runScript(t, live, "echo two")
	live.Close()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{int64(len(data)) - 1, whole.Size() + 11, whole.Size() + 1} {
		if err := os.WriteFile(file, data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(t.Context(), "replay:"+file)
		if err != nil {
			t.Fatal(err)
		}
		if r := runScript(t, d, "echo one"); r.Out != "one\n" {
			t.Errorf("%d bytes: %+v", size, r)
		}
		p, _ := d.Start(t.Context(), nil, nil)
		if out, err := outcomeOf(p, "echo two"); out != "" || !strings.Contains(fault.HintOf(err), "cut off") {
			t.Errorf("%d bytes: %q, %v (hint %q)", size, out, err, fault.HintOf(err))
		}
	}
	live = open(t, "local", file)
	runScript(t, live, "echo two")
	live.Close()
	if r := runScript(t, open(t, "replay:"+file, ""), "echo two"); r.Out != "two\n" {
		t.Errorf("%+v", r)
	}
}

func FuzzRecording(f *testing.F) {
	var whole bytes.Buffer
	for _, e := range []entry{{Version: recordingVersion, Identity: &Identity{SoC: "x"}}, {State: &State{}}, {Run: &run{Request: []byte("a"), Answer: []byte("b")}}} {
		data, err := e.pack()
		if err != nil {
			f.Fatal(err)
		}
		whole.Write(data)
		f.Add(whole.Bytes())
	}
	f.Add(whole.Bytes()[:whole.Len()-3])
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := parseRecording(data)
		if err != nil {
			return
		}
		if rec.whole < 1 || rec.whole > int64(len(data)) || rec.cut != (rec.whole < int64(len(data))) {
			t.Errorf("%d of %d bytes, cut: %t", rec.whole, len(data), rec.cut)
		}
		again, err := parseRecording(data[:rec.whole])
		if err != nil || again.cut || len(again.runs) != len(rec.runs) {
			t.Errorf("the prefix differs: %v", err)
		}
	})
}
