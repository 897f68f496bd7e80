// Package text writes figures and tables as people read them: on a terminal, in
// Markdown, in messages. All that fbnas prints of a kind looks the same.
package text
