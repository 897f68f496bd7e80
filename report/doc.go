// Package report makes the page that people look at.
//
// [Load] reads the folders of runs, latency tables, exported files and JSON
// documents at the given paths, and gathers them in a [Report]. [HTML] writes it as
// one page with its plots as SVG inside: it loads nothing and can be mailed. A
// section is left out if there is nothing to show.
//
// The first sentence of the page ([Headline]) says what was found and whether it
// meets the limit. Figures are shown with their uncertainty and with the warnings
// of their runs.
package report
