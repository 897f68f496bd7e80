package rundir

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/random"
)

// childRun is the environment variable that makes this test binary run a training
// in the folder that it names.
const childRun = "RUNDIR_TEST_CHILD"

const (
	killEvery = 2  // steps between checkpoints
	killLast  = 99 // last step
)

// TestChild trains until it is killed or done, and prints every saved step.
func TestChild(t *testing.T) {
	path := os.Getenv(childRun)
	if path == "" {
		t.Skip("runs as a child of TestKill")
	}
	o, _ := quiet()
	step := 0
	d, c, err := Resume(path, "train", usual, o)
	if fault.CodeOf(err) == fault.Usage {
		d, err = Create(path, "train", usual, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c != nil {
		step = c.Step
	}
	for ; step < killLast; step += killEvery {
		work(t, d, step, min(step+killEvery, killLast), killEvery)
		fmt.Printf("saved %d\n", step+killEvery)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a training with SIGKILL again and again at random moments. No
// acknowledged step is lost, and the result is that of an uninterrupted run.
func TestKill(t *testing.T) {
	r := random.New(1, "rundir kill")
	path := t.TempDir()
	o, _ := quiet()
	kills, done := 0, false
	for !done {
		acknowledged := child(t, path, 1+r.IntN(8), time.Duration(r.IntN(4000))*time.Microsecond, &done)
		if !done {
			kills++
		}
		c, err := Load(path, o.Log)
		if err != nil {
			t.Fatalf("after kill %d: %v", kills, err)
		}
		whole(t, c)
		if c.Step < acknowledged {
			t.Fatalf("after kill %d: step %d, but step %d was acknowledged", kills, c.Step, acknowledged)
		}
	}
	if kills < 3 {
		t.Errorf("only %d kills", kills)
	}
	calm := t.TempDir()
	d := create(t, calm)
	work(t, d, 0, killLast, killEvery)
	d.Close()
	for _, name := range []string{metricsName, eventsName, checkpointName, previousName} {
		if read(t, path+"/"+name) != read(t, calm+"/"+name) {
			t.Errorf("%s differs from the uninterrupted run's", name)
		}
	}
}

// child runs the training until it has saved the given number of times and a
// while longer, kills it, and returns the last step that it reported.
func child(t *testing.T, path string, saves int, longer time.Duration, done *bool) (step int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childRun+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var rest strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), "saved %d", &step); err != nil {
			fmt.Fprintln(&rest, lines.Text())
			continue
		}
		if saves--; saves == 0 {
			time.Sleep(longer)
			cmd.Process.Kill()
		}
	}
	err = cmd.Wait()
	*done = err == nil
	if !*done && saves > 0 {
		t.Fatalf("the training ended by itself: %v\n%s", err, &rest)
	}
	return min(step, killLast/killEvery*killEvery)
}
