// Package text formats figures and tables for people: on a terminal, in
// Markdown, in messages, so that all output of fbnas looks alike.
package text
