package lut

// Form of a calibration.
type Form string

// The forms. They are additive over blocks, so that the expectation over a
// choice of blocks stays exact.
const (
	Sum    Form = "sum"    // Σ row
	Offset Form = "offset" // base + Σ row
	Linear Form = "linear" // base + Σ (row − call − element · (input + output elements))
	// Memory is Linear and Σ (weight · weights + inner · values inside): a
	// block that runs again and again alone finds in the nearest cache what in
	// a large network the others have driven out of it.
	Memory Form = "memory"
	// Borders is Linear, less what each block saves by being joined at a tensor
	// of its input's shape: whether a layout changes there depends on the
	// number of channels in ways that only the device tells.
	Borders Form = "borders"
	// MemoryBorders is Memory with what Borders saves.
	MemoryBorders Form = "memory_borders"
)

// forms lists what a calibration tries, from the simplest, with the networks
// from which on: several coefficients from fewer say more about the networks
// than about the device. The first is taken where there are too few for any.
var forms = []struct {
	form     Form
	networks int
	fit      func([]Timed) Calibration // Form is not set
}{
	{Offset, 2, fitOffset},
	{Linear, 12, fitLinear},
	{Memory, 12, fitMemory},
	{Borders, 12, func(ns []Timed) Calibration { return fitBorders(ns, fitLinear(ns)) }},
	{MemoryBorders, 12, func(ns []Timed) Calibration { return fitBorders(ns, fitMemory(ns)) }},
}

// terms are what a network has beside its rows, with their coefficients:
// Linear has the first three, Memory all.
var terms = []struct {
	of          func(Timed) float64
	coefficient func(*Calibration) *float64
}{
	{func(Timed) float64 { return 1 }, func(c *Calibration) *float64 { return &c.BaseUS }},
	{func(n Timed) float64 { return -float64(n.Blocks) }, func(c *Calibration) *float64 { return &c.CallUS }},
	{func(n Timed) float64 { return -n.Elements }, func(c *Calibration) *float64 { return &c.ElementUS }},
	{func(n Timed) float64 { return n.Weights }, func(c *Calibration) *float64 { return &c.WeightUS }},
	{func(n Timed) float64 { return n.Inner }, func(c *Calibration) *float64 { return &c.InnerUS }},
}

// fitOffset fits the base alone; it may be negative.
func fitOffset(ns []Timed) Calibration {
	var num, den float64
	for _, n := range ns {
		w := 1 / (n.MeasuredUS * n.MeasuredUS)
		num += w * (n.MeasuredUS - n.SumUS)
		den += w
	}
	return Calibration{BaseUS: num / den}
}

func fitLinear(ns []Timed) Calibration { return fitTerms(ns, 3) }

func fitMemory(ns []Timed) Calibration { return fitTerms(ns, len(terms)) }

// fitTerms fits the coefficients of the first terms, none of them negative, to
// what the sums of rows leave over. Every equation is divided by the measured
// latency, so that errors count by their share.
func fitTerms(ns []Timed, count int) Calibration {
	columns := make([][]float64, count)
	rest := make([]float64, len(ns))
	for i, n := range ns {
		for j, t := range terms[:count] {
			columns[j] = append(columns[j], t.of(n)/n.MeasuredUS)
		}
		rest[i] = 1 - n.SumUS/n.MeasuredUS
	}
	var c Calibration
	for j, x := range nnls(columns, rest) {
		*terms[j].coefficient(&c) = x
	}
	return c
}
