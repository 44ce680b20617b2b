package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcd listens on sockets in the cluster's directory, which is its owner's alone: no port to find, and no other user of the machine
// can read the secrets in it. The paths are relative, for a socket's path may have 107 bytes only.
const (
	clientSocket = "etcd.sock"
	peerSocket   = "etcd-peer.sock"
	etcdDir      = "etcd"
)

// A raft log is kept for members that lag behind. There are none, so little of it is kept: definitions are large, and each change of one
// stays in memory as long as it is in the log.
const (
	logEntries        = 500
	logEntriesToSpare = 10
)

// HasData says whether the cluster's directory holds data from an earlier run.
func HasData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, etcdDir, "member"))
	return err == nil
}

// startEtcd starts the store, and returns when it serves. It does not force its writes to the disk: data survives the end of the
// process however it comes, but not the loss of power.
func startEtcd(ctx context.Context, dir string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Name = "plumbline"
	config.Dir = filepath.Join(dir, etcdDir)
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	config.LogOutputs = []string{filepath.Join(dir, "log", "etcd.log")}
	config.ListenClientUrls = []url.URL{{Scheme: "unix", Host: clientSocket}}
	config.ListenPeerUrls = []url.URL{{Scheme: "unix", Host: peerSocket}}
	// Nobody looks for the only member by what it advertises; the form of a host and a port is asked for all the same.
	nobody := []url.URL{{Scheme: "unix", Host: "nobody:0"}}
	config.AdvertiseClientUrls, config.AdvertisePeerUrls = nobody, nobody
	config.SnapshotCount, config.SnapshotCatchUpEntries = logEntries, logEntriesToSpare
	// The only member has nobody to wait for: it is its own leader after one election, which need not take a second.
	config.TickMs, config.ElectionMs = 10, 100
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, fmt.Errorf("etcd cannot start on %s: %w", config.Dir, err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err = <-etcd.Err():
	case <-etcd.Server.StopNotify():
		err = errors.New("it stopped while it started")
	case <-ctx.Done():
		err = ctx.Err()
	}
	etcd.Close()
	return nil, fmt.Errorf("etcd: %w", err)
}
