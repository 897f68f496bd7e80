// Package card writes what belongs to an exported file: the model card, in
// Markdown, and programs in Python, Kotlin, Swift and Go that run it.
//
// A [Card] is filled from the file's own metadata: classes, preprocessing, accuracy
// with the data that it was measured on, latency with the device, and the blocks of
// the network. What is not known is left out, not guessed. The programs prepare an
// image as the training did (package picture), and tests run those that they can.
package card
