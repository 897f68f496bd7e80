package dataset

// Preprocessing is what happens to pixels, from 0 to 1, before a network sees
// them: scaled to Height x Width with Channels, then (pixel - Mean) / Std for
// each channel.
type Preprocessing struct {
	Channels int       `json:"channels"`
	Height   int       `json:"height"`
	Width    int       `json:"width"`
	Mean     []float32 `json:"mean"`
	Std      []float32 `json:"std"`
}

// Preprocessing is that of the set's batches.
func (s *Set) Preprocessing() Preprocessing {
	shape := s.Train.Shape()
	return Preprocessing{Channels: shape[0], Height: shape[1], Width: shape[2], Mean: s.Mean, Std: s.Std}
}
