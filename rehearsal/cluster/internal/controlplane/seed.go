package controlplane

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
)

// ofOneCluster are the prefixes of keys that no cluster may take over from a seed: whom to trust, who leads, what happened, and the
// system's namespaces, whose identities are taken for the cluster's. An API server makes them when it does not find them.
var ofOneCluster = []string{
	"/registry/configmaps/",
	"/registry/events/",
	"/registry/leases/",
	"/registry/masterleases/",
	"/registry/namespaces/",
}

// Plant gives a cluster without data the store that lies in seed. A cluster that is killed meanwhile has no data.
func Plant(dir, seed string) error {
	half := filepath.Join(dir, etcdDir+".half")
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("a half-laid store cannot be removed: %w", err)
	}
	if err := os.CopyFS(half, os.DirFS(seed)); err != nil {
		return fmt.Errorf("the store in %s cannot be copied: %w", seed, err)
	}
	if err := os.Chmod(half, 0o700); err != nil {
		return err
	}
	return os.Rename(half, filepath.Join(dir, etcdDir))
}

// Harvest makes the store a seed: it stops everything but the store, takes out what belongs to this cluster alone, and the store's past.
func (p *ControlPlane) Harvest(ctx context.Context) error {
	p.stopParts()
	server := p.etcd.Server
	var revision int64
	for _, prefix := range ofOneCluster {
		end := []byte(prefix)
		end[len(end)-1]++
		deleted, err := server.DeleteRange(ctx, &etcdserverpb.DeleteRangeRequest{Key: []byte(prefix), RangeEnd: end})
		if err != nil {
			return fmt.Errorf("%s cannot be taken out of the store: %w", prefix, err)
		}
		revision = deleted.Header.Revision
	}
	if _, err := server.Compact(ctx, &etcdserverpb.CompactionRequest{Revision: revision, Physical: true}); err != nil {
		return fmt.Errorf("the store's past cannot be dropped: %w", err)
	}
	if err := server.Backend().Defrag(); err != nil {
		return fmt.Errorf("the store cannot be made small: %w", err)
	}
	return nil
}
