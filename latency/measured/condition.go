package measured

// Number formats that models compute in.
const (
	FP32 = "fp32"
	Int8 = "int8"
)

// Precisions are the formats that a table can be of.
var Precisions = []string{FP32, Int8}

// Condition is everything that must be equal for two figures to be comparable; a
// table has one.
type Condition struct {
	Runtime       string `json:"runtime"` // "onnxruntime 1.27.0"
	RuntimeDigest string `json:"runtime_digest"`
	Provider      string `json:"provider"`
	// ProviderOptions are nil for the CPU, the only provider that is measured on.
	// They are read so that a table of a later fbnas whose provider has options is
	// refused beside figures without, and not taken for comparable.
	ProviderOptions  map[string]string `json:"provider_options,omitempty"`
	SessionOptions   map[string]string `json:"session_options,omitempty"`
	Precision        string            `json:"precision"`
	Batch            int               `json:"batch"`
	Threads          int               `json:"threads"`
	CoreSet          string            `json:"core_set"`          // as read back after pinning, e.g. "3" or "4-7"
	FixedPerformance string            `json:"fixed_performance"` // FixedOn | FixedOff | FixedUnsupported
}

// The values of Condition.FixedPerformance.
const (
	FixedOn          = "on"
	FixedOff         = "off" // the device has the mode, but it was not used
	FixedUnsupported = "unsupported"
)
