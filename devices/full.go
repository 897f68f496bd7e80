package devices

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// errFull says that a device has no room for a program's output.
var errFull = errors.New("its storage is full")

// noRoom has systems' messages for that.
var noRoom = []string{"No space left on device", "Disk quota exceeded", "File too large"}

// room tries to write as much as programs write at once, and prints how much is
// free if that fails.
const room = `cd "$base" || exit 0
head -c 65536 /dev/zero >room
s=$?
rm -f room
df -Pk . 2>/dev/null | while read -r _ _ _ free _; do echo "free $free"; done
exit $s
`

// full returns an error if the device's storage is full. A program without room
// for its output ends with an exit status of its own, or with none.
func (r *remote) full(ctx context.Context) error {
	out, err := r.sh.run(ctx, "base="+quote(r.base)+"\n"+room, nil)
	var exit *exitError
	if !errors.As(err, &exit) {
		return nil
	}
	for _, says := range noRoom {
		if strings.Contains(exit.stderr, says) {
			return fmt.Errorf("%w: %d bytes are free in %s (%s)", errFull, parseState(string(out)).FreeBytes, r.base, says)
		}
	}
	return nil
}
