package devices

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"fbnas/internal/fault"
)

// remote is a device behind a shell. Its base folder has the folder files, with
// what was pushed, and the folder runs, with a folder for each started program.
type remote struct {
	name  string
	sh    shell
	base  string
	owner owner // its token begins the names of this program's runs
	pace  pace
	log   *slog.Logger // see Outage

	mu     sync.Mutex
	sums   map[string]string // SHA-256 of the files there, by name; nil: not yet queried
	unsure []string          // files that are not verified yet
	runs   int
}

// pace is how often a device is queried, and how long without success.
type pace struct {
	first, most time.Duration // between two queries; every answer disturbs what runs there
	slow        time.Duration // how long an answer may take before it is reported as missing
	patience    time.Duration // how long to wait for a connection to come back
}

var usualPace = pace{first: 30 * time.Millisecond, most: 4 * time.Second, slow: 2 * time.Second, patience: UsualWait}

// dial returns the device behind a shell, which the device closes. It creates the
// device's folder, and restores what earlier runs have left changed there.
func dial(ctx context.Context, name string, sh shell, base string) (*remote, error) {
	if !path.IsAbs(base) || path.Clean(base) != base || base == "/" {
		return nil, errors.Join(fmt.Errorf("device %s: %q cannot be its folder", name, base), sh.close())
	}
	owner, err := newOwner()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("device %s: %w", name, err), sh.close())
	}
	r := &remote{name: name, sh: sh, base: base, owner: owner, pace: usualPace}
	script := "umask 077; mkdir -p " + quote(r.Folder()) + " " + quote(r.runsFolder()) + " || exit\n" +
		aliveFunc + amendFunc + "cd " + quote(r.runsFolder()) + " && amend; exit 0"
	if _, err := sh.run(ctx, script, nil); err != nil {
		return nil, errors.Join(r.explain("make its folder", err), r.Close())
	}
	return r, nil
}

// wait sets how long to wait when the connection is lost, and where that is
// logged.
func (r *remote) wait(d time.Duration, log *slog.Logger) { r.pace.patience, r.log = d, log }

func (r *remote) Name() string       { return r.name }
func (r *remote) Folder() string     { return r.base + "/files" }
func (r *remote) Close() error       { return errors.Join(r.sh.close(), r.owner.close()) }
func (r *remote) runsFolder() string { return r.base + "/runs" }

// Push puts a file there unless it exists with this name and content; Start
// verifies what arrived. The name may contain folders. ELF files are executable.
func (r *remote) Push(ctx context.Context, name string, data []byte) error {
	if !filepath.IsLocal(name) || path.Clean(name) != name || name == "." {
		return fmt.Errorf("device %s: push %q: not a file name", r.name, name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	digest := sha256.Sum256(data)
	sum := hex.EncodeToString(digest[:])
	err := r.insist(ctx, func() error {
		if err := r.ask(ctx); err != nil || r.sums[name] == sum {
			return err
		}
		return r.send(ctx, name, data, sum)
	})
	if err == nil {
		return nil
	}
	if !errors.Is(err, errLost) {
		err = cmp.Or(r.full(ctx), err)
	}
	return r.explain("push "+name, err)
}

// send puts a file there; verify checks it later.
func (r *remote) send(ctx context.Context, name string, data []byte, sum string) error {
	target, mode := r.Folder()+"/"+name, uint32(0o600)
	if strings.HasPrefix(string(data[:min(4, len(data))]), "\x7fELF") {
		mode = 0o700
	}
	if folder := path.Dir(target); folder != r.Folder() {
		if _, err := r.sh.run(ctx, "umask 077; mkdir -p "+quote(folder), nil); err != nil {
			return err
		}
	}
	if err := r.sh.put(ctx, target, data, mode); err != nil {
		return err
	}
	r.sums[name] = sum
	r.unsure = append(r.unsure, name)
	return nil
}

// verify checks the files that were sent since the last time, all at once,
// because a query takes as long as a small file. A file that arrived damaged is
// removed, and the program has to push it again.
func (r *remote) verify(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.unsure) > 0 {
		some := r.unsure[:min(200, len(r.unsure))]
		var words string
		for _, name := range some {
			words += " " + quote("./"+name)
		}
		var got map[string]string
		err := r.insist(ctx, func() (err error) {
			got, err = r.hash(ctx, "$h"+words+" 2>/dev/null; exit 0")
			return err
		})
		if err != nil {
			return r.explain("verify what was pushed", err)
		}
		for _, name := range some {
			if want := r.sums[name]; got[name] != want {
				err := r.insist(ctx, func() error {
					_, err := r.sh.run(ctx, "rm -f "+quote(r.Folder()+"/"+name), nil)
					return err
				})
				delete(r.sums, name)
				return r.explain("push "+name, errors.Join(fmt.Errorf("it arrived with SHA-256 %.64q, want %s", got[name], want), err))
			}
		}
		r.unsure = r.unsure[len(some):]
	}
	return nil
}

// forget makes the next Push check again what is there: a device that lost power
// has lost what was not yet on its disk.
func (r *remote) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sums, r.unsure = nil, nil
}

// hasher sets h to the command that prints SHA-256 sums.
const hasher = `if command -v sha256sum >/dev/null; then h=sha256sum; else h="toybox sha256sum"; fi; `

// ask queries once what is in the folder.
func (r *remote) ask(ctx context.Context) error {
	if r.sums != nil {
		return nil
	}
	sums, err := r.hash(ctx, "find . -type f -exec $h {} +")
	r.sums = sums
	return err
}

// hash runs a command that contains $h, in the folder, and returns the checksums
// by file.
func (r *remote) hash(ctx context.Context, command string) (map[string]string, error) {
	out, err := r.sh.run(ctx, hasher+"cd "+quote(r.Folder())+" && { "+command+"; }", nil)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if sum, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " "); ok {
			sums[strings.TrimPrefix(strings.TrimLeft(name, " *"), "./")] = sum
		}
	}
	return sums, nil
}

// insist repeats what failed because the connection was lost, until the device's
// patience ends.
func (r *remote) insist(ctx context.Context, do func() error) error {
	outage := Outage{Log: r.log}
	return r.pace.insist(ctx, do, func(why string, until time.Time) {
		outage.See(time.Now(), why, time.Until(until))
	})
}

// insist repeats do while it fails because the connection was lost, until the
// patience ends, and reports why to say; "" when that is over.
func (p pace) insist(ctx context.Context, do func() error, say func(why string, until time.Time)) error {
	var until time.Time // set at the first failure
	for wait := p.first; ; wait = min(2*wait, p.most) {
		err := do()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, errLost) {
			say("", until)
			return err
		}
		if until.IsZero() {
			until = time.Now().Add(p.patience)
		}
		if !time.Now().Before(until) {
			return err
		}
		say(err.Error(), until)
		if err := Pause(ctx, wait); err != nil {
			return err
		}
	}
}

// explain adds to an error the device's name, and what to do about it.
func (r *remote) explain(doing string, err error) error { return explain(r.name, doing, err) }

func explain(name, doing string, err error) error {
	if fault.CodeOf(err) == fault.Interrupted {
		return err
	}
	hint := ""
	for _, known := range refusals {
		if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(known.says)) {
			hint = strings.ReplaceAll(known.hint, "NAME", name)
			break
		}
	}
	if hint == "" && errors.Is(err, errLost) && fault.HintOf(err) == "" {
		hint = "Check the cable or the network, then run the command again: what was measured is kept."
	}
	return fault.New(fault.Device, hint, "device %s: %s: %w", name, doing, err)
}

// refusals says what to do about the messages of devices' systems.
var refusals = []struct{ says, hint string }{
	{errFull.Error(), "Free some space on it: fbnas devices clean NAME removes what fbnas has put there."},
	{"No space left on device", "Free some space on it: fbnas devices clean NAME removes what fbnas has put there."},
	{"Read-only file system", "Its file system is read-only; check its storage."},
	{"Disk quota exceeded", "Free some space on it: fbnas devices clean NAME removes what fbnas has put there."},
	{"cannot be restored", "Wait until it has started, then run the command again."},
	{"sha256sum: not found", "It needs sha256sum: install coreutils or busybox there."},
}

// cleanRemote removes what programs have left below a base folder: the folders of
// runs that ended and, if no run is alive, everything. It first restores what
// runs have changed on the device.
func cleanRemote(ctx context.Context, name string, sh shell, base string) ([]string, error) {
	out, err := sh.run(ctx, "base="+quote(base)+"\n"+aliveFunc+amendFunc+cleanScript, nil)
	if err != nil {
		return nil, explain(name, "clean", err)
	}
	return strings.Fields(string(out)), nil
}

const cleanScript = `cd "$base/runs" 2>/dev/null || exit 0
amend
used=
for run in *; do
	if [ ! -d "$run" ]; then continue; fi
	if alive "$run"; then used=1; continue; fi
	if discard "$run"; then echo "$base/runs/$run"; continue; fi
	echo "what a run has changed cannot be restored: $(cat "$run/restore")" >&2
	exit 1
done
if [ -z "$used" ]; then cd / && rm -rf "$base" && echo "$base"; fi
`

// quote makes s one word of a shell command line.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Pause waits, unless the context ends first.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
