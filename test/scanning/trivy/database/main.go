// Command database writes a database of vulnerabilities for Trivy, by Trivy's own library for them, of a list on standard input.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	bolt "go.etcd.io/bbolt"
)

// vulnerability is one that is known of one package of one platform.
type vulnerability struct {
	ID       string
	Title    string
	Severity string
	// Platform is a bucket of Trivy's: `debian 12`, or `npm::GitHub Security Advisory Npm`.
	Platform string
	Package  string
	Advisory types.Advisory
}

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: database <folder>")
		os.Exit(2)
	}
	if err := write(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	var known []vulnerability
	if err := json.NewDecoder(os.Stdin).Decode(&known); err != nil {
		return err
	}
	if err := db.Init(folder); err != nil {
		return err
	}
	defer db.Close()
	config := db.Config{}
	err := config.BatchUpdate(func(tx *bolt.Tx) error {
		for _, one := range known {
			source := types.DataSource{ID: "test", Name: "a list of a test"}
			if err := config.PutDataSource(tx, one.Platform, source); err != nil {
				return err
			}
			if err := config.PutAdvisory(tx, []string{one.Platform, one.Package}, one.ID, one.Advisory); err != nil {
				return err
			}
			detail := types.Vulnerability{Title: one.Title, Severity: one.Severity}
			if err := config.PutVulnerability(tx, one.ID, detail); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	now := time.Now()
	return metadata.NewClient(folder).Update(metadata.Metadata{
		Version:      db.SchemaVersion,
		UpdatedAt:    now,
		NextUpdate:   now.Add(24 * time.Hour),
		DownloadedAt: now,
	})
}
