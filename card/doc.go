// Package card writes the companions of an exported file: the model card, in
// Markdown, and programs in Python, Kotlin, Swift and Go that run it.
//
// A [Card] is filled from the file's own metadata: classes, preprocessing, accuracy
// with the data that it was measured on, latency with the device, and the blocks of
// the network. Unknown values are left out, not guessed. The programs prepare an
// image as the training did (package picture), and tests run two of them.
package card
