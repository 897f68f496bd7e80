// Package report makes everything that people look at: tables for terminals
// and Markdown, plots, the HTML report of runs, and model cards.
package report
