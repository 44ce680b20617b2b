package metrics

import (
	"math"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

// The annotations that say what a pod uses, as Kubernetes quantities. Objects of other kinds have custom metrics only.
const (
	CPUAnnotation    = "plumbline.dev/usage-cpu"
	MemoryAnnotation = "plumbline.dev/usage-memory"
	// CustomPrefix is followed by the name of a custom metric.
	CustomPrefix = "plumbline.dev/metric."
)

// What a pod uses of its requests when nothing else is said.
const (
	defaultCPUShare    = 0.05
	defaultMemoryShare = 0.5
)

const (
	cpu    = string(corev1.ResourceCPU)
	memory = string(corev1.ResourceMemory)
)

// reading is what all pods use at one moment.
type reading struct {
	time time.Time
	// pods are those that take load.
	pods  []*corev1.Pod
	loads []load
	// users are the pods of which it is known what they use: those of pods on simulated nodes, and those on real nodes that were measured.
	users []user
	// measured is what the containers on real nodes use, by the node's name; other nodes are not in it.
	measured map[string]map[containerName]measurement
	// rates are those of pods on real nodes.
	rates map[rateName]float64
}

// user is a pod with what its containers use.
type user struct {
	pod *corev1.Pod
	// time is when it was measured, and window over how long.
	time   time.Time
	window time.Duration
	usage  map[string]corev1.ResourceList
}

// load is an entry of the profile at the moment of the reading.
type load struct {
	entry
	each float64
}

// read takes the pods that report, and works out what the profile asks of each.
func read(now time.Time, pods []*corev1.Pod, nodes []*corev1.Node, profile *profile, measured map[string]map[containerName]measurement) reading {
	powered := map[string]bool{}
	for _, node := range nodes {
		powered[node.Name] = isPowered(node)
	}
	r := reading{time: now, measured: measured}
	for _, pod := range pods {
		if isServing(pod) && powered[pod.Spec.NodeName] {
			r.pods = append(r.pods, pod)
		}
	}
	for _, entry := range profile.entries {
		value := at(entry.points, now.Sub(profile.start))
		if entry.shared {
			if count := entry.count(r.pods); count > 0 {
				value /= float64(count)
			}
		}
		r.loads = append(r.loads, load{entry: entry, each: value})
	}
	for _, pod := range r.pods {
		if !r.isReal(pod) {
			r.users = append(r.users, user{pod: pod, time: now, window: window, usage: r.usage(pod)})
		}
	}
	for _, pod := range pods {
		if containers, real := measured[pod.Spec.NodeName]; real && powered[pod.Spec.NodeName] {
			if user, known := measuredUser(pod, containers); known {
				r.users = append(r.users, user)
			}
		}
	}
	return r
}

// measuredUser is a pod with what was measured of it, which must be all of its running containers. The oldest measurement speaks for it.
func measuredUser(pod *corev1.Pod, containers map[containerName]measurement) (user, bool) {
	all := user{pod: pod, usage: map[string]corev1.ResourceList{}}
	for _, container := range running(pod) {
		used, known := containers[containerName{pod.Namespace, pod.Name, container.Name}]
		// A pod of the same name may have been there before.
		if !known || used.time.Before(pod.CreationTimestamp.Time) {
			return user{}, false
		}
		all.usage[container.Name] = used.usage
		if all.time.IsZero() || used.time.Before(all.time) {
			all.time, all.window = used.time, used.window
		}
	}
	return all, pod.Status.Phase == corev1.PodRunning && pod.DeletionTimestamp == nil
}

// isPowered says whether the node's kubelet is there to be asked.
func isPowered(node *corev1.Node) bool { return node.Labels[rehearsal.Power] != rehearsal.PowerOff }

// isServing says whether the pod takes load: it is Running, Ready and stays.
func isServing(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase == corev1.PodRunning &&
		slices.ContainsFunc(pod.Status.Conditions, func(condition corev1.PodCondition) bool {
			return condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue
		})
}

func (e entry) matches(pod *corev1.Pod) bool {
	return pod.Namespace == e.namespace && e.selector.Matches(labels.Set(pod.Labels))
}

func (e entry) count(pods []*corev1.Pod) (count int) {
	for _, pod := range pods {
		if e.matches(pod) {
			count++
		}
	}
	return count
}

// value is the pod's metric by the profile, else by its annotation, and whether either knows it.
func (r reading) value(pod *corev1.Pod, metric, annotation string) (float64, bool) {
	for _, load := range slices.Backward(r.loads) {
		if load.metric == metric && load.matches(pod) {
			return load.each, true
		}
	}
	quantity, known := annotated(pod.Annotations, annotation)
	return quantity.AsApproximateFloat64(), known
}

// isReal says whether the pod is on a real node.
func (r reading) isReal(pod *corev1.Pod) bool {
	_, real := r.measured[pod.Spec.NodeName]
	return real
}

// custom is the pod's custom metric, and whether it has it. Rates of real pods are measured; a rate of a simulated one that nothing
// tells of is none, for nobody sends to it.
func (r reading) custom(pod *corev1.Pod, metric string) (resource.Quantity, bool) {
	isRate := strings.HasSuffix(metric, perSecond)
	if isRate && r.isReal(pod) {
		value, known := r.rates[rateName{pod.UID, metric}]
		return thousandths(value), known
	}
	value, known := r.value(pod, metric, CustomPrefix+metric)
	return thousandths(value), known || isRate
}

// usage is what the containers of the pod use. Together they use what the pod does, each in proportion to its request.
func (r reading) usage(pod *corev1.Pod) map[string]corev1.ResourceList {
	containers := running(pod)
	cpus := r.divide(pod, containers, cpu, CPUAnnotation, defaultCPUShare)
	memories := r.divide(pod, containers, memory, MemoryAnnotation, defaultMemoryShare)
	usage := map[string]corev1.ResourceList{}
	for i, container := range containers {
		usage[container.Name] = corev1.ResourceList{
			corev1.ResourceCPU:    thousandths(cpus[i]),
			corev1.ResourceMemory: *resource.NewQuantity(int64(math.Round(memories[i])), resource.BinarySI),
		}
	}
	return usage
}

func (r reading) divide(pod *corev1.Pod, containers []corev1.Container, name, annotation string, share float64) []float64 {
	requests, sum := make([]float64, len(containers)), 0.0
	for i, container := range containers {
		requests[i] = container.Resources.Requests.Name(corev1.ResourceName(name), resource.DecimalSI).AsApproximateFloat64()
		sum += requests[i]
	}
	whole := sum
	if pod.Spec.Resources != nil {
		if quantity, ok := pod.Spec.Resources.Requests[corev1.ResourceName(name)]; ok {
			whole = quantity.AsApproximateFloat64()
		}
	}
	value, known := r.value(pod, name, annotation)
	if !known {
		value = whole * share
	}
	for i := range requests {
		if sum == 0 {
			requests[i] = value / float64(len(requests))
		} else {
			requests[i] *= value / sum
		}
	}
	return requests
}

// running are the containers that run beside each other: the pod's own, and its sidecars.
func running(pod *corev1.Pod) []corev1.Container {
	containers := slices.Clone(pod.Spec.Containers)
	for _, container := range pod.Spec.InitContainers {
		if container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			containers = append(containers, container)
		}
	}
	return containers
}

func thousandths(value float64) resource.Quantity {
	return *resource.NewMilliQuantity(int64(math.Round(value*1000)), resource.DecimalSI)
}

// annotated is the quantity in the annotation; one that is not a quantity from 0 on is as if it were not there.
func annotated(annotations map[string]string, name string) (resource.Quantity, bool) {
	text, there := annotations[name]
	if !there {
		return resource.Quantity{}, false
	}
	quantity, err := resource.ParseQuantity(text)
	if err != nil || quantity.Sign() < 0 || quantity.AsApproximateFloat64() > mostValue {
		return resource.Quantity{}, false
	}
	return quantity, true
}

// isUsage says whether the annotation is one of those that say what an object uses.
func isUsage(annotation string) bool {
	return annotation == CPUAnnotation || annotation == MemoryAnnotation || strings.HasPrefix(annotation, CustomPrefix)
}

// warnOfAnnotations says in the log which annotations of pods are ignored, once for each time that they are written.
func warnOfAnnotations(pods cache.SharedIndexInformer) error {
	warn := func(before map[string]string, object any) {
		pod, ok := object.(*corev1.Pod)
		if !ok {
			return
		}
		for name, value := range pod.Annotations {
			if !isUsage(name) || before[name] == value {
				continue
			}
			if _, valid := annotated(pod.Annotations, name); !valid {
				klog.InfoS("an annotation is ignored, for it is not a quantity from 0 to 1P, like 250m, 3 or 512Mi",
					"pod", klog.KObj(pod), "annotation", name, "value", value)
			}
		}
	}
	_, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { warn(nil, object) },
		UpdateFunc: func(old, object any) {
			if before, ok := old.(*corev1.Pod); ok {
				warn(before.Annotations, object)
			}
		},
	})
	return err
}
