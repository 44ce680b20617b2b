package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

const (
	aBlob     = "containerd/io.containerd.content.v1.content/blobs/sha256/aa"
	aLayer    = "containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs"
	aDatabase = "containerd/io.containerd.metadata.v1.bolt/meta.db"
)

// store makes a folder as containerd leaves it: a blob, a layer with a folder that others may write to and a link, and a database.
func store(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	shared := filepath.Join(dir, aLayer, "tmp")
	for name, text := range map[string]string{aBlob: "blob", aDatabase: "database", aLayer + "/tmp/file": "text"} {
		path := filepath.Join(dir, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		check(t, os.WriteFile(path, []byte(text), 0o644))
	}
	check(t, os.Symlink("nowhere", filepath.Join(dir, aLayer, "link")))
	check(t, os.Chmod(shared, os.ModeSticky|0o777))
	check(t, os.Chtimes(shared, time.Unix(0, 0), time.Unix(7, 0)))
	return dir
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func inode(t *testing.T, parts ...string) uint64 {
	t.Helper()
	var stat unix.Stat_t
	check(t, unix.Lstat(filepath.Join(parts...), &stat))
	return stat.Ino
}

func TestNodesShareWhatIsNeverWrittenAndHaveDatabasesOfTheirOwn(t *testing.T) {
	from, node := store(t), lab.Node{Name: "a-real", Dir: filepath.Join(t.TempDir(), "a-real")}
	check(t, layStore(from, node))
	for name, shared := range map[string]bool{aBlob: true, aLayer + "/tmp/file": true, aLayer + "/link": true, aDatabase: false} {
		if (inode(t, from, name) == inode(t, node.Dir, name)) != shared {
			t.Errorf("%s: shared is not %v", name, shared)
		}
	}
	if data, err := os.ReadFile(filepath.Join(node.Dir, aDatabase)); err != nil || string(data) != "database" {
		t.Errorf("the database is %q, %v", data, err)
	}
	info, err := os.Stat(filepath.Join(node.Dir, aLayer, "tmp"))
	check(t, err)
	if info.Mode() != os.ModeDir|os.ModeSticky|0o777 || info.ModTime().Unix() != 7 {
		t.Errorf("a layer's folder is %v of %v", info.Mode(), info.ModTime())
	}
}

func TestANodeKeepsWhatItHasUntilThereIsAnotherStore(t *testing.T) {
	first, second, node := store(t), store(t), lab.Node{Name: "a-real", Dir: t.TempDir()}
	check(t, layStore(first, node))
	own := filepath.Join(node.Dir, aDatabase)
	check(t, os.WriteFile(own, []byte("with containers"), 0o600))
	check(t, layStore(first, node))
	if data, _ := os.ReadFile(own); string(data) != "with containers" {
		t.Errorf("laying the same store again made the database %q", data)
	}
	check(t, layStore(second, node))
	if data, _ := os.ReadFile(own); string(data) != "database" {
		t.Errorf("another store left the database %q", data)
	}
	if inode(t, second, aBlob) != inode(t, node.Dir, aBlob) {
		t.Error("the other store's blob is not there")
	}
}

func TestAStoreThatWasLaidInPartIsLaidAgain(t *testing.T) {
	from, node := store(t), lab.Node{Name: "a-real", Dir: t.TempDir()}
	check(t, os.MkdirAll(filepath.Join(node.Dir, "containerd", "half"), 0o755))
	check(t, layStore(from, node))
	if _, err := os.Stat(filepath.Join(node.Dir, "containerd", "half")); !os.IsNotExist(err) {
		t.Error("half of an earlier store is still there")
	}
}

func TestAStoreThatIsNotThereIsToldByTheNodesName(t *testing.T) {
	err := layStore(filepath.Join(t.TempDir(), "none"), lab.Node{Name: "a-real", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "node a-real") {
		t.Errorf("%v", err)
	}
}
