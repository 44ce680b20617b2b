// Package state keeps what a cluster says about itself on disk: its lock, its status, its ports.
package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteFile replaces a file in one step: a reader, or a run after a crash, sees the old content or the new, never a part.
func WriteFile(path string, data []byte, mode os.FileMode) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s cannot be written: %w", path, err), temporary.Close())
			os.Remove(temporary.Name())
		}
	}()
	if _, err = temporary.Write(data); err != nil {
		return err
	}
	if err = temporary.Chmod(mode); err != nil {
		return err
	}
	if err = temporary.Sync(); err != nil {
		return err
	}
	if err = os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	return temporary.Close()
}
