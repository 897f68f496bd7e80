package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"fbnas/internal/setup"
	"fbnas/job"
)

func setupVerb(a *app) *cobra.Command {
	var o job.SetupOptions
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
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			for _, arg := range args {
				o.Items = append(o.Items, setup.Item(arg))
			}
			r, err := job.Setup(ctx, a.env, o)
			return view(r, setupText), err
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "", "take the packages' files from this `folder` instead of the network")
	f.BoolVar(&o.All, "all", false, "everything but the virtual machine, what only the project's own tests need too")
	f.BoolVar(&o.Clean, "clean", false, "remove what set-up has put into the cache, and the agents that were unpacked there")
	f.BoolVar(&o.DryRun, "dry-run", false, "only show what the cache holds and what is missing")
	return cmd
}

func setupText(w io.Writer, r *job.SetupResult) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, folder := range r.Removed {
		fmt.Fprintf(tw, "removed\t%s\n", folder)
	}
	for _, s := range r.Items {
		state := "missing"
		if s.Ready {
			state = "ready"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", state, s.What, s.Path)
	}
	return tw.Flush()
}
