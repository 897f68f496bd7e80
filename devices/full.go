package devices

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// errFull says that a device has no room for what a program writes.
var errFull = errors.New("its storage is full")

// noRoom is what systems say of it.
var noRoom = []string{"No space left on device", "Disk quota exceeded", "File too large"}

// room tries to write as much as programs write at once, and says how much is
// free in case it fails.
const room = `cd "$base" || exit 0
head -c 65536 /dev/zero >room
s=$?
rm -f room
df -Pk . 2>/dev/null | while read -r _ _ _ free _; do echo "free $free"; done
exit $s
`

// full is an error when the device's storage is full. A program whose output
// has no room ends with an exit status of its own, or leaves none.
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
