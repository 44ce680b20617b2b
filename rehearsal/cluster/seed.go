package main

import (
	"context"
	"errors"
	"fmt"

	"plumbline.dev/rehearsal/cluster/internal/controlplane"
)

// seed lays, in dir/etcd, a store that clusters can begin with: what every control plane makes of itself, and the definitions in the
// given files and directories. What else it leaves in dir is of no use. Whatever it returns has been reported.
func seed(dir, kubernetes string, definitions []string) error {
	laid := false
	err := enter(dir, kubernetes, func(ctx context.Context, cluster *cluster) error {
		cluster.step = "directory"
		if controlplane.HasData(dir) {
			return fmt.Errorf("%s holds a cluster's data; allowed: a directory without", dir)
		}
		cluster.description.Name = "seed"
		cluster.readDefinitions(definitions)
		err := cluster.take(ctx, []step{
			{"credentials", cluster.layCredentials},
			{"etcd", cluster.startStore},
			{"apiserver", cluster.startAPIServer},
			{"crds", func(ctx context.Context) error {
				_, err := cluster.installDefinitions(ctx)
				return err
			}},
			{"harvest", func(ctx context.Context) error { return cluster.plane.Harvest(ctx) }},
		})
		laid = err == nil
		return err
	})
	if err == nil && !laid {
		err = errors.New("interrupted")
	}
	return err
}
