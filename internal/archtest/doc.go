// Package archtest holds the import policy: which package may import which.
package archtest
