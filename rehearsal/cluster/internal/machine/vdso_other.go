//go:build !amd64

package machine

import "errors"

func shiftClock(int, int64, bool) (bool, error) {
	return false, errors.New("clocks can be shifted on amd64 alone")
}
