// Package card writes what goes with an exported file: the model card, in
// Markdown, and the programs in Python, Kotlin, Swift and Go that run the file.
package card
