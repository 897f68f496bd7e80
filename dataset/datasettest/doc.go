// Package datasettest makes small data sets for the tests of other packages.
package datasettest
