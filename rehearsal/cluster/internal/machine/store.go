package machine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// A store is a folder with what containerd keeps of a set of images, imported and unpacked: made once, and laid into every node.

// storeConfig is the configuration of the containerd that fills a store. Nobody runs a container with it.
const storeConfig = `version = 2
root = "` + runtimeFolder + `"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", ` + lab.OtherSnapshotters + `]

[grpc]
  address = "` + lab.RuntimeSocket + `"
`

// Store says what a store is made of. Paths are absolute.
type Store struct {
	// Dir is the folder of the store, which is there.
	Dir string
	// Runtime is the folder with the unpacked packages, containerd among them.
	Runtime string
	// Archives are OCI layouts.
	Archives []string
}

// arguments are those of the commands `images` and `store`.
func (s Store) arguments() []string {
	return append([]string{"--store", s.Dir, "--runtime", s.Runtime}, s.Archives...)
}

// root is where the store's own file system is mounted while it is filled.
func (s Store) root() string { return filepath.Join(s.Dir, "root") }

// MakeStore fills a store, by a process of its own in namespaces of its own. That ends with this one, however this ends, and this one
// with its parent. Each archive is named in a line on out when its import begins.
func MakeStore(store Store, out *os.File) error {
	// The kernel sends these signals when a thread ends; the first goroutine keeps its own until the program ends.
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	filling := exec.Command("/proc/self/exe", append([]string{"store"}, store.arguments()...)...)
	filling.Stdout, filling.Stderr = out, os.Stderr
	filling.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	if err := filling.Run(); err != nil {
		return fmt.Errorf("the store of images %s cannot be filled: %w", store.Dir, err)
	}
	return os.Remove(store.root())
}

// FillStore is the first process of a store's namespaces.
func FillStore(store Store, out io.Writer) error {
	if err := enterStore(store); err != nil {
		return err
	}
	const config = "/run/plumbline-store.toml"
	if err := os.WriteFile(config, []byte(storeConfig), 0o600); err != nil {
		return err
	}
	programs := newPrograms()
	containerd, err := programs.start(os.Stderr, []string{"/usr/bin/containerd", "--config", config})
	if err != nil {
		return err
	}
	if err := awaitRuntime(); err != nil {
		return err
	}
	for i, archive := range store.Archives {
		fmt.Fprintln(out, archive)
		if err := programs.run(os.Stderr, "/usr/bin/ctr", "--namespace", "k8s.io", "images", "import", archivePath(i)); err != nil {
			return fmt.Errorf("the image archive %s cannot be imported: %w", archive, err)
		}
	}
	// What containerd has not written yet it writes when it is told to end.
	if err := syscall.Kill(containerd.pid, syscall.SIGTERM); err != nil {
		return err
	}
	if status := <-containerd.ended; status.ExitStatus() != 0 {
		return fmt.Errorf("containerd ended with %s", describe(status))
	}
	return nil
}

// archivePath is where an archive is seen while a store is filled.
func archivePath(i int) string { return fmt.Sprintf("/opt/plumbline/archives/%d.tar", i) }

// enterStore makes the file system in which a store is filled, and enters it.
func enterStore(store Store) error {
	root := store.root()
	kept := filepath.Join(store.Dir, laidFolder)
	if err := errors.Join(ownMounts(), os.MkdirAll(kept, 0o711)); err != nil {
		return err
	}
	err := enter(root,
		func() error { return bindPackages(store.Runtime, root) },
		func() error { return bind(kept, filepath.Join(root, runtimeFolder), false) },
		func() error {
			for i, archive := range store.Archives {
				if err := bind(archive, filepath.Join(root, archivePath(i)), true); err != nil {
					return err
				}
			}
			return nil
		},
		func() error { return makeDevices(root) },
		func() error { return mountAt("proc", filepath.Join(root, "proc"), "proc", "") },
		func() error { return mountAt("sysfs", filepath.Join(root, "sys"), "sysfs", "") },
		func() error {
			return errors.Join(os.MkdirAll(filepath.Join(root, "tmp"), 0o1777), os.MkdirAll(filepath.Join(root, "run"), 0o755))
		},
	)
	if err != nil {
		return fmt.Errorf("the file system of the store %s: %w", store.Dir, err)
	}
	return nil
}
