// Package doctest holds comments and documents to the tree: every file, folder,
// section and name that they cite exists, so that whoever has a clone can read
// on.
//
// It reads the comments of Go files, and the whole text of Markdown, C, Python,
// shell and YAML files, of Makefiles and drawings. A citation is a path that
// begins with a top-level folder of the repository, the name of a Markdown file
// (with a section in quotes, perhaps), or a link in Markdown, whose anchor is
// checked against the headings of the page. In Go's comments, in Markdown and in
// drawings it is also what a package exports, such as lut.Table.Predict.
package doctest
