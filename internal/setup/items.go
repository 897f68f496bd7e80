package setup

import (
	"path/filepath"
	"runtime"
)

// Item names one thing that set-up fetches.
type Item string

// The items. RuntimeAMD64 and RuntimeARM64 are one library for two processors;
// HostRuntime tells which one this process can load.
const (
	RuntimeAMD64 Item = "onnxruntime-amd64"
	RuntimeARM64 Item = "onnxruntime-arm64"
	Fashion      Item = "fashion-mnist"
	Conformance  Item = "onnx-testdata"
)

// HostRuntime is the ONNX Runtime item for the processor fbnas runs on.
func HostRuntime() Item { return Item("onnxruntime-" + runtime.GOARCH) }

// Default is what a user needs: the host's ONNX Runtime and the demo data.
func Default() []Item { return []Item{HostRuntime(), Fashion} }

// All is Default and what only the project's own tests need.
func All() []Item { return append(Default(), Conformance) }

// row is everything known about an item before it is fetched.
type row struct {
	item    Item
	what    string // in words, for progress and status
	from    source
	pkg     string // the package's name at its source
	version string // pinned, or empty: the one that this Debian release has
	archive string // glob of the archive's file name
	// digest of the archive. For Debian packages it only serves --from: a
	// download is checked against the index that apt has verified.
	digest string
	dir    string // below the cache root
	files  []file
}

// file is one file that the unpacked item must contain.
type file struct {
	path   string // below row.dir
	member string // in the archive, where only chosen members are kept
	sha256 string // empty: not pinned, any content
}

const (
	ortVersion = "1.27.0"
	ortTarball = "sha512:404cc6c2bbcd060bf8b8f55d9db1ec3861b81ba4fdea676570523c68028f8cc53cc0e3e956870f5dbea4dd01a46996a0553bf61bd0679dba3a67725d5ebd5f43"
	ortLibrary = "libonnxruntime.so"
	fashionDir = "usr/share/datasets/fashion-mnist"
	vectorsDir = "usr/share/libonnx-testdata/data"
)

// items is the one table of what set-up knows. The hashes of ONNX Runtime are
// those of the npm registry and of the files measured in it; the data's are
// those of Debian 12's packages.
var items = []row{
	{
		item: RuntimeAMD64, what: "ONNX Runtime " + ortVersion + " for linux/amd64",
		from: npm, pkg: "onnxruntime-node", version: ortVersion,
		archive: "onnxruntime-node-" + ortVersion + ".tgz", digest: ortTarball,
		dir: "ort/" + ortVersion + "/linux-x64",
		files: []file{{
			path: ortLibrary, member: "package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
			sha256: "d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221",
		}},
	},
	{
		item: RuntimeARM64, what: "ONNX Runtime " + ortVersion + " for linux/arm64",
		from: npm, pkg: "onnxruntime-node", version: ortVersion,
		archive: "onnxruntime-node-" + ortVersion + ".tgz", digest: ortTarball,
		dir: "ort/" + ortVersion + "/linux-arm64",
		files: []file{{
			path: ortLibrary, member: "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
			sha256: "c36bc200e7e6c093b8abb0b34590fbdd8c52fd3fb5e33795b9523ffdde2fce0f",
		}},
	},
	{
		item: Fashion, what: "Fashion-MNIST",
		from: debian, pkg: "dataset-fashion-mnist", archive: "dataset-fashion-mnist_*.deb",
		digest: "sha256:39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
		dir:    "debian/dataset-fashion-mnist",
		files: []file{
			{path: fashionDir + "/train-images-idx3-ubyte.gz", sha256: "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"},
			{path: fashionDir + "/train-labels-idx1-ubyte.gz", sha256: "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"},
			{path: fashionDir + "/t10k-images-idx3-ubyte.gz", sha256: "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"},
			{path: fashionDir + "/t10k-labels-idx1-ubyte.gz", sha256: "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"},
		},
	},
	{
		item: Conformance, what: "ONNX conformance vectors",
		from: debian, pkg: "libonnx-testdata", archive: "libonnx-testdata_*.deb",
		digest: "sha256:7dc0912e02f79ece102331411a751b091bc0e191c9fb1287f8cdfbe5530f6027",
		dir:    "debian/libonnx-testdata",
		files:  []file{{path: vectorsDir + "/node/test_relu/model.onnx"}},
	},
}

// find returns the row of item in table.
func find(table []row, item Item) (row, bool) {
	for _, r := range table {
		if r.item == item {
			return r, true
		}
	}
	return row{}, false
}

// home is the folder of the row's content below the cache root.
func (r row) home(cache Dir) string { return filepath.Join(string(cache), filepath.FromSlash(r.dir)) }
