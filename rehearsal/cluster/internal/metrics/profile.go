package metrics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/klog/v2"
)

// profileCheck is how often the profile's file is looked at.
const profileCheck = time.Second

// mostValue bounds the values of a profile: beyond it a thousandth is lost in a 64-bit number.
const mostValue = 1e15

// profile is what the pods are made to use, by time since its file was written.
type profile struct {
	start   time.Time
	entries []entry
}

// entry is the course of one metric on the pods of a namespace that the selector matches. Of several that match a pod, the last counts.
type entry struct {
	namespace string
	selector  labels.Selector
	metric    string
	// shared says that the values are the whole load, which the matching pods divide among them, and not the load of each.
	shared bool
	points []point
}

type point struct {
	after time.Duration
	value float64
}

// at is the value on the line between the points around the time; before the first point it is the first's, after the last the
// last's. Of two points at the same time the later written holds from then on, which makes a step.
func at(points []point, elapsed time.Duration) float64 {
	if elapsed < points[0].after {
		return points[0].value
	}
	for i := len(points) - 1; i >= 0; i-- {
		from := points[i]
		if elapsed < from.after {
			continue
		}
		if i == len(points)-1 {
			return from.value
		}
		to := points[i+1]
		return from.value + (to.value-from.value)*float64(elapsed-from.after)/float64(to.after-from.after)
	}
	return points[0].value
}

// parseProfile reads the entries of a profile. The error names everything that is wrong with them.
func parseProfile(data []byte) ([]entry, error) {
	var raw []struct {
		Namespace string `json:"namespace"`
		Selector  string `json:"selector"`
		Metric    string `json:"metric"`
		Shared    bool   `json:"shared"`
		Points    []struct {
			After string `json:"after"`
			Value string `json:"value"`
		} `json:"points"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&raw); err != nil {
		return nil, fmt.Errorf("not a list of loads in JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the list of loads")
	}
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	entries := make([]entry, 0, len(raw))
	for i, load := range raw {
		field := fmt.Sprintf("[%d]", i)
		parsed := entry{namespace: load.Namespace, metric: load.Metric, shared: load.Shared}
		if load.Namespace == "" {
			wrong("%s.namespace is missing; give the pods' namespace", field)
		}
		if load.Metric == "" {
			wrong(`%s.metric is missing; give "cpu", "memory" or the name of a custom metric`, field)
		}
		selector, err := labels.Parse(load.Selector)
		if err != nil {
			wrong("%s.selector %q is not a label selector, like app.kubernetes.io/name=orders: %v", field, load.Selector, err)
		}
		parsed.selector = selector
		if len(load.Points) == 0 {
			wrong("%s.points is empty; give at least one", field)
		}
		for j, raw := range load.Points {
			field := fmt.Sprintf("%s.points[%d]", field, j)
			after, err := time.ParseDuration(raw.After)
			if err != nil || after < 0 {
				wrong(`%s.after %q is not a duration; write it like "0s", "90s" or "2m"`, field, raw.After)
			}
			if j > 0 && after < parsed.points[j-1].after {
				wrong("%s.after %q is before the point above it; put the points in the order of time", field, raw.After)
			}
			quantity, err := resource.ParseQuantity(raw.Value)
			value := quantity.AsApproximateFloat64()
			if err != nil || value < 0 || value > mostValue {
				wrong(`%s.value %q is not a quantity from 0 to 1P; write it like "250m", "3" or "512Mi"`, field, raw.Value)
			}
			parsed.points = append(parsed.points, point{after: after, value: value})
		}
		entries = append(entries, parsed)
	}
	return entries, errors.Join(problems...)
}

// profileFile follows the file of a profile.
type profileFile struct {
	path    string
	stamp   string
	current atomic.Pointer[profile]
}

// follow keeps the current profile that of the file until ctx ends. The first look is done when it returns.
func (f *profileFile) follow(ctx context.Context) {
	f.look()
	go wait.UntilWithContext(ctx, func(context.Context) { f.look() }, profileCheck)
}

// look reads the file if it is not as it was. Without the file, or with one that is wrong, there is no profile.
func (f *profileFile) look() {
	info, err := os.Stat(f.path)
	stamp := ""
	if err == nil {
		stamp = fmt.Sprint(info.ModTime().UnixNano(), " ", info.Size())
	}
	if stamp == f.stamp && f.current.Load() != nil {
		return
	}
	f.stamp = stamp
	loaded := &profile{}
	if err == nil {
		loaded.start = info.ModTime()
		loaded.entries, err = readProfile(f.path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		klog.ErrorS(err, "the load profile is ignored", "file", filepath.Base(f.path))
		loaded = &profile{}
	}
	f.current.Store(loaded)
}

func readProfile(path string) ([]entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseProfile(data)
}
