package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"k8s.io/klog/v2"

	"plumbline.dev/rehearsal/cluster/internal/report"
	"plumbline.dev/rehearsal/cluster/internal/state"
)

// run runs the cluster in dir until a signal, or a failure, ends it. Whatever it returns has been reported.
func run(dir, kubernetes string) error {
	return enter(dir, kubernetes, func(ctx context.Context, cluster *cluster) error {
		if err := cluster.start(ctx); err != nil {
			return err
		}
		debug.SetGCPercent(gcWhileRunning)
		debug.FreeOSMemory()
		select {
		case <-ctx.Done():
			return nil
		case err := <-cluster.failed():
			cluster.step = "running"
			return err
		}
	})
}

// enter does the work in dir as the cluster that lies there, and stops it when the work is done or a signal has ended ctx.
func enter(dir, kubernetes string, work func(ctx context.Context, cluster *cluster) error) error {
	reporter := report.New(os.Stdout, time.Now())
	// Whoever started the cluster may be gone, and its end of stdout with it.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()

	release, err := occupy(dir)
	if err != nil {
		reporter.Failed("directory", err)
		return err
	}
	defer release()
	if note := state.Leftover(dir); note != "" {
		reporter.Note(note)
	}
	self, err := state.FindProcess(os.Getpid())
	if err != nil {
		reporter.Failed("directory", err)
		return err
	}
	cluster := &cluster{dir: dir, report: reporter, status: state.Status{
		Process: self, StartedAt: time.Now().UTC(), Phase: state.Starting,
		Kubeconfig: filepath.Join(dir, "kubeconfig"), Version: kubernetes, Ports: map[string]int{},
	}}
	cluster.log = openLog(dir)
	cluster.addons, cluster.stopAddons = context.WithCancel(context.Background())
	defer cluster.log.Close()
	defer klog.Flush()
	// Kubernetes' own code ends the process by klog where it cannot go on; the status must not say "ready" then.
	klog.OsExit = func(code int) {
		_ = cluster.fail(cluster.step, fmt.Errorf("a part of the control plane ended the process with code %d; see %s", code, filepath.Join(dir, "log")))
		os.Exit(exitFailed)
	}
	debug.SetGCPercent(gcWhileStarting)
	if err := work(ctx, cluster); err != nil && ctx.Err() == nil {
		cluster.stop()
		return cluster.fail(cluster.step, err)
	}
	reporter.Stopping()
	cluster.status.Pending = false
	cluster.setPhase(state.Stopping)
	cluster.stop()
	if err := state.RemoveStatus(dir); err != nil {
		reporter.Failed("stop", err)
		return err
	}
	reporter.Stopped()
	return nil
}

// occupy makes the directory this process's own and its working directory.
func occupy(dir string) (release func(), err error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("the cluster's directory cannot be used: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the cluster's directory must be its owner's alone: %w", err)
	}
	if release, err = state.Lock(dir); err != nil {
		return nil, err
	}
	err = errors.Join(os.MkdirAll(filepath.Join(dir, "run"), 0o700), os.MkdirAll(filepath.Join(dir, "log"), 0o700), os.Chdir(dir))
	if err != nil {
		release()
		return nil, fmt.Errorf("the cluster's directory cannot be used: %w", err)
	}
	return release, nil
}

// Collecting garbage while everything is being built up for the first time is time lost; afterwards, what little runs may be collected
// often, to be small.
const (
	gcWhileStarting = 400
	gcWhileRunning  = 50
)
