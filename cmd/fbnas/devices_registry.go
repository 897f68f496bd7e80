package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/job"
)

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
	cmd.RunE = a.action(func(_ context.Context, args []string) (result, error) {
		e.Name, e.Address = args[0], args[1]
		if cmd.Flags().Changed("core") {
			e.Core = &core
		}
		r, err := job.RegisterDevice(e)
		return view(r, entryText), err
	})
	return cmd
}

func entryText(w io.Writer, r *job.DeviceEntry) error {
	_, err := fmt.Fprintf(w, "%s is %s; fbnas devices check %s looks at it\n", r.Name, r.Address, r.Name)
	return err
}

func devicesRemoveVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME",
		Short:   "Forget a registered device",
		Long:    "Forget a registered device. Nothing on the device changes: see fbnas devices clean.",
		Example: "  fbnas devices remove pixel",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(_ context.Context, args []string) (result, error) {
			r, err := job.ForgetDevice(args[0])
			return view(r, forgottenText), err
		}),
	}
}

func forgottenText(w io.Writer, r *job.ForgottenDevice) error {
	_, err := fmt.Fprintf(w, "%s is forgotten\n", r.Name)
	return err
}
