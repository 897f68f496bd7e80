package summary

// Why operators of the standard domain are not counted.
const (
	ownGraph  = "it holds a graph of its own, which may run any number of times"
	transform = "what it computes depends on the algorithm of the runtime"
	byValue   = "the size of its output depends on the values of its inputs"
	sequences = "it works on sequences, texts or optional values, not on tensors of numbers"
	training  = "it is a loss: part of a training, not of a network that is used"
	drawn     = "it draws random numbers"
	signal    = "it makes a window for signals, whose size is an input"
)

// uncounted are the operators up to opset 21 that have no rule, and why.
var uncounted = map[string]string{
	"AffineGrid":                "the size of its output is an input",
	"BlackmanWindow":            signal,
	"CenterCropPad":             "the size of its output is an input",
	"Col2Im":                    "the size of its output is an input",
	"Compress":                  byValue,
	"ConcatFromSequence":        sequences,
	"DFT":                       transform,
	"Det":                       transform,
	"HammingWindow":             signal,
	"HannWindow":                signal,
	"If":                        ownGraph,
	"ImageDecoder":              byValue,
	"Loop":                      ownGraph,
	"MaxRoiPool":                "the regions that it reads are inputs",
	"MaxUnpool":                 "the size of its output may be an input",
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
