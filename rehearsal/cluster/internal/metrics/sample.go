package metrics

import (
	"fmt"
	"io"
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// containerName is the full name of a container.
type containerName struct{ namespace, pod, container string }

// sample is what a kubelet says of a container: it takes one about every 10 s.
type sample struct {
	time    time.Time
	started time.Time
	// seconds of one processor that it has used since it started.
	cpuSeconds float64
	// bytes that it holds and that cannot be had back without harm: its working set.
	bytes float64
}

// measurement is what a container used from one sample to the next.
type measurement struct {
	time   time.Time
	window time.Duration
	usage  corev1.ResourceList
}

// leastWindow is the shortest time over which use of CPU says something.
const leastWindow = 5 * time.Second

// parseSamples reads a kubelet's answer at /metrics/resource, the format of which is stable. Containers of which it does not say both CPU
// and memory, as of those that are about to start, are left out.
func parseSamples(text io.Reader) (map[containerName]sample, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		return nil, fmt.Errorf("a kubelet's measurements cannot be read: %w", err)
	}
	samples := map[containerName]sample{}
	for _, metric := range families["container_cpu_usage_seconds_total"].GetMetric() {
		samples[nameOf(metric)] = sample{time: time.UnixMilli(metric.GetTimestampMs()), cpuSeconds: valueOf(metric), bytes: math.NaN()}
	}
	for _, metric := range families["container_memory_working_set_bytes"].GetMetric() {
		if s, known := samples[nameOf(metric)]; known {
			s.bytes = valueOf(metric)
			samples[nameOf(metric)] = s
		}
	}
	for _, metric := range families["container_start_time_seconds"].GetMetric() {
		if s, known := samples[nameOf(metric)]; known {
			s.started = time.UnixMilli(int64(valueOf(metric) * 1_000))
			samples[nameOf(metric)] = s
		}
	}
	for name, s := range samples {
		if math.IsNaN(s.bytes) || s.started.IsZero() {
			delete(samples, name)
		}
	}
	return samples, nil
}

func nameOf(metric *dto.Metric) (name containerName) {
	for _, label := range metric.GetLabel() {
		switch label.GetName() {
		case "namespace":
			name.namespace = label.GetValue()
		case "pod":
			name.pod = label.GetValue()
		case "container":
			name.container = label.GetValue()
		}
	}
	return name
}

// valueOf is a metric's value, whatever kind the text declared it to be.
func valueOf(metric *dto.Metric) float64 {
	return metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetUntyped().GetValue()
}

// between is what a container used from one sample to the next, or since it started if that was after the first; nothing if the time is
// too short to tell.
func between(before, now sample) (measurement, bool) {
	if before.time.Before(now.started) {
		before = sample{time: now.started}
	}
	window := now.time.Sub(before.time)
	if window < leastWindow || now.cpuSeconds < before.cpuSeconds {
		return measurement{}, false
	}
	return measurement{time: now.time, window: window, usage: corev1.ResourceList{
		corev1.ResourceCPU:    thousandths((now.cpuSeconds - before.cpuSeconds) / window.Seconds()),
		corev1.ResourceMemory: *resource.NewQuantity(int64(now.bytes), resource.BinarySI),
	}}, true
}
