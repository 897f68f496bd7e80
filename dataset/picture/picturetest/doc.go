// Package picturetest makes image files for tests, in every format that is
// read and with any orientation.
package picturetest
