package pretrained

import (
	"errors"

	"fbnas/models"
)

func (l *Loaded) graph(blocks []models.Block) error { return errors.New("not yet") }
