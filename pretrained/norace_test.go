//go:build !race

package pretrained_test

const raced = false
