// Package profile says what is measured for a search space: its blocks as
// models, the sentinel beside them, the networks that calibrate and
// validate the table, and how long that takes.
package profile
