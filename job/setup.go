package job

import (
	"context"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency/agents"
)

// SetupOptions are the options of Setup.
type SetupOptions struct {
	Items  []setup.Item // nil: what the main job needs, or all of it with All
	All    bool         // also what only the project's own tests need
	From   string       // a folder with the packages' files; "": the network
	Clean  bool         // remove what set-up has downloaded and the agents in the cache, instead
	DryRun bool         // only report
}

// SetupResult is the document of fbnas setup: the state of the cache afterwards.
type SetupResult struct {
	Cache setup.Dir   `json:"cache"`
	Items []SetupItem `json:"items"`
	// Removed are the folders that Clean has removed.
	Removed []string `json:"removed"`
}

// SetupItem is one item that set-up fetches.
type SetupItem struct {
	Item    setup.Item `json:"item"`
	What    string     `json:"what"`
	Ready   bool       `json:"ready"`
	Version *string    `json:"version"`
	Path    string     `json:"path"`
	Reason  *string    `json:"reason"` // why it is not ready
}

// Setup fetches and verifies the items asked for, and reports what the cache
// holds.
func Setup(ctx context.Context, env *Env, o SetupOptions) (*SetupResult, error) {
	wanted := o.Items
	switch {
	case wanted != nil && o.All:
		return nil, fault.New(fault.Usage, "Leave out one of them.", "--all and named items do not go together")
	case o.All:
		wanted = setup.All()
	case wanted == nil:
		wanted = setup.Default()
	}
	r := &SetupResult{Removed: []string{}}
	var err error
	switch {
	case o.DryRun:
	case o.Clean:
		err = r.clean(ctx, env)
	default:
		err = setup.Ensure(ctx, env.log(), o.From, wanted...)
	}
	if err != nil {
		return nil, err
	}
	if r.Cache, err = setup.Cache(); err != nil {
		return nil, err
	}
	states, err := setup.Status(wanted...)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		r.Items = append(r.Items, setupItemOf(s))
	}
	return r, nil
}

// clean removes what fbnas has put into the cache.
func (r *SetupResult) clean(ctx context.Context, env *Env) (err error) {
	if r.Removed, err = setup.Clean(ctx, env.log()); err != nil {
		return err
	}
	folder, err := agents.Clean()
	if folder != "" {
		r.Removed = append(r.Removed, folder)
	}
	r.Removed = append([]string{}, r.Removed...) // not null in the document
	return err
}

// setupItemOf is an item's state in a document.
func setupItemOf(s setup.ItemStatus) SetupItem {
	return SetupItem{s.Item, s.What, s.Ready, orNull(s.Version), s.Path, orNull(s.Reason)}
}
