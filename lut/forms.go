package lut

// Form of a calibration.
type Form string

// The forms. They are additive over blocks, so that the expectation over a
// choice of blocks stays exact.
const (
	Sum    Form = "sum"    // Σ row
	Offset Form = "offset" // base + Σ row
	Linear Form = "linear" // base + Σ (row − call − element · (input + output elements))
	// Memory is Linear plus Σ (weight · weights + inner · inner values): a block
	// that runs again and again alone finds its data in the nearest cache, from
	// which the other blocks of a large network would have evicted them.
	Memory Form = "memory"
	// Borders is Linear minus what each block saves because of its input's shape:
	// whether the layout changes at a border depends on the number of channels,
	// in a way that differs between devices.
	Borders Form = "borders"
	// MemoryBorders is Memory minus the savings of Borders.
	MemoryBorders Form = "memory_borders"
)

// forms lists what a calibration tries, from the simplest, each with the fewest
// networks that it needs: with fewer, its coefficients would describe the
// networks rather than the device. The first form is used where there are too few
// for any other.
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

// terms are what a network's latency has besides its rows, with their
// coefficients: Linear has the first three, Memory all of them.
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

// fitTerms fits non-negative coefficients of the first terms to what remains
// after the sums of rows. Every equation is divided by the measured latency, so
// that errors count relative to it.
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
