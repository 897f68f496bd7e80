// Package report makes the page that people look at: tables and plots of a
// pipeline's runs, files and documents, as one HTML file that loads nothing.
package report
