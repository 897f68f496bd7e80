package summary

// Why operators of the standard domain are not counted.
const (
	ownGraph  = "it holds a graph of its own, which may run any number of times"
	transform = "what it computes depends on the algorithm of the runtime"
	byValue   = "how much it gives depends on the values that it is given"
	sequences = "it works on sequences, texts or optional values, not on tensors of numbers"
	training  = "it is a loss: part of a training, not of a network that is used"
	drawn     = "it draws random numbers"
	signal    = "it makes a table for signals, of a size that is a value"
)

// uncounted are the operators up to opset 21 that have no rule, and why.
var uncounted = map[string]string{
	"AffineGrid":                "the size of what it gives is a value",
	"BlackmanWindow":            signal,
	"CenterCropPad":             "the size of what it gives is a value",
	"Col2Im":                    "the size of what it gives is a value",
	"Compress":                  byValue,
	"ConcatFromSequence":        sequences,
	"DFT":                       transform,
	"Det":                       transform,
	"HammingWindow":             signal,
	"HannWindow":                signal,
	"If":                        ownGraph,
	"ImageDecoder":              byValue,
	"Loop":                      ownGraph,
	"MaxRoiPool":                "the regions that it looks at are values",
	"MaxUnpool":                 "the size of what it gives may be a value",
	"MelWeightMatrix":           signal,
	"Multinomial":               drawn,
	"NegativeLogLikelihoodLoss": training,
	"NonMaxSuppression":         byValue,
	"NonZero":                   byValue,
	"Optional":                  sequences,
	"OptionalGetElement":        sequences,
	"OptionalHasElement":        sequences,
	"RandomNormal":              drawn,
	"RandomUniform":             drawn,
	"RegexFullMatch":            sequences,
	"STFT":                      transform,
	"Scan":                      ownGraph,
	"SequenceAt":                sequences,
	"SequenceConstruct":         sequences,
	"SequenceEmpty":             sequences,
	"SequenceErase":             sequences,
	"SequenceInsert":            sequences,
	"SequenceLength":            sequences,
	"SequenceMap":               ownGraph,
	"SoftmaxCrossEntropyLoss":   training,
	"SplitToSequence":           sequences,
	"StringConcat":              sequences,
	"StringNormalizer":          sequences,
	"StringSplit":               sequences,
	"TfIdfVectorizer":           sequences,
	"Unique":                    byValue,
}
