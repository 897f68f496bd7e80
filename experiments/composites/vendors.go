package main

import "fbnas/internal/setup"

// vendor is a set of drawings of emoji, a package of Iconify's on npm. Vendors of one family
// share many drawings: a family is in training or in testing.
type vendor struct{ name, family, version, digest, licence string }

// vendors of drawings that are free.
var vendors = []vendor{
	{"noto", "noto", "1.2.9", "sha512:0d08ae5c435bba7e35721f973d2579e47f456962a91d3cb3e3a6082ad49a2980f87c80c3ccbd6d47a1f89e9fd3dfc8dfad301e237adc285d26a8761e65502e6b", "Apache-2.0"},
	{"noto-v1", "noto", "1.2.5", "sha512:fc3b15322bacebd4347d14b9df3ed02b54d1392b9aafad3a8e2231fa5697b5db1818c5e97fa2ed1c1c7a0867e8a375071dbfd7a41b30fb52f5c777b23ea32e54", "Apache-2.0"},
	{"openmoji", "openmoji", "1.2.29", "sha512:bd776192a7175523bab2ecbe9bd2db71433739d572b8d3ada55f3f6a5b3f5aa7e44084717af2f919e6ff83ee861ff4309ead4eaa4b0499a0c64c2999e6714a25", "CC-BY-SA-4.0"},
	{"fluent-emoji", "fluent", "1.2.7", "sha512:0fc1ba6ca03222ccb13f5af366d216aff820fdf3b8460d7e0f209695fa8a2b887c5bee049bf6343fa4188095104e551c6a0cc9bd2ca0fbd381bf8873e0773f40", "MIT"},
	{"fluent-emoji-flat", "fluent", "1.2.6", "sha512:458e3b4603dbe3b7d8522cab03ae2c20e2f4f94534dacdbdb17a4d05b2104415253e57cd1532949990c4446bb10ecffbc8d196a9062fb9a4983353387d15e553", "MIT"},
	{"emojione", "emojione", "1.2.3", "sha512:4fdf93dc721b24d2ca2ac9b160a95a621be71d8933fc73584d5ed21c25d564f7de522e05aac918ef461e37cc980194fc702bfbc39bc9c52e10d66f336fd08c32", "CC-BY-4.0"},
	{"emojione-v1", "emojione", "1.2.3", "sha512:52323655011756d1a53c1bd0bb1122ceba3b4028017090ce630294ba9aaebef67c515e313a5be6e39214f3625859e8220162dead8efd8052cc676e94e8cb3ec3", "CC-BY-SA-4.0"},
	{"twemoji", "twemoji", "1.2.5", "sha512:b8aa6e204574bfa2b9056dcc8ddca5f972855406db70fc408227cabc432d668519079f98898e7368c9b6b8d342c725f301653dc8d2e58f8d5653afe6be000bb3", "CC-BY-4.0"},
}

// emojiData has Unicode's groups and subgroups of emoji.
var emojiData = setup.Package{
	From: setup.NPM, Name: "emojibase-data", Version: "17.0.0",
	Digest: "sha512:62f81be405a81d588757f82ad6aaf96406ab7018a9f81dbbfd92d1b142646e000468b959fdfa1ff60f3cd8b4e9984a728413440b49b6484988b658c7b13ca08c",
	Files: []setup.PackageFile{
		{Name: "data.json", Member: "package/en/data.json"},
		{Name: "groups.json", Member: "package/meta/groups.json"},
	},
}

// renderer draws SVG. It is WebAssembly: it draws the same on every processor.
var renderer = setup.Package{
	From: setup.NPM, Name: "@resvg/resvg-wasm", Version: "2.6.2",
	Digest: "sha512:16a00b98723c0f8a3a964fcb4560e7870f79cf978ef9e01ae8e463560d3d61147b06470cea83c753dbb20b482d406e6fa452ef829794e3ecc4033d87f003c737",
	Files: []setup.PackageFile{
		{Name: "index.mjs", Member: "package/index.mjs"},
		{Name: "index_bg.wasm", Member: "package/index_bg.wasm"},
	},
}

// licences of what is no vendor.
var licences = map[string]string{emojiData.Name: "MIT", renderer.Name: "MPL-2.0"}

// icons is the package of a vendor.
func (v vendor) icons() setup.Package {
	return setup.Package{
		From: setup.NPM, Name: "@iconify-json/" + v.name, Version: v.version, Digest: v.digest,
		Files: []setup.PackageFile{
			{Name: "icons.json", Member: "package/icons.json"},
			{Name: "chars.json", Member: "package/chars.json"},
		},
	}
}

// photographs is the package of wallpapers.
func (w wallpapers) photographs() setup.Package {
	p := setup.Package{From: setup.Debian, Name: w.pkg}
	for _, f := range w.photos {
		p.Files = append(p.Files, setup.PackageFile{Name: f.name, Member: f.member, SHA256: f.sha256})
	}
	return p
}
