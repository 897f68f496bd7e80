// Command experiments measures what the search is worth: networks that it finds, that
// people write down and that chance draws, trained alike.
//
// Each training or search is a cell: a value that says all that decides its result.
// A finished cell is a JSON record in the folder --records; one that was stopped
// goes on from its checkpoint. The plan is a function of the records, so that what a
// search found is trained next. It ends after --minutes, or when it is interrupted,
// and loses nothing.
//
//	go run ./experiments -list
//	go run ./experiments -only '^composites/train' -minutes 60
package main
