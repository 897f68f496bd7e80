package text

// Fact is a figure with its name.
type Fact struct{ Name, Value string }

// Facts are figures, one per line.
type Facts []Fact

// Add adds a figure that is known.
func (f *Facts) Add(name, value string) {
	if value != "" && value != Absent {
		*f = append(*f, Fact{name, value})
	}
}
