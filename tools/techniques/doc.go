// Command techniques measures what each technique of `fbnas train` is worth on
// few images: the same small network with and without it, and from the weights
// of another training, over several seeds. Each training is one JSON line on
// standard output; one that has finished is not done again.
package main
