// Package weights reads the weights of a network from files of fbnas and of
// others, and gives them the names of [models.Params].
package weights
