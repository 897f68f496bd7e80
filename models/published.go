package models

import "slices"

// Published has the published figures of a built-in architecture with its
// authors' weights, which fbnas does not include.
type Published struct {
	Name       string
	Family     string
	Top1, Top5 float64 // on ImageNet's validation images, as fractions; 0 where not published
}

// published follows models/testdata/zoo.json, like the architectures.
var published = []Published{
	{"dmasking_f1", "FBNetV2, first release", 0.683, 0.878},
	{"dmasking_f4", "FBNetV2, first release", 0.755, 0.925},
	{"dmasking_l2_hs", "FBNetV2, first release", 0.777, 0.937},
	{"fbnet_96", "FBNet", 0.504, 0},
	{"fbnet_a", "FBNet", 0.73298, 0.909239},
	{"fbnet_c", "FBNet", 0.752499, 0.922925},
	{"fbnetv2_f1", "FBNetV2", 0.68278, 0.8783},
	{"fbnetv2_f2", "FBNetV2", 0.709759, 0.89598},
	{"fbnetv2_f4", "FBNetV2", 0.75818, 0.92342},
	{"fbnetv2_l1", "FBNetV2", 0.77038, 0.933624},
	{"fbnetv2_l2", "FBNetV2", 0.782429, 0.938059},
	{"fbnetv3_a", "FBNetV3", 0.79574, 0.94712},
	{"fbnetv3_a0", "FBNetV3", 0.784, 0},
	{"fbnetv3_b", "FBNetV3", 0.80206, 0.94944},
	{"fbnetv3_c", "FBNetV3", 0.80826, 0.95286},
	{"fbnetv3_d", "FBNetV3", 0.81042, 0.95436},
	{"fbnetv3_e", "FBNetV3", 0.81254, 0.95488},
	{"fbnetv3_f", "FBNetV3", 0.82062, 0.95874},
	{"fbnetv3_g", "FBNetV3", 0.82794, 0.963},
	{"mnv2", "MobileNet", 0.735365, 0.913008},
	{"mnv3", "MobileNet", 0.75086, 0.924324},
}

// PublishedOf returns the published figures of the built-in architecture with
// that name; false for any other name.
func PublishedOf(name string) (Published, bool) {
	i := slices.IndexFunc(published, func(p Published) bool { return p.Name == name })
	if i < 0 {
		return Published{}, false
	}
	return published[i], true
}
