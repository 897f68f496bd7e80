package ort

import (
	"context"
	"fmt"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/engine"
	"fbnas/graph"
	"fbnas/graph/lower"
	"fbnas/internal/convert"
	"fbnas/internal/ortc"
	"fbnas/onnx"
)

// Engine runs programs in ONNX Runtime, float32.
type Engine struct {
	options Options
	block   int          // of the blocked dialect; 0 is std
	device  *ortc.Device // holds states; nil if they are in ordinary memory
}

var _ engine.Engine = (*Engine)(nil)

// New loads the runtime. All engines of a process use one library.
func New(o Options) (*Engine, error) {
	if err := load(o.Library); err != nil {
		return nil, err
	}
	block, err := o.Dialect.resolve(o)
	if err != nil {
		return nil, err
	}
	device, err := o.Provider.open(o.Library)
	if err != nil {
		return nil, err
	}
	return &Engine{o, block, device}, nil
}

// Close closes the device; the runtime stays loaded as long as the process lives.
func (e *Engine) Close() error {
	if e.device != nil {
		e.device.Close()
	}
	return nil
}

// Compile lowers p and opens a session for it.
func (e *Engine) Compile(p *engine.Program, s engine.State) (engine.Runner, error) {
	own, ok := s.(*state)
	if !ok {
		return nil, fmt.Errorf("ort: program %s: the state belongs to another engine", p.Name)
	}
	face, err := p.Resolve(s.Specs())
	if err != nil {
		return nil, err
	}
	r := &runner{program: p, face: face, state: own}
	if err := r.open(e.options, e.block); err != nil {
		r.Close()
		return nil, fmt.Errorf("ort: program %s: %w", p.Name, err)
	}
	return r, nil
}

type runner struct {
	program *engine.Program
	face    engine.Interface
	state   *state
	session *ortgo.DynamicAdvancedSession
	feeds   []*tensor
	returns []*tensor
}

// written begins the names of outputs, which must differ from those of inputs.
const written = "next:"

func (r *runner) open(o Options, block int) error {
	var inNames, outNames []string
	for _, b := range r.program.Returns {
		t, err := newTensor(b.Node.DType, b.Node.Shape)
		if err != nil {
			return err
		}
		r.returns = append(r.returns, t)
	}
	for _, n := range append(append([]*graph.Node{}, r.face.Reads...), r.face.Feeds...) {
		inNames = append(inNames, n.Name)
	}
	for _, n := range r.face.Feeds {
		t, err := newTensor(n.DType, n.Shape)
		if err != nil {
			return err
		}
		r.feeds = append(r.feeds, t)
	}
	for _, out := range outputs(r.program) {
		outNames = append(outNames, out.Name)
	}
	model, level, err := lowered(r.program, block)
	if err != nil {
		return err
	}
	data, err := model.Bytes()
	if err != nil {
		return err
	}
	options, err := sessionOptions(o, level)
	if err != nil {
		return err
	}
	defer options.Destroy()
	if err := addNative(options); err != nil {
		return err
	}
	r.session, err = ortgo.NewDynamicAdvancedSessionWithONNXData(data, inNames, outNames, options)
	return err
}

// outputs are a program's writes, then its returns.
func outputs(p *engine.Program) []lower.Output {
	var list []lower.Output
	for _, b := range p.Writes {
		list = append(list, lower.Output{Name: written + b.Name, Node: b.Node})
	}
	for _, b := range p.Returns {
		list = append(list, lower.Output{Name: "out:" + b.Name, Node: b.Node})
	}
	return list
}

// lowered writes the model in the blocked dialect if it fits, and says how
// far the runtime may rewrite it: the blocked model is final except for constants
// and common subexpressions.
func lowered(p *engine.Program, block int) (*onnx.Model, ortgo.GraphOptimizationLevel, error) {
	level := ortgo.GraphOptimizationLevel(ortgo.GraphOptimizationLevelEnableExtended)
	write := lower.Std
	wanted := outputs(p)
	if lower.Fits(wanted, block) {
		level = ortgo.GraphOptimizationLevelEnableBasic
		write = func(outputs []lower.Output, o lower.Options) (*onnx.Model, error) {
			return lower.Blocked(outputs, block, o)
		}
	}
	model, err := write(wanted, lower.Options{Name: p.Name})
	return model, level, err
}

// sessionOptions: spinning would keep a core busy between operators, and the
// memory pattern would take 80 % more memory to save 4 % of the time
// (docs/background/runtime.md, "Session options for training").
func sessionOptions(o Options, level ortgo.GraphOptimizationLevel) (*ortgo.SessionOptions, error) {
	s, err := ortgo.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	for _, set := range []func() error{
		func() error { return s.SetIntraOpNumThreads(o.threads()) },
		func() error { return s.SetInterOpNumThreads(1) },
		func() error { return s.SetMemPattern(false) },
		func() error { return s.SetGraphOptimizationLevel(level) },
		func() error { return s.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
		func() error { return s.AddSessionConfigEntry("session.use_env_allocators", "1") },
		func() error { return o.Provider.use(s) },
		func() error { return o.profiled(s) },
	} {
		if err := set(); err != nil {
			s.Destroy()
			return nil, err
		}
	}
	return s, nil
}

func (o Options) profiled(s *ortgo.SessionOptions) error {
	if o.profile == "" {
		return nil
	}
	return s.EnableProfiling(o.profile)
}

// Run computes the program once and swaps the buffers it wrote.
func (r *runner) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	if err := r.face.CheckFeeds(feeds); err != nil {
		return nil, fmt.Errorf("ort: program %s: %w", r.program.Name, err)
	}
	var in, out []ortgo.Value
	for _, n := range r.face.Reads {
		in = append(in, r.state.pairs[n.Name].now.ort())
	}
	for i, n := range r.face.Feeds {
		copy(r.feeds[i].floats, feeds[n.Name].Floats)
		copy(r.feeds[i].ints, feeds[n.Name].Ints)
		in = append(in, r.feeds[i].value)
	}
	for _, b := range r.program.Writes {
		out = append(out, r.state.pairs[b.Name].next.ort())
	}
	for _, t := range r.returns {
		out = append(out, t.value)
	}
	if err := runSession(ctx, r.session, in, out); err != nil {
		return nil, fmt.Errorf("ort: program %s: %w", r.program.Name, err)
	}
	for _, b := range r.program.Writes {
		p := r.state.pairs[b.Name]
		p.now, p.next = p.next, p.now
	}
	results := engine.Results{}
	for i, b := range r.program.Returns {
		results[b.Name] = convert.Slice[float64](r.returns[i].floats)
	}
	return results, nil
}

// runSession stops the runtime between two operators when ctx ends.
func runSession(ctx context.Context, s *ortgo.DynamicAdvancedSession, in, out []ortgo.Value) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	options, err := ortgo.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy()
	stopped := make(chan struct{})
	unregister := context.AfterFunc(ctx, func() {
		options.Terminate()
		close(stopped)
	})
	err = s.RunWithOptions(in, out, options)
	if !unregister() {
		<-stopped // options must outlive Terminate
		return ctx.Err()
	}
	return err
}

// Close frees the session and the run's own tensors; the state stays.
func (r *runner) Close() error {
	for _, t := range append(r.feeds, r.returns...) {
		t.close()
	}
	if r.session == nil {
		return nil
	}
	return r.session.Destroy()
}
