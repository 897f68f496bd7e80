package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func devicesVerb(a *app) *cobra.Command {
	cmd := group("devices", "List, check and clean the devices to measure on",
		devicesListVerb(a), devicesCheckVerb(a), devicesCleanVerb(a), devicesAddVerb(a), devicesRemoveVerb(a))
	cmd.RunE = a.action(listDevices) // without a verb it lists the devices
	return cmd
}

func devicesListVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the devices and whether they can be measured on",
		Example: "  fbnas devices list",
		Args:    cobra.NoArgs,
		RunE:    a.action(listDevices),
	}
}

func listDevices(ctx context.Context, _ []string) (result, error) {
	r, err := job.ListDevices(ctx)
	return view(r, devicesText), err
}

func devicesText(w io.Writer, r *job.DeviceList) error {
	t := text.NewTable(text.Left("device"), text.Left("processor"), text.Right("cores"), text.Right("memory"),
		text.Left("system"), text.Left("state"))
	for _, d := range r.Devices {
		state := "ready"
		if d.Reason != nil {
			state = *d.Reason
		}
		if d.SoC == "" {
			t.Row(d.Name, "", "", "", "", state)
			continue
		}
		t.Row(d.Name, d.SoC+" ("+d.Arch+")", fmt.Sprint(d.Cores), text.Bytes(d.MemoryBytes), d.OS, state)
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	for _, d := range r.Devices {
		if d.Hint != nil {
			if _, err := fmt.Fprintf(w, "\n%s: %s\n", d.Name, *d.Hint); err != nil {
				return err
			}
		}
	}
	return nil
}

func devicesCleanVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "clean NAME",
		Short:   "Remove what killed measurements have left on a device",
		Example: "  fbnas devices clean local",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			r, err := job.CleanDevice(ctx, args[0])
			return view(r, cleanText), err
		}),
	}
}

func cleanText(w io.Writer, r *job.CleanResult) error {
	if len(r.Removed) == 0 {
		_, err := fmt.Fprintf(w, "nothing to remove on %s\n", r.Name)
		return err
	}
	_, err := fmt.Fprintf(w, "removed %s\n", strings.Join(r.Removed, "\nremoved "))
	return err
}
