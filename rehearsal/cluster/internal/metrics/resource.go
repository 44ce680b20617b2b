package metrics

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// window is the time over which the usage of simulated pods is said to be measured. An autoscaler takes no account of the CPU of a
// young pod that is ready for less.
const window = 5 * time.Second

const resourcePath = "/apis/metrics.k8s.io/v1beta1"

var (
	nodeResource = metricsv1beta1.Resource("nodes")
	podResource  = metricsv1beta1.Resource("pods")
)

// resourceRoutes serves metrics.k8s.io.
func (s *Server) resourceRoutes(mux *http.ServeMux) {
	serveDiscovery(mux, metricsv1beta1.SchemeGroupVersion, func() []metav1.APIResource {
		verbs := metav1.Verbs{"get", "list"}
		return []metav1.APIResource{
			{Name: "nodes", Kind: "NodeMetrics", Verbs: verbs},
			{Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: verbs},
		}
	})
	handle(mux, resourcePath+"/nodes", s.asking(func(from *source, request *http.Request) (any, error) {
		wanted, err := parseFilter(request)
		if err != nil {
			return nil, err
		}
		nodes, err := from.nodes.List(labels.Everything())
		if err != nil {
			return nil, err
		}
		now, err := from.read()
		return nodeList(now, nodes, wanted), err
	}))
	handle(mux, resourcePath+"/nodes/{name}", s.asking(func(from *source, request *http.Request) (any, error) {
		name := request.PathValue("name")
		node, err := from.nodes.Get(name)
		if err != nil || !isPowered(node) {
			return nil, apierrors.NewNotFound(nodeResource, name)
		}
		now, err := from.read()
		if err != nil {
			return nil, err
		}
		if !now.knows(node) {
			return nil, apierrors.NewNotFound(nodeResource, name)
		}
		return nodeMetrics(now, node), nil
	}))
	list := s.asking(func(from *source, request *http.Request) (any, error) {
		wanted, err := parseFilter(request)
		if err != nil {
			return nil, err
		}
		now, err := from.read()
		return podList(now, request.PathValue("namespace"), wanted), err
	})
	handle(mux, resourcePath+"/pods", list)
	handle(mux, resourcePath+"/namespaces/{namespace}/pods", list)
	handle(mux, resourcePath+"/namespaces/{namespace}/pods/{name}", s.asking(func(from *source, request *http.Request) (any, error) {
		now, err := from.read()
		if err != nil {
			return nil, err
		}
		user, known := now.user(request.PathValue("namespace"), request.PathValue("name"))
		if !known {
			return nil, apierrors.NewNotFound(podResource, request.PathValue("name"))
		}
		return podMetrics(now, user), nil
	}))
}

// user is what the pod of that name uses, if it is known.
func (r reading) user(namespace, name string) (user, bool) {
	i := slices.IndexFunc(r.users, func(user user) bool { return user.pod.Namespace == namespace && user.pod.Name == name })
	if i < 0 {
		return user{}, false
	}
	return r.users[i], true
}

// knows says whether the node is simulated, or its kubelet has measured something of late.
func (r reading) knows(node *corev1.Node) bool {
	containers, real := r.measured[node.Name]
	return !real || len(containers) > 0
}

// filter is what a list is asked to be narrowed to.
type filter struct {
	labels labels.Selector
	fields fields.Selector
}

func (f filter) matches(object metav1.Object) bool {
	return f.labels.Matches(labels.Set(object.GetLabels())) &&
		f.fields.Matches(fields.Set{"metadata.name": object.GetName(), "metadata.namespace": object.GetNamespace()})
}

// parseFilter reads the selectors of a request. Fields to select by are metadata.name and metadata.namespace.
func parseFilter(request *http.Request) (filter, error) {
	byLabels, err := labels.Parse(request.FormValue("labelSelector"))
	if err != nil {
		return filter{}, apierrors.NewBadRequest("labelSelector: " + err.Error())
	}
	byFields, err := fields.ParseSelector(request.FormValue("fieldSelector"))
	if err != nil {
		return filter{}, apierrors.NewBadRequest("fieldSelector: " + err.Error())
	}
	for _, requirement := range byFields.Requirements() {
		if requirement.Field != "metadata.name" && requirement.Field != "metadata.namespace" {
			return filter{}, apierrors.NewBadRequest("fieldSelector: " + requirement.Field +
				" is not a field to select by; metadata.name and metadata.namespace are")
		}
	}
	return filter{labels: byLabels, fields: byFields}, nil
}

func nodeList(now reading, nodes []*corev1.Node, wanted filter) *metricsv1beta1.NodeMetricsList {
	list := &metricsv1beta1.NodeMetricsList{TypeMeta: typeMeta("NodeMetricsList"), Items: []metricsv1beta1.NodeMetrics{}}
	for _, node := range nodes {
		if isPowered(node) && now.knows(node) && wanted.matches(node) {
			list.Items = append(list.Items, *nodeMetrics(now, node))
		}
	}
	slices.SortFunc(list.Items, func(a, b metricsv1beta1.NodeMetrics) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// podList is what the pods of the namespace use; without a namespace, those of all.
func podList(now reading, namespace string, wanted filter) *metricsv1beta1.PodMetricsList {
	list := &metricsv1beta1.PodMetricsList{TypeMeta: typeMeta("PodMetricsList"), Items: []metricsv1beta1.PodMetrics{}}
	for _, user := range now.users {
		if (namespace == "" || namespace == user.pod.Namespace) && wanted.matches(user.pod) {
			list.Items = append(list.Items, *podMetrics(now, user))
		}
	}
	slices.SortFunc(list.Items, func(a, b metricsv1beta1.PodMetrics) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// nodeMetrics is what the node's pods use together. What runs beside them is not in it: on a simulated node there is nothing, and a real
// one's kubelet measures the whole machine there, which all nodes share.
func nodeMetrics(now reading, node *corev1.Node) *metricsv1beta1.NodeMetrics {
	usage := corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewQuantity(0, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(0, resource.BinarySI),
	}
	for _, user := range now.users {
		if user.pod.Spec.NodeName != node.Name {
			continue
		}
		for _, used := range user.usage {
			for name, quantity := range used {
				sum := usage[name]
				sum.Add(quantity)
				usage[name] = sum
			}
		}
	}
	return &metricsv1beta1.NodeMetrics{
		TypeMeta: typeMeta("NodeMetrics"), ObjectMeta: objectMeta(now, node),
		Timestamp: metav1.NewTime(now.time), Window: metav1.Duration{Duration: window}, Usage: usage,
	}
}

func podMetrics(now reading, of user) *metricsv1beta1.PodMetrics {
	metrics := &metricsv1beta1.PodMetrics{
		TypeMeta: typeMeta("PodMetrics"), ObjectMeta: objectMeta(now, of.pod),
		Timestamp: metav1.NewTime(of.time), Window: metav1.Duration{Duration: of.window},
	}
	for _, container := range running(of.pod) {
		metrics.Containers = append(metrics.Containers, metricsv1beta1.ContainerMetrics{Name: container.Name, Usage: of.usage[container.Name]})
	}
	return metrics
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: metricsv1beta1.SchemeGroupVersion.String(), Kind: kind}
}

func objectMeta(now reading, of metav1.Object) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: of.GetName(), Namespace: of.GetNamespace(), Labels: of.GetLabels(), CreationTimestamp: metav1.NewTime(now.time),
	}
}
