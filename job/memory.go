package job

import (
	"errors"
	"fmt"
	"io/fs"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/internal/memory"
	"fbnas/internal/text"
	"fbnas/models"
)

// checkMemory logs how much memory a run needs and refuses one that does not fit;
// need reports what the run's job needs, for steps of `batch` images. Where the
// need or the available memory is unknown, nothing is refused.
func (env *Env) checkMemory(batch int, need func() (engine.Memory, error)) (int64, error) {
	m, err := need()
	if errors.Is(err, errors.ErrUnsupported) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	available, err := memory.Available(env.system())
	if errors.Is(err, fs.ErrNotExist) {
		env.log().Info(fmt.Sprintf("this needs %s of memory", text.Bytes(m.Total())))
		return m.Total(), nil
	}
	if err != nil {
		return 0, err
	}
	if m.Total() > available {
		return 0, fault.New(fault.Failure, memoryHint(m, batch, available),
			"steps of %d images need %s of memory, %s of it for what lies between operators; %s are available",
			batch, text.Bytes(m.Total()), text.Bytes(m.Values), text.Bytes(available))
	}
	env.log().Info(fmt.Sprintf("this needs %s of memory, %s are available", text.Bytes(m.Total()), text.Bytes(available)))
	return m.Total(), nil
}

// weightsFit refuses a network whose weights alone need more memory than there
// is, at 8 bytes a number: a failed allocation would end the process without a
// message. Where the available memory is unknown, nothing is refused.
func weightsFit(system fs.FS, blocks []models.Block) error {
	available, err := memory.Available(system)
	if err != nil {
		return nil
	}
	if n := models.Count(blocks).Params; n > available/8 {
		return fault.New(fault.Failure, "Use a smaller network.", "%s parameters need %s of memory, %s are available",
			text.Count(n), text.Bytes(8*n), text.Bytes(available))
	}
	return nil
}

// memoryHint says what to do where m does not fit. Intermediate values and fed
// values grow with the batch, the rest does not.
func memoryHint(m engine.Memory, batch int, available int64) string {
	const block = 16 // the largest block of the blocked dialect: multiples of it are fast
	grows := m.Values + m.Feeds
	fits := int(float64(batch) * float64(available-(m.Total()-grows)) / float64(grows))
	if fits > block {
		fits -= fits % block
	}
	if fits < 1 {
		return "Use a smaller network or smaller images, or a machine with more memory."
	}
	return fmt.Sprintf("Use --batch %d or less, or free memory.", fits)
}
