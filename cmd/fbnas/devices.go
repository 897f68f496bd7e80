package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
)

func devicesVerb(a *app) *cobra.Command {
	cmd := group("devices", "List, check and clean the devices to measure on",
		devicesListVerb(a), devicesCheckVerb(a), devicesCleanVerb(a), devicesAddVerb(a), devicesRemoveVerb(a))
	cmd.RunE = a.does(listDevices) // devices alone lists them
	return cmd
}

type deviceState struct {
	job.DeviceInfo
	Address string  `json:"address"` // for --device, where the name is not registered
	Ready   bool    `json:"ready"`
	Reason  *string `json:"reason"` // why it is not ready
	Hint    *string `json:"hint"`
}

func (s *deviceState) refuse(err error) {
	s.Ready, s.Reason, s.Hint = false, orNull(err.Error()), orNull(fault.HintOf(err))
}

type deviceList struct {
	Devices []deviceState `json:"devices"`
}

func devicesListVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the devices and whether they can be measured on",
		Example: "  fbnas devices list",
		Args:    cobra.NoArgs,
		RunE:    a.does(listDevices),
	}
}

func listDevices(ctx context.Context, _ []string) (result, error) {
	local, err := localState(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := devices.Registered()
	if err != nil {
		return nil, err
	}
	list := append([]deviceState{local}, reachAll(ctx, entries)...)
	return deviceList{append(list, attachedPhones(ctx, entries)...)}, ctx.Err()
}

// localState is this machine as a device.
func localState(ctx context.Context) (deviceState, error) {
	const name = "local"
	d, err := devices.Open(ctx, name)
	if err != nil {
		return deviceState{}, err
	}
	defer d.Close()
	id, err := d.Identity(ctx)
	if err != nil {
		return deviceState{}, err
	}
	s := deviceState{
		DeviceInfo: job.IdentityOf(name, id),
		Address:    name,
		Ready:      true,
	}
	meter, err := latency.Open(ctx, name, nil)
	if err == nil {
		err = meter.Close()
	}
	if err != nil {
		s.refuse(err)
	}
	return s, nil
}

func (r deviceList) Text(w io.Writer) error {
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

type cleanResult struct {
	Name    string   `json:"name"`
	Removed []string `json:"removed"`
}

func devicesCleanVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "clean NAME",
		Short:   "Remove what killed measurements have left on a device",
		Example: "  fbnas devices clean local",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			removed, err := devices.Clean(ctx, args[0])
			if err != nil {
				return nil, err
			}
			return cleanResult{args[0], append([]string{}, removed...)}, nil
		}),
	}
}

func (r cleanResult) Text(w io.Writer) error {
	if len(r.Removed) == 0 {
		_, err := fmt.Fprintf(w, "nothing to remove on %s\n", r.Name)
		return err
	}
	_, err := fmt.Fprintf(w, "removed %s\n", strings.Join(r.Removed, "\nremoved "))
	return err
}
