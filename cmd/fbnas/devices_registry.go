package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/job"
)

// reaching is how long the list waits for a registered device.
const reaching = 15 * time.Second

// reachAll looks at registered devices, all at once.
func reachAll(ctx context.Context, entries []devices.Entry) []deviceState {
	states := make([]deviceState, len(entries))
	var wait sync.WaitGroup
	for i, e := range entries {
		wait.Go(func() { states[i] = reach(ctx, e) })
	}
	wait.Wait()
	return states
}

func reach(ctx context.Context, e devices.Entry) deviceState {
	s := deviceState{DeviceInfo: job.DeviceInfo{Name: e.Name}, Address: e.Address, Ready: true}
	ctx, cancel := context.WithTimeoutCause(ctx, reaching,
		fault.New(fault.Device, "fbnas devices check "+e.Name+" waits longer.", "it does not answer within %v", reaching))
	defer cancel()
	d, err := devices.Open(ctx, e.Name)
	if err == nil {
		defer d.Close()
		var id devices.Identity
		id, err = d.Identity(ctx)
		s.DeviceInfo = job.IdentityOf(e.Name, id)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		s.refuse(err)
	}
	return s
}

type deviceEntry struct {
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Runtime *string `json:"runtime"`
	Agent   *string `json:"agent"`
	Core    *int    `json:"core"`
}

func devicesAddVerb(a *app) *cobra.Command {
	var e devices.Entry
	var core int
	cmd := &cobra.Command{
		Use:   "add NAME ADDRESS",
		Short: "Register a device under a name",
		Long: "Register a device under a name, for --device. The address is adb (the only phone\n" +
			"attached), adb:SERIAL, or ssh://USER@HOST[:PORT], where HOST may be a name in\n" +
			"~/.ssh/config. Nothing is done to the device; fbnas devices check looks at it.\n" +
			"FBNAS_SSH and FBNAS_ADB name other clients than the ssh and adb in PATH.",
		Example: "  fbnas devices add pixel adb\n" +
			"  fbnas devices add board ssh://pi@raspberrypi.local --core 3\n" +
			"  fbnas devices add board ssh://pi@raspberrypi.local --runtime libonnxruntime.so",
		Args: cobra.ExactArgs(2),
	}
	f := cmd.Flags()
	f.StringVar(&e.Runtime, "runtime", "", "ONNX Runtime of your own for it: a `file` .so or .aar")
	f.StringVar(&e.Agent, "agent", "", "agent of your own for it: a `program` for the device")
	f.IntVar(&core, "core", anyCore, "core to measure on (default: one of the fastest)")
	cmd.RunE = a.does(func(_ context.Context, args []string) (result, error) {
		e.Name, e.Address = args[0], args[1]
		if cmd.Flags().Changed("core") {
			e.Core = &core
		}
		for flag, path := range map[string]*string{"--runtime": &e.Runtime, "--agent": &e.Agent} {
			if err := existing(flag, path); err != nil {
				return nil, err
			}
		}
		if err := devices.Register(e); err != nil {
			return nil, err
		}
		return deviceEntry{e.Name, e.Address, orNull(e.Runtime), orNull(e.Agent), e.Core}, nil
	})
	return cmd
}

// existing makes a flag's path absolute; it has to be a file's.
func existing(flag string, path *string) error {
	if *path == "" {
		return nil
	}
	info, err := os.Stat(*path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", *path)
	}
	if err == nil {
		*path, err = filepath.Abs(*path)
	}
	if err != nil {
		return fault.New(fault.Usage, "Give the path of a file.", "%s: %w", flag, err)
	}
	return nil
}

func (r deviceEntry) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s is %s; fbnas devices check %s looks at it\n", r.Name, r.Address, r.Name)
	return err
}

type removedEntry struct {
	Name string `json:"name"`
}

func devicesRemoveVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME",
		Short:   "Forget a registered device",
		Long:    "Forget a registered device. Nothing on the device changes: see fbnas devices clean.",
		Example: "  fbnas devices remove pixel",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			return removedEntry{args[0]}, devices.Forget(args[0])
		}),
	}
}

func (r removedEntry) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s is forgotten\n", r.Name)
	return err
}
