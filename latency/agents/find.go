package agents

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fbnas/internal/fault"
)

// Of returns the agent for a Linux device with a processor, named as GOARCH: the
// content of the program.
func Of(arch string) ([]byte, error) {
	f, err := usual()
	if err != nil {
		return nil, err
	}
	return f.of(arch)
}

// Here returns the command that starts the agent on this machine: a program, and
// its first arguments if it needs any.
func Here() ([]string, error) {
	f, err := usual()
	if err != nil {
		return nil, err
	}
	return f.here()
}

// finder has everything but the environment that the search for an agent uses.
type finder struct {
	embedded fs.FS  // the folder built
	program  string // the path of this program
	serves   bool   // it calls ServeIfAsked
}

func usual() (finder, error) {
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	if err != nil {
		return finder{}, fault.New(fault.Device, "Let FBNAS_AGENT name an agent.", "find the agent: %w", err)
	}
	embedded, err := fs.Sub(built, "built")
	return finder{embedded, program, serves}, err
}

// asAgent is the first argument that turns a program into an agent; serves says
// that this program knows it (see ServeIfAsked).
const asAgent = "serve-as-agent"

var serves bool

// names are the environment variable that names an agent, and the agent's file
// name beside this program.
func names(arch string) (variable, beside string) {
	if arch == runtime.GOARCH {
		return "FBNAS_AGENT", "fbnas-agent"
	}
	return "FBNAS_AGENT_" + strings.ToUpper(arch), "fbnas-agent-linux-" + arch
}

// errNone says that there is no agent, neither as a file nor embedded.
var errNone = errors.New("none")

// find returns the path of an agent, or the content of one that is embedded.
func (f finder) find(goos, arch string) (path string, content []byte, err error) {
	variable, beside := names(arch)
	if path := os.Getenv(variable); path != "" {
		path, err = executable(path, "Let "+variable+" name an agent, or unset it.")
		return path, nil, err
	}
	content, err = unpack(f.embedded, "fbnas-agent-"+goos+"-"+arch+".gz")
	if !errors.Is(err, fs.ErrNotExist) {
		return "", content, err
	}
	path, err = executable(filepath.Join(filepath.Dir(f.program), beside),
		"Remove it, or build fbnas with make build, which embeds the agents.")
	if errors.Is(err, fs.ErrNotExist) {
		err = errNone
	}
	return path, nil, err
}

func (f finder) of(arch string) ([]byte, error) {
	path, content, err := f.find("linux", arch)
	if errors.Is(err, errNone) {
		variable, _ := names(arch)
		return nil, fault.New(fault.Device,
			"Build fbnas with make build, which embeds the agents, or let "+variable+" name one.",
			"this program was built without an agent for devices with %s processors", arch)
	}
	if err != nil || path == "" {
		return content, err
	}
	return os.ReadFile(path)
}

func (f finder) here() ([]string, error) {
	path, content, err := f.find(runtime.GOOS, runtime.GOARCH)
	switch {
	case errors.Is(err, errNone) && f.serves:
		return []string{f.program, asAgent}, nil
	case errors.Is(err, errNone):
		return nil, fault.New(fault.Device,
			"Call agents.ServeIfAsked first in its main, or let FBNAS_AGENT name an agent (go build ./cmd/fbnas-agent).",
			"%s has no agent to measure this machine with", filepath.Base(f.program))
	case err != nil:
		return nil, err
	case path == "":
		path, err = install(content)
	}
	return []string{path}, err
}

func executable(path, hint string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && (info.IsDir() || info.Mode()&0o111 == 0) {
		err = errors.New("not an executable file")
	}
	if err != nil {
		return "", fault.New(fault.Device, hint, "agent %s: %w", path, err)
	}
	return filepath.Abs(path)
}
