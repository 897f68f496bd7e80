package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/job"
)

// shells are the shells for which completion is written.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
}

func completionVerb(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print the completion script of a shell",
		Example:   "  source <(fbnas completion bash)\n  fbnas completion zsh > ~/.zfunc/_fbnas",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
	}
	cmd.RunE = a.action(func(_ context.Context, args []string) (result, error) {
		var script strings.Builder
		if err := shells[args[0]](cmd.Root(), &script); err != nil {
			return nil, fmt.Errorf("completion for %s: %w", args[0], err)
		}
		return view(&job.CompletionResult{Shell: args[0], Script: script.String()}, completionText), nil
	})
	return cmd
}

func completionText(w io.Writer, r *job.CompletionResult) error {
	_, err := io.WriteString(w, r.Script)
	return err
}
