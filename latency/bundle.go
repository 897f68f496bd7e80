package latency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency/agents"
)

// Bundle has everything that an agent needs on a device other than this machine:
// files in one folder there, named by their contents. Of the device's own
// software it uses only the kernel.
type Bundle struct {
	files  []bundleFile
	loader string // of the C library; "" where the agent starts without one
	name   string // see Folder; "" until it is computed
}

type bundleFile struct {
	name string
	data []byte
}

const (
	agentFile   = "fbnas-agent"
	runtimeFile = "libonnxruntime.so"
)

// bundles lists the processors for which there are bundles. Phones and boards
// with arm64 also get a C library and its loader: their own may be another
// library (Android, musl), for 32 bits, or too old (docs/background/measuring.md,
// "Onto a phone without an NDK").
var bundles = map[string]struct {
	runtime, libraries setup.Item
	loader             string
	abi                string // Android's name of the processor
}{
	"amd64": {runtime: setup.RuntimeAMD64, abi: "x86_64"},
	"arm64": {setup.RuntimeARM64, setup.ArmLibraries, "ld-linux-aarch64.so.1", "arm64-v8a"},
}

// Own has a user's replacements for the bundle's parts, as paths on this machine.
// The zero value replaces nothing.
type Own struct {
	// Runtime is a libonnxruntime.so, or an .aar with one in it.
	Runtime string
	// Agent is a program that speaks package wire, started with the device's
	// own loader and libraries.
	Agent string
}

// NewBundle assembles the bundle for a processor, named as GOARCH, from what
// set-up has fetched, the agent that package agents finds, and the user's own
// parts.
func NewBundle(arch string, own Own) (*Bundle, error) {
	known, ok := bundles[arch]
	if !ok {
		return nil, fault.New(fault.Device, "Give its entry an agent and a runtime of your own.", "there is no agent for the processor %q", arch)
	}
	b := &Bundle{loader: known.loader}
	if err := b.addAgent(arch, own.Agent); err != nil {
		return nil, err
	}
	if own.Runtime != "" {
		library, err := ownRuntime(own.Runtime, arch, known.abi, b.loader != "")
		if err != nil {
			return nil, err
		}
		b.files = append(b.files, bundleFile{runtimeFile, library})
	}
	return b, b.fetched(known.runtime, known.libraries, own.Runtime == "")
}

// addAgent adds the usual agent, or the one at a path, which is started with the
// device's own loader.
func (b *Bundle) addAgent(arch, path string) error {
	if path != "" {
		b.loader = ""
		return b.add(agentFile, path)
	}
	agent, err := agents.Of(arch)
	if err != nil {
		return err
	}
	b.files = append(b.files, bundleFile{agentFile, agent})
	return nil
}

// fetched adds what set-up has fetched.
func (b *Bundle) fetched(runtime, libraries setup.Item, withRuntime bool) error {
	var wanted []setup.Item
	if withRuntime {
		wanted = append(wanted, runtime)
	}
	if b.loader != "" {
		wanted = append(wanted, libraries)
	}
	paths, err := setup.Files(wanted...)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := b.add(filepath.Base(path), path); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bundle) add(name, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	b.files = append(b.files, bundleFile{name, data})
	return nil
}

// Bytes is the total size of the files.
func (b *Bundle) Bytes() (n int64) {
	for _, f := range b.files {
		n += int64(len(f.data))
	}
	return n
}

// Folder is the name of the bundle's folder: equal for equal files.
func (b *Bundle) Folder() string {
	if b.name != "" {
		return b.name
	}
	var lines []string
	for _, f := range b.files {
		lines = append(lines, fmt.Sprintf("%x %s\n", sha256.Sum256(f.data), f.name))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	b.name = "bundle-" + hex.EncodeToString(sum[:8])
	return b.name
}

// push copies the bundle to a device; it skips files that are there.
func (b *Bundle) push(ctx context.Context, conn Conn) error {
	folder := b.Folder()
	for _, f := range b.files {
		if err := conn.Push(ctx, folder+"/"+f.name, f.data); err != nil {
			return fmt.Errorf("push the bundle: %w", err)
		}
	}
	return nil
}

// argv starts the agent, from the bundle below a folder of the device.
func (b *Bundle) argv(below string) []string {
	dir := below + "/" + b.Folder()
	argv := []string{dir + "/" + agentFile, "-ort", dir + "/" + runtimeFile}
	if b.loader != "" {
		argv = append([]string{dir + "/" + b.loader, "--library-path", dir}, argv...)
	}
	return argv
}
