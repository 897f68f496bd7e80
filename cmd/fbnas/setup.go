package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

type setupOptions struct {
	from   string
	all    bool
	clean  bool
	dryRun bool
}

func setupVerb(a *app) *cobra.Command {
	var o setupOptions
	cmd := &cobra.Command{
		Use:   "setup [ITEM...]",
		Short: "Fetch and verify ONNX Runtime and the demo data into the cache",
		Long: "Fetch ONNX Runtime (npm) and the demo data (Debian's archive) into the cache,\n" +
			"verify them by hash, and keep them. Nothing is installed on the system and root\n" +
			"is not needed. Items: onnxruntime-amd64, fashion-mnist; onnxruntime-arm64 and\n" +
			"linux-arm64-libraries (for phones and arm64 boards); and what only the project's\n" +
			"own tests need: onnx-testdata, qemu-user-static, openssh-server and adb; for the\n" +
			"virtual machine of make check-vm qemu-system-arm, linux-image-arm64 and\n" +
			"userland-arm64.\n\n" +
			"FBNAS_CACHE moves the cache; FBNAS_ORT_LIB takes another ONNX Runtime library.",
		Example: "  fbnas setup\n" +
			"  fbnas setup onnxruntime-arm64 linux-arm64-libraries     # for a phone\n" +
			"  fbnas setup --from ~/Downloads     # .tgz and .deb files fetched elsewhere\n" +
			"  fbnas setup --clean",
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			return runSetup(ctx, a, o, args)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "take the packages' files from this `folder` instead of the network")
	f.BoolVar(&o.all, "all", false, "everything but the virtual machine, what only the project's own tests need too")
	f.BoolVar(&o.clean, "clean", false, "remove what set-up has put into the cache")
	f.BoolVar(&o.dryRun, "dry-run", false, "only show what the cache holds and what is missing")
	return cmd
}

// setupResult is the state of the cache after set-up.
type setupResult struct {
	Cache setup.Dir   `json:"cache"`
	Items []setupItem `json:"items"`
}

type setupItem struct {
	Item    setup.Item `json:"item"`
	What    string     `json:"what"`
	Ready   bool       `json:"ready"`
	Version *string    `json:"version"`
	Path    string     `json:"path"`
	Reason  *string    `json:"reason"` // why it is not ready
}

func runSetup(ctx context.Context, a *app, o setupOptions, args []string) (result, error) {
	wanted := setup.Default()
	if o.all {
		wanted = setup.All()
	}
	if len(args) > 0 {
		if o.all {
			return nil, fault.New(fault.Usage, "Leave out one of them.", "--all and named items do not go together")
		}
		wanted = nil
		for _, arg := range args {
			wanted = append(wanted, setup.Item(arg))
		}
	}
	var err error
	switch {
	case o.dryRun:
	case o.clean:
		err = setup.Clean(ctx, a.log)
	default:
		err = setup.Ensure(ctx, a.log, o.from, wanted...)
	}
	if err != nil {
		return nil, err
	}
	cache, err := setup.Cache()
	if err != nil {
		return nil, err
	}
	states, err := setup.Status(wanted...)
	if err != nil {
		return nil, err
	}
	r := setupResult{Cache: cache}
	for _, s := range states {
		r.Items = append(r.Items, itemOf(s))
	}
	return r, nil
}

func itemOf(s setup.ItemStatus) setupItem {
	return setupItem{s.Item, s.What, s.Ready, orNull(s.Version), s.Path, orNull(s.Reason)}
}

func (r setupResult) Text(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range r.Items {
		state := "missing"
		if s.Ready {
			state = "ready"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", state, s.What, s.Path)
	}
	return tw.Flush()
}
