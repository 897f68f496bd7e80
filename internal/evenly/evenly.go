package evenly

// Indices returns n indices into a list of a length, ascending, the first of
// them 0: each is the start of one of n equal parts. It returns all
// indices if there are no more than n.
func Indices(length, n int) []int {
	at := make([]int, min(n, length))
	for i := range at {
		at[i] = i * length / len(at)
	}
	return at
}

// Pick returns the elements at Indices.
func Pick[T any](list []T, n int) []T { return entries(list, Indices(len(list), n)) }

// Span returns n elements, including the first and the last of the list; all
// elements if the list has no more than n.
func Span[T any](list []T, n int) []T {
	at := make([]int, min(n, len(list)))
	for i := range at {
		at[i] = i * (len(list) - 1) / max(1, len(at)-1)
	}
	return entries(list, at)
}

func entries[T any](list []T, at []int) []T {
	part := make([]T, len(at))
	for i, from := range at {
		part[i] = list[from]
	}
	return part
}
