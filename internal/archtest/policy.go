package archtest

// row is one package and what it may import besides the standard library and
// the helpers: packages of this module and, by a prefix of the import path,
// other modules; "*" is every package of this module. Tests may import more.
type row struct{ pkg, may string }

// helpers are below everything; every package may import them.
const helpers = "internal/atomicfile internal/chw internal/convert internal/evenly internal/fault internal/lfs internal/plaintext internal/random internal/readfile"

// policy lists the packages from the lowest floor upwards; a row may only name
// packages of rows above it. A package that does not exist yet may have a
// row; between packages that do exist, a row names only imports that are used.
var policy = []row{
	{"internal/archtest", ""},
	{"internal/atomicfile", ""},
	{"internal/await", ""},
	{"internal/chw", ""},
	{"internal/convert", ""},
	{"internal/doctest", ""},
	{"internal/evenly", ""},
	{"internal/fault", ""},
	{"internal/lfs", ""},
	{"internal/memory", ""},
	{"internal/plaintext", ""},
	{"internal/process", ""},
	{"internal/python", "internal/process"},
	{"internal/random", ""},
	{"internal/readfile", ""},
	{"internal/ortc/ortctest", ""},
	{"internal/ortc", "github.com/ebitengine/purego"},
	{"internal/setup", "github.com/ebitengine/purego"},
	{"internal/golden", "github.com/google/go-cmp"},
	{"internal/jsonschema", ""},
	{"internal/text", "github.com/olekukonko/tablewriter"},
	{"internal/yamlform", "github.com/goccy/go-yaml"},
	{"internal/safetensors", ""},
	{"internal/torchfile", ""},
	{"internal/tbevents", "google.golang.org/protobuf"},
	{"internal/rundir", "internal/safetensors internal/tbevents github.com/goccy/go-yaml"},

	{"onnx/onnxpb", "google.golang.org/protobuf"},
	{"onnx", "onnx/onnxpb google.golang.org/protobuf"},
	{"onnx/summary", "onnx onnx/onnxpb"},
	{"onnx/onnxtest", "internal/setup onnx onnx/onnxpb google.golang.org/protobuf"},

	{"graph", ""},
	{"graph/grad", "graph"},
	{"graph/opt", "graph"},
	{"graph/lower", "graph onnx"},

	{"engine", "graph"},
	{"engine/interp", "graph engine"},
	{"engine/enginetest", "graph graph/grad engine engine/interp"},
	{"engine/ort/plan", "onnx"},
	{"engine/ort/native", ""},
	{"engine/ort", "internal/ortc onnx graph graph/lower engine engine/ort/native engine/ort/plan github.com/yalue/onnxruntime_go"},

	{"nn", "graph"},
	{"dataset/picture", "golang.org/x/image"},
	{"dataset/picture/picturetest", "golang.org/x/image"},
	{"dataset", "dataset/picture internal/setup internal/text"},
	{"dataset/datasettest", "dataset"},
	{"latency/stats", ""},
	{"latency/wire", ""},
	{"latency/measured", "latency/stats latency/wire"},
	{"devices", "latency/measured internal/setup internal/yamlform github.com/pkg/sftp"},
	{"devices/internal/fakeadbd", ""},
	{"devices/internal/vm", "internal/setup"},
	{"devices/devicestest", "devices/internal/fakeadbd devices/internal/vm internal/await internal/setup"},

	{"models", "graph nn internal/yamlform"},
	{"latency/agent", "latency/stats latency/wire internal/ortc golang.org/x/sys"},
	{"latency/internal/simdevice", "devices latency/agent latency/measured latency/wire"},
	{"latency/agents", "internal/setup latency/agent"},
	{"latency", "devices latency/agents latency/measured latency/stats latency/wire internal/setup"},

	{"onnxexport", "onnx graph graph/lower graph/opt engine engine/interp nn dataset models"},
	{"quantize", "onnx onnx/onnxpb engine onnxexport google.golang.org/protobuf"},
	{"onnxexport/onnxgo", "onnx onnx/onnxpb engine github.com/owulveryck/onnx-go gorgonia.org/tensor"},

	{"lut/predict", "models"},
	{"lut", "latency/measured latency/stats lut/predict models internal/jsonschema internal/text"},
	{"train", "graph graph/grad graph/opt engine nn models dataset internal/rundir internal/safetensors"},
	{"weights", "dataset graph internal/safetensors internal/torchfile models nn onnx onnx/onnxpb onnxexport train"},
	{"profile", "latency latency/stats lut lut/predict models onnxexport quantize internal/text"},
	{"profile/profiletest", "latency lut models profile"},

	{"search", "graph graph/grad engine nn models dataset lut train internal/rundir internal/text"},

	{"card", "dataset models onnxexport lut internal/text"},
	{"job", "card dataset dataset/picture devices engine engine/ort onnx onnx/summary models onnxexport onnxexport/onnxgo quantize weights profile latency latency/agents latency/stats lut search train internal/jsonschema internal/memory internal/rundir internal/setup internal/text"},
	{"report", "card job dataset latency/stats onnx models onnxexport lut search internal/rundir internal/text gonum.org/v1/plot"},

	{"tools/internal/program", ""},
	{"tools/bench", "tools/internal/program models nn graph engine engine/ort dataset train internal/process internal/python internal/setup"},
	{"tools/zoo", "tools/internal/program onnx graph/lower models engine engine/ort onnxexport internal/process internal/python internal/setup gonum.org/v1/gonum"},
	{"tools/techniques", "tools/internal/program internal/setup"},

	{"experiments/composites", "internal/process internal/setup"},
	{"experiments", "dataset engine engine/ort lut models search train internal/rundir internal/setup"},
	{"examples/pipeline", "job latency/agents search train"},

	{"cmd/fbnas-agent", "latency/agent"},
	{"cmd/fbnas", "card devices engine/ort graph/lower internal/setup internal/text job latency latency/agents lut models onnxexport profile quantize report search train github.com/spf13/cobra github.com/spf13/pflag golang.org/x/sys"},
}

// apart lists what a package stays free of, however it would get there: packages
// of this module among all that it depends on, those of the standard library
// among its imports.
var apart = []row{
	{"lut", "context devices latency"},
}
