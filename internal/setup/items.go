package setup

import (
	"path/filepath"
	"runtime"
	"slices"
)

// Item names one thing that set-up fetches.
type Item string

// The items. RuntimeAMD64 and RuntimeARM64 are one library for two processors;
// HostRuntime is the one that this process can load.
const (
	RuntimeAMD64 Item = "onnxruntime-amd64"
	RuntimeARM64 Item = "onnxruntime-arm64"
	Fashion      Item = "fashion-mnist"
	Conformance  Item = "onnx-testdata"

	// ArmLibraries are the loader and the C and C++ libraries that ONNX
	// Runtime needs on arm64 devices, phones among them.
	ArmLibraries Item = "linux-arm64-libraries"
	QEMU         Item = "qemu-user-static"
	SSHServer    Item = "openssh-server"
	ADB          Item = "adb"

	// Machine emulates a whole arm64 computer, which runs Kernel and
	// Userland.
	Machine  Item = "qemu-system-arm"
	Kernel   Item = "linux-image-arm64"
	Userland Item = "userland-arm64"
)

// HostRuntime is the ONNX Runtime item for the processor fbnas runs on.
func HostRuntime() Item { return Item("onnxruntime-" + runtime.GOARCH) }

// Default is what a user needs: the host's ONNX Runtime and the demo data.
func Default() []Item { return []Item{HostRuntime(), Fashion} }

// All is everything but what only a virtual machine needs (make check-vm): for
// this machine, for arm64 devices, and what only the project's own tests need.
func All() []Item {
	out := Default()
	for _, r := range usual {
		if !slices.Contains(out, r.item) && (r.item != RuntimeAMD64 || runtime.GOARCH == "amd64") {
			out = append(out, r.item)
		}
	}
	return out
}

// row is everything known about an item before it is fetched.
type row struct {
	item    Item
	what    string // a description, for progress and status
	from    source
	pkg     string // the package's name at its source
	arch    string // Debian's name of the processor; empty: this machine's
	meta    bool   // pkg only depends on the intended package
	version string // pinned; empty: this Debian release's version
	archive string // glob of the archive's file name
	// digest of the archive. For Debian packages it only serves --from: a
	// download is checked against the index that apt has verified.
	digest string
	with   []part // further packages to unpack into the same folder
	dir    string // below the cache root
	files  []file
}

// part is an additional package of a row.
type part struct{ pkg, archive, digest string }

// parts returns a row for each of the packages.
func (r row) parts() []row {
	out := []row{r}
	for _, p := range r.with {
		one := r
		one.pkg, one.archive, one.digest, one.meta = p.pkg, p.archive, p.digest, false
		out = append(out, one)
	}
	return out
}

// file is one file that the unpacked item must contain.
type file struct {
	path   string // below row.dir
	member string // in the archive, if only some members are kept; a glob in a .deb
	sha256 string // empty: not pinned, any content
}

const (
	ortVersion  = "1.27.0"
	ortTarball  = "sha512:404cc6c2bbcd060bf8b8f55d9db1ec3861b81ba4fdea676570523c68028f8cc53cc0e3e956870f5dbea4dd01a46996a0553bf61bd0679dba3a67725d5ebd5f43"
	ortLibrary  = "libonnxruntime.so"
	qemuProgram = "qemu-aarch64-static"
	fashionDir  = "usr/share/datasets/fashion-mnist"
	vectorsDir  = "usr/share/libonnx-testdata/data"
	armDir      = "usr/aarch64-linux-gnu/lib/"
)

// hostLibs is where Debian puts libraries for this machine's processor.
var hostLibs = map[string]string{"amd64": "usr/lib/x86_64-linux-gnu", "arm64": "usr/lib/aarch64-linux-gnu"}[runtime.GOARCH]

// items are all items of set-up.
var items = slices.Concat(usual, virtual)

// usual are the items that every check needs. The hashes of ONNX Runtime are those of the
// npm registry and of the files in it; the data's are those of Debian
// 12's packages.
var usual = []row{
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
	{
		item: ArmLibraries, what: "C and C++ libraries for linux/arm64",
		from: debian, pkg: "libc6-arm64-cross", archive: "libc6-arm64-cross_*.deb",
		digest: "sha256:91936cbbee75771c360ed16513f6e734a25ca5517fe7c3e13dfd7835d7553186",
		with: []part{
			{"libstdc++6-arm64-cross", "libstdc++6-arm64-cross_*.deb", "sha256:9cba984b64d0cf11698978fc5e0fe93c7441d29b9f42f70f1c6c734cc9e2ea41"},
			{"libgcc-s1-arm64-cross", "libgcc-s1-arm64-cross_*.deb", "sha256:af1e686fc6a416228222e7bfb68317dd2fa2685236301ae29141fc6108a66cac"},
		},
		dir: "debian/linux-arm64-libraries",
		files: []file{
			{path: "ld-linux-aarch64.so.1", member: armDir + "ld-linux-aarch64.so.1", sha256: "9f1c09920472722ba24b485e8b39fa4f81a065b6cee1898b124bcb80f3cc22bf"},
			{path: "libc.so.6", member: armDir + "libc.so.6", sha256: "be44d69ca10e191bb24ff46faa4905c56ec2fbc454bf84ed6f02da296f121bdd"},
			{path: "libm.so.6", member: armDir + "libm.so.6", sha256: "4c5316e839a4b175dc2b0b97f8b8e0217d98f7d564ada1e1467f98451f328441"},
			{path: "libdl.so.2", member: armDir + "libdl.so.2", sha256: "b19178c8473051abb7dd996f22d2a80cc50697834faa42bfd9f26b4e017d9598"},
			{path: "librt.so.1", member: armDir + "librt.so.1", sha256: "82db5c1e3b8db8f7aa193d90f365e88567430c4dd54bb9f971c24077d687d3bc"},
			{path: "libpthread.so.0", member: armDir + "libpthread.so.0", sha256: "8b6c634ac996785ed78ceee97811a24f4f83ddccf76cc258dc87c39e6db7877c"},
			{path: "libstdc++.so.6", member: armDir + "libstdc++.so.6.0.30", sha256: "f8253f7e1334b5c55ab50cc44d576e83dee7dd6fcb53bdc9ca63d74198a93640"},
			{path: "libgcc_s.so.1", member: armDir + "libgcc_s.so.1", sha256: "c39939ec474dd03d9a8aa657d85fa71a8f879a3159bf1a5d19dff3b4788dfba2"},
		},
	},
	{
		item: QEMU, what: "QEMU for programs of arm64",
		from: debian, pkg: "qemu-user-static", archive: "qemu-user-static_*.deb",
		digest: "sha256:c3e3ba2bd87f8c5b9a5da5ef21b5a3b82d7c63b89dd448d9ddaa4eabc5b6e402",
		dir:    "debian/qemu-user-static",
		files:  []file{{path: qemuProgram, member: "usr/bin/" + qemuProgram}},
	},
	{
		item: SSHServer, what: "OpenSSH's server",
		from: debian, pkg: "openssh-server", archive: "openssh-server_*.deb",
		digest: "sha256:933cd92a2329f9bf26d22660a834ae18ebdbe8df9c6127e4d9fcb098dac9cf72",
		with: []part{
			{"openssh-sftp-server", "openssh-sftp-server_*.deb", "sha256:18d7ef7873861272b43b764295cbd8c04f439108fc3a4cecb3fe6e095f8ee2a8"},
			{"libwrap0", "libwrap0_*.deb", "sha256:cbce2669a3ba4d74cfdc52b14f38014893e23d85a33d109a3422c342eefc55f8"},
		},
		dir: "debian/openssh-server",
		files: []file{
			{path: "usr/sbin/sshd"},
			{path: "usr/lib/openssh/sftp-server"},
			{path: hostLibs + "/libwrap.so.0"},
		},
	},
	{
		item: ADB, what: "Android's adb",
		from: debian, pkg: "adb", archive: "adb_*.deb",
		digest: "sha256:a12693b0fab2edd8389017ce4589f59d11770dcdb585f090f3eff26f4a7d2dbc",
		with: []part{
			{"android-libbase", "android-libbase_*.deb", "sha256:c651582c9beb229b6a4581eef5d03796293aa2da3b602eafc5427b198060819f"},
			{"android-libboringssl", "android-libboringssl_*.deb", "sha256:638b90834022a5dfe46c13778481d1d22b9b54eabee26a7bddf83253c14c009b"},
			{"android-libcutils", "android-libcutils_*.deb", "sha256:12ac0a99beb683269d77af09bf80ddd7b8c428fda442c05070ea3ff50429718c"},
			{"android-liblog", "android-liblog_*.deb", "sha256:d495761ec2dc87070f6ac75c771d221d05e2be387cbaeab7e7c7fcd740ce4ce2"},
			{"libusb-1.0-0", "libusb-1.0-0_*.deb", "sha256:0a8a6c4a7d944538f2820cbde2a313f2fe6f94c21ffece9e6f372fc2ab8072e1"},
		},
		dir: "debian/adb",
		files: []file{
			{path: "usr/lib/android-sdk/platform-tools/adb"},
			{path: hostLibs + "/android/libbase.so.0"},
			{path: hostLibs + "/android/libcrypto.so.0"},
			{path: hostLibs + "/android/libcutils.so.0"},
			{path: hostLibs + "/android/liblog.so.0"},
			{path: hostLibs + "/libusb-1.0.so.0"},
		},
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
