// Command experiments measures what the search is worth: networks that it finds, that
// people write down and that chance draws, trained alike.
//
// Each training or search is a cell: a value that says all that decides its result.
// A finished cell is a JSON record in the folder --records; one that was stopped
// resumes from its checkpoint. The plan is a function of the records, so that what a
// search found is trained next. It ends after --minutes, or when it is interrupted,
// and loses nothing.
//
// Latencies are those of the tables beside the spaces in the folder tables, which were
// measured once: accuracies do not depend on the machine on which cells run.
//
//	go run ./experiments/composites -o runs/data/composites
//	go run ./experiments -list
//	go run ./experiments -only '^composites/train' -minutes 60
package main
