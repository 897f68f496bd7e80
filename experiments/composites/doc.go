// Command composites makes the Composites data set, on which the architecture of a
// network matters: synthetic pictures of one emoji each, scaled, rotated,
// recoloured and partly hidden, over crops of photographs. A class is a subgroup of
// Unicode's emoji, such as animal-bird; it has several emoji, and each is drawn by
// several vendors. The test images show drawings of a vendor and photographs that
// the training images never do.
//
//	go run ./experiments/composites -o runs/data/composites
//
// It writes folders of classes below train/ and test/, as fbnas reads them, and
// composites.json, which says what they were made of. Each image is a function of
// the options, its side, its class and its number: the same command gives the same
// bytes under the same version of Go, and an interrupted one goes on. Emoji come
// from npm, photographs from Debian's packages of wallpapers, and the emoji are
// drawn once by resvg under node; all of that is kept in fbnas's cache. More is in
// docs/composites.md.
package main
