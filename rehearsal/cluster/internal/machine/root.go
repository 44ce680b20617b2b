package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
	"plumbline.dev/rehearsal/cluster/internal/networkpolicy"
)

// Program is where a node sees this program.
const Program = "/opt/plumbline/plumbline-node"

// runtimeFolder is where containerd keeps images and containers.
const runtimeFolder = "/var/lib/containerd"

// kept is what a node keeps when it has no power, by the folder of its Dir.
var kept = map[string]string{
	"kubelet":  "/var/lib/kubelet",
	laidFolder: runtimeFolder,
	"cni":      "/var/lib/cni",
	"log":      "/var/log",
	"volumes":  lab.VolumesMount,
}

// devices are those of the machine that a node has. Containers get theirs from the runtime.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty", "kmsg"}

// kernelSettings are those of the whole machine that a kubelet writes, with what it writes there. A node has copies of its own.
var kernelSettings = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// ownMounts keeps what is mounted from now on in this mount namespace.
func ownMounts() error { return mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }

// enterRoot makes the node's file system and enters it: the unpacked packages, what the node keeps, and nothing else of the machine.
func enterRoot(spec lab.Spec, node lab.Node) error {
	root := filepath.Join(node.Dir, "root")
	if err := ownMounts(); err != nil {
		return err
	}
	err := enter(root,
		func() error { return bindPackages(spec.Runtime, root) },
		func() error { return bindKept(node, root) },
		func() error { return bindOwn(node, root) },
		func() error { return linkPlugins(spec.Runtime, root) },
		func() error { return makeDevices(root) },
		func() error { return mountKernel(root) },
		func() error { return writeIdentity(node, root) },
	)
	if err != nil {
		return fmt.Errorf("the file system of node %s: %w", node.Name, err)
	}
	// What a kubelet mounts must be seen by containers that ask for it.
	return mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}

// enter makes a file system at root of the parts that are given, and makes it this process's. Nothing of the machine is seen from then on.
func enter(root string, parts ...func() error) error {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	if err := mount("tmpfs", root, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	if err := errors.Join(os.Chdir(root), unix.PivotRoot(".", ".")); err != nil {
		return fmt.Errorf("it cannot be entered: %w", err)
	}
	return errors.Join(unix.Unmount(".", unix.MNT_DETACH), os.Chdir("/"))
}

// bindPackages shows the packages' folders, read-only. Where /bin and its like are not in the packages they lead into /usr.
func bindPackages(runtime, root string) error {
	for _, name := range []string{"usr", "bin", "sbin", "lib", "lib64"} {
		from := filepath.Join(runtime, name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			if err := os.Symlink("usr/"+name, filepath.Join(root, name)); err != nil {
				return err
			}
		} else if err := bind(from, filepath.Join(root, name), true); err != nil {
			return err
		}
	}
	return nil
}

func bindKept(node lab.Node, root string) error {
	for name, at := range kept {
		from := filepath.Join(node.Dir, name)
		if err := os.MkdirAll(from, 0o755); err != nil {
			return err
		}
		if err := bind(from, filepath.Join(root, at), false); err != nil {
			return err
		}
	}
	return nil
}

// bindOwn shows the node's settings and this program.
func bindOwn(node lab.Node, root string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return errors.Join(bind(node.Settings, filepath.Join(root, lab.SettingsMount), true), bind(self, filepath.Join(root, Program), true))
}

// linkPlugins puts the packaged network plugins into one folder with ours, which is this program by another name.
func linkPlugins(runtime, root string) error {
	folder := filepath.Join(root, lab.PluginsFolder)
	packaged, err := os.ReadDir(filepath.Join(runtime, lab.PackagedPlugins))
	if err := errors.Join(err, os.MkdirAll(folder, 0o755)); err != nil {
		return err
	}
	for _, plugin := range packaged {
		if err := os.Symlink(filepath.Join(lab.PackagedPlugins, plugin.Name()), filepath.Join(folder, plugin.Name())); err != nil {
			return err
		}
	}
	return os.Symlink(Program, filepath.Join(folder, networkpolicy.PluginName))
}

func makeDevices(root string) error {
	dev := filepath.Join(root, "dev")
	for _, name := range devices {
		if err := bind("/dev/"+name, filepath.Join(dev, name), false); err != nil {
			return err
		}
	}
	return errors.Join(
		mountAt("devpts", filepath.Join(dev, "pts"), "devpts", "newinstance,ptmxmode=0666,mode=620"),
		mountAt("tmpfs", filepath.Join(dev, "shm"), "tmpfs", "mode=1777"),
		os.Symlink("pts/ptmx", filepath.Join(dev, "ptmx")),
		os.Symlink("/proc/self/fd", filepath.Join(dev, "fd")),
		os.Symlink("/proc/self/fd/0", filepath.Join(dev, "stdin")),
		os.Symlink("/proc/self/fd/1", filepath.Join(dev, "stdout")),
		os.Symlink("/proc/self/fd/2", filepath.Join(dev, "stderr")),
	)
}

// mountKernel shows the node its own processes and network, the machine's control groups, and copies of the kernel's settings.
func mountKernel(root string) error {
	proc, sys := filepath.Join(root, "proc"), filepath.Join(root, "sys")
	if err := errors.Join(mountAt("proc", proc, "proc", ""), mountAt("sysfs", sys, "sysfs", "")); err != nil {
		return err
	}
	if err := mount("/sys/fs/cgroup", filepath.Join(sys, "fs/cgroup"), "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	copies := filepath.Join(root, "run/kernel-settings")
	if err := os.MkdirAll(copies, 0o700); err != nil {
		return err
	}
	for name, value := range kernelSettings {
		copied := filepath.Join(copies, filepath.Base(name))
		if err := os.WriteFile(copied, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := mount(copied, filepath.Join(proc, "sys", name), "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

func writeIdentity(node lab.Node, root string) error {
	etc := filepath.Join(root, "etc")
	write := func(name, text string) error { return os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644) }
	return errors.Join(
		os.MkdirAll(filepath.Join(root, "tmp"), 0o1777),
		unix.Sethostname([]byte(node.Name)),
		write("hostname", node.Name+"\n"),
		write("hosts", fmt.Sprintf("127.0.0.1 localhost\n%s %s\n", node.Address.Addr(), node.Name)),
		write("resolv.conf", ""),
		write("nsswitch.conf", "hosts: files dns\n"),
		write("passwd", "root:x:0:0:root:/root:/bin/false\n"),
		write("group", "root:x:0:\n"),
		write("machine-id", ""),
	)
}

// bind shows a file or folder at another place, which is made.
func bind(from, to string, readOnly bool) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(to, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
		var file *os.File
		if file, err = os.Create(to); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := mount(from, to, "", unix.MS_BIND, ""); err != nil || !readOnly {
		return err
	}
	return mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

// mountAt mounts a file system of the kernel's at a place that is made.
func mountAt(source, at, kind, options string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	return mount(source, at, kind, 0, options)
}

func mount(source, at, kind string, flags uintptr, options string) error {
	if err := unix.Mount(source, at, kind, flags, options); err != nil {
		return fmt.Errorf("%s cannot be mounted: %w", at, err)
	}
	return nil
}
