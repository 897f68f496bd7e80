// Package doctest compares comments and documents with the tree: every file, folder,
// section and name that they cite exists, so that everybody who has a clone can read
// on.
//
// It reads the comments of Go files, and the whole text of Markdown, C, Python,
// shell and YAML files, of Makefiles and drawings. A citation is a path that
// begins with a top-level folder of the repository, the name of a Markdown file
// (optionally with a section in quotes), or a link in Markdown, whose anchor is
// checked against the headings of the page. In Go's comments, in Markdown and in
// drawings it is also an exported name of a package, such as lut.Table.Predict.
package doctest
