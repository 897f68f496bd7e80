package job

// orNull is s for a JSON document, in which what is absent is null.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// positive is a pointer for a JSON document, in which what is absent is null.
func positive(v float64) *float64 {
	if v == 0 {
		return nil
	}
	return &v
}
