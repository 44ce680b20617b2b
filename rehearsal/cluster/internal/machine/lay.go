package machine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

const (
	// laidFolder, in a store and in what a node keeps, is containerd's folder.
	laidFolder = "containerd"
	// laidFile, in what a node keeps, names the store that was laid into it.
	laidFile = "store"
)

// fixed are the parts of containerd's folder that are never written again once they are there: blobs, which are named by their content,
// and the layers that blobs were unpacked to, which are below every container and never on top.
var fixed = []string{"io.containerd.content.v1.content/blobs", "io.containerd.snapshotter.v1.overlayfs/snapshots"}

// layStore gives a node what the store has. It does nothing if the node has it; what a node has of another store goes, and its containers
// with it, for which the kubelet makes others. A store is laid whole: one that was cut short is laid again.
func layStore(store string, node lab.Node) error {
	mark, to := filepath.Join(node.Dir, laidFile), filepath.Join(node.Dir, laidFolder)
	if laid, err := os.ReadFile(mark); err == nil && string(laid) == store {
		return nil
	}
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := errors.Join(os.RemoveAll(to), os.MkdirAll(node.Dir, 0o700))
	if err == nil {
		err = layFolder(filepath.Join(store, laidFolder), to, "")
	}
	if err == nil {
		err = os.WriteFile(mark, []byte(store), 0o600)
	}
	if err != nil {
		return fmt.Errorf("the images of node %s: %w", node.Name, err)
	}
	return nil
}

// layFolder makes the folder `to` as `from` is, which lies at path in containerd's folder: what is fixed by links, all else by copies.
func layFolder(from, to, path string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, entry := range entries {
		source, target, name := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()), filepath.Join(path, entry.Name())
		switch {
		case entry.IsDir():
			err = layFolder(source, target, name)
		case isFixed(name):
			// Whatever it is, a link to it is the same: a file, a symbolic link, a device that stands for a removed file.
			err = os.Link(source, target)
			if errors.Is(err, syscall.EXDEV) {
				err = errors.New("the cache's tools and its clusters must lie in one file system, for nodes share the images' files: " + err.Error())
			}
		case entry.Type().IsRegular():
			err = copyFile(source, target)
		}
		if err != nil {
			return err
		}
	}
	// The times last: what is made in a folder changes them.
	return likeFolder(from, to)
}

func isFixed(path string) bool {
	for _, folder := range fixed {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// likeFolder gives a folder the owner, mode, attributes and times of another: containers see those of an unpacked layer.
func likeFolder(from, to string) error {
	var stat unix.Stat_t
	if err := unix.Stat(from, &stat); err != nil {
		return err
	}
	return errors.Join(
		unix.Chown(to, int(stat.Uid), int(stat.Gid)),
		unix.Chmod(to, stat.Mode&0o7777),
		copyAttributes(from, to),
		unix.UtimesNanoAt(unix.AT_FDCWD, to, []unix.Timespec{stat.Atim, stat.Mtim}, 0),
	)
}

// copyAttributes copies extended attributes, such as the one by which overlayfs knows that a folder hides those below it.
func copyAttributes(from, to string) error {
	const most = 64 << 10 // XATTR_LIST_MAX, and XATTR_SIZE_MAX
	names := make([]byte, most)
	length, err := unix.Llistxattr(from, names)
	if err != nil && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	if length <= 0 {
		return nil
	}
	value := make([]byte, most)
	for _, name := range strings.Split(strings.TrimRight(string(names[:length]), "\x00"), "\x00") {
		size, err := unix.Lgetxattr(from, name, value)
		if err != nil {
			return err
		}
		if err := unix.Lsetxattr(to, name, value[:size], 0); err != nil {
			return err
		}
	}
	return nil
}
