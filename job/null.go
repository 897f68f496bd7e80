package job

// orNull is a pointer to s for a JSON document; nil, and so null, for "".
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// positiveOrNull is a pointer to v for a JSON document; nil, and so null, unless v is
// positive.
func positiveOrNull(v float64) *float64 {
	if v == 0 {
		return nil
	}
	return &v
}
