package dataset

// joinedSource presents the images of two sources of the same shape as one source.
type joinedSource struct {
	source     // the first, for shape
	other      source
	firstCount int
}

func (j joinedSource) inMemory() bool { return j.source.inMemory() && j.other.inMemory() }

func (j joinedSource) pixels(i int, dst []uint8) error {
	if i < j.firstCount {
		return j.source.pixels(i, dst)
	}
	return j.other.pixels(i-j.firstCount, dst)
}

func (j joinedSource) name(i int) string {
	if i < j.firstCount {
		return j.source.name(i)
	}
	return j.other.name(i - j.firstCount)
}

// join makes one list from two.
func join(a, b images) images {
	if a.src == nil {
		return b
	}
	if b.src == nil {
		return a
	}
	n := len(a.labels)
	one := images{src: joinedSource{a.src, b.src, n}}
	one.labels = append(append(one.labels, a.labels...), b.labels...)
	one.content = append(append(one.content, a.content...), b.content...)
	one.keep = append(one.keep, a.keep...)
	for _, i := range b.keep {
		one.keep = append(one.keep, n+i)
	}
	return one
}
