package weights

import "fbnas/models"

// family is one way in which publishers of PyTorch models name the tensors of
// fbnas's blocks.
type family struct {
	name    string
	source  string  // where the names are documented
	epsilon float64 // of its batch norms, which files of weights do not contain
	relu6   string  // those of its networks that compute ReLU6 where ours compute ReLU
	half    bool    // its networks pad every kernel by half of it
	places  []place
}

// place says where a family keeps the tensors of blocks, in the order in which
// they run.
type place struct {
	// prefix of the names of one block, as a regular expression; its
	// submatches are numbers that order the blocks. "" is the root,
	// which has one block.
	prefix string
	forms  []form
}

// form names the convolutions of one kind of block, and what follows each, by
// our names (models.Convolution). A name that begins with "/" is relative to
// the root.
type form map[string]layer

// layer has the name of a convolution or linear layer, and that of its batch
// norm, "" if it has none.
type layer struct{ conv, norm string }

// roles are PyTorch's names for the parts of a layer.
var roles = map[models.Role]string{
	models.Weight: "weight", models.Bias: "bias",
	models.Gamma: "weight", models.Beta: "bias", models.Mean: "running_mean", models.Var: "running_var",
}

// families follow the documentation of their sources. docs/weights.md says which of
// them were compared with a file.
var families = []family{
	{
		name: "mobile-vision", epsilon: 1e-5,
		source: "github.com/facebookresearch/mobile-vision: mobile_cv/arch/fbnet_v2 (irf_block.py, basic_blocks.py, fbnet_builder.py), model_zoo/models/fbnet_v2.py",
		places: []place{
			{`(?:backbone\.)?stages\.xif(\d+)_(\d+)\.`, []form{
				{"conv": {"conv", "bn"}},
				{"conv": {"conv.conv", "conv.bn"}},
				{"expand": {"pw.conv", "pw.bn"}, "depthwise": {"dw.conv", "dw.bn"},
					"se.reduce": {"se.se.0.conv", ""}, "se.expand": {"se.se.1", ""}, "project": {"pwl.conv", "pwl.bn"}},
				{"depthwise": {"dw.conv", "dw.bn"},
					"se.reduce": {"se.se.0.conv", ""}, "se.expand": {"se.se.1", ""}, "project": {"pwl.conv", "pwl.bn"}},
				{"expand": {"pw.conv", "pw.bn"}, "project": {"pwl.conv", ""}},
				{"project": {"pwl.conv", ""}},
			}},
			{"", []form{{"classifier": {"head.conv", ""}}}},
		},
	},
	{
		name: "timm", epsilon: 1e-5, relu6: "its mobilenetv2 networks", half: true,
		source: "github.com/huggingface/pytorch-image-models: timm/models/efficientnet.py, mobilenetv3.py, _efficientnet_blocks.py",
		places: []place{
			{"", []form{{"conv": {"conv_stem", "bn1"}}}},
			{`blocks\.(\d+)\.(\d+)\.`, []form{
				{"conv": {"conv", "bn1"}},
				{"expand": {"conv_pw", "bn1"}, "depthwise": {"conv_dw", "bn2"},
					"se.reduce": {"se.conv_reduce", ""}, "se.expand": {"se.conv_expand", ""}, "project": {"conv_pwl", "bn3"}},
				{"depthwise": {"conv_dw", "bn1"},
					"se.reduce": {"se.conv_reduce", ""}, "se.expand": {"se.conv_expand", ""}, "project": {"conv_pw", "bn2"}},
				{"expand": {"conv", "bn1"}, "project": {"/conv_head", ""}},
			}},
			{"", []form{{"conv": {"conv_head", "bn2"}}}},
			{"", []form{{"classifier": {"classifier", ""}}}},
		},
	},
	{
		name: "torchvision mobilenet_v2", epsilon: 1e-5, relu6: "its networks", half: true,
		source: "github.com/pytorch/vision: torchvision/models/mobilenetv2.py",
		places: []place{
			{`features\.(\d+)\.`, []form{
				{"conv": {"0", "1"}},
				{"expand": {"conv.0.0", "conv.0.1"}, "depthwise": {"conv.1.0", "conv.1.1"}, "project": {"conv.2", "conv.3"}},
				{"depthwise": {"conv.0.0", "conv.0.1"}, "project": {"conv.1", "conv.2"}},
			}},
			{"", []form{{"classifier": {"classifier.1", ""}}}},
		},
	},
	{
		name: "torchvision mobilenet_v3", epsilon: 1e-3, half: true,
		source: "github.com/pytorch/vision: torchvision/models/mobilenetv3.py",
		places: []place{
			{`features\.(\d+)\.`, []form{
				{"conv": {"0", "1"}},
				{"expand": {"block.0.0", "block.0.1"}, "depthwise": {"block.1.0", "block.1.1"},
					"se.reduce": {"block.2.fc1", ""}, "se.expand": {"block.2.fc2", ""}, "project": {"block.3.0", "block.3.1"}},
				{"expand": {"block.0.0", "block.0.1"}, "depthwise": {"block.1.0", "block.1.1"}, "project": {"block.2.0", "block.2.1"}},
				{"depthwise": {"block.0.0", "block.0.1"},
					"se.reduce": {"block.1.fc1", ""}, "se.expand": {"block.1.fc2", ""}, "project": {"block.2.0", "block.2.1"}},
				{"depthwise": {"block.0.0", "block.0.1"}, "project": {"block.1.0", "block.1.1"}},
				{"expand": {"0", "1"}, "project": {"/classifier.0", ""}},
			}},
			{"", []form{{"classifier": {"classifier.3", ""}}}},
		},
	},
}
