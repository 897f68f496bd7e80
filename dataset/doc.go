// Package dataset reads images and makes batches of them.
//
// [Open] takes a folder of images, IDX or CIFAR-10 files, or a built-in name,
// recognises its layout, and returns a [Set] with a [Split] of training images
// and one of test images. Files that cannot be read, and other files left out, are
// reported and counted in the [Summary]; nothing is left out silently. Images
// without a test part are split by their content, so that an image stays on its
// side when others are added.
//
// A [Loader] makes the batches in the background: shuffled, augmented and
// normalised. Each batch is a function of the seed, the epoch and its number in
// the epoch, whatever the number of workers. That is what makes a resumed run
// equal to an uninterrupted one.
//
// A [Manifest] remembers the images of a run, so that a later command can say
// what has changed since then.
package dataset
