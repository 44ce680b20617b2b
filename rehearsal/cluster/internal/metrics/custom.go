package metrics

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	customv1beta2 "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

const customPath = "/apis/custom.metrics.k8s.io/v1beta2"

// podObjects is the resource whose objects report only while they serve, and follow the load profile.
const podObjects = "pods"

// query is a question for a metric of objects.
type query struct {
	// resource is in the plural, with its group if it has one: "services", "deployments.apps".
	resource, namespace string
	// name is the object's, or customv1beta2.AllObjects for all that the selector matches.
	name     string
	selector labels.Selector
	metric   string
	// metricSelector is by labels of the metric. Rehearsed metrics have none, so it is given back and narrows nothing.
	metricSelector *metav1.LabelSelector
}

// measured is a metric of an object.
type measured struct {
	object corev1.ObjectReference
	value  resource.Quantity
}

// customRoutes serves custom.metrics.k8s.io.
func (s *Server) customRoutes(mux *http.ServeMux) {
	serveDiscovery(mux, customv1beta2.SchemeGroupVersion, s.customResources)
	answer := s.asking(func(from *source, request *http.Request) (any, error) {
		asked, err := parseQuery(request)
		if err != nil {
			return nil, err
		}
		now, err := from.read()
		if err != nil {
			return nil, err
		}
		var found []measured
		if asked.resource == podObjects {
			from.rates.want(asked, now.time)
			found = asked.ofPods(now)
		} else if found, err = from.ofObjects(request.Context(), asked); err != nil {
			return nil, err
		}
		return valueList(now, asked, found)
	})
	handle(mux, customPath+"/namespaces/{namespace}/{resource}/{name}/{metric}", answer)
	handle(mux, customPath+"/namespaces/{namespace}/metrics/{metric}", answer)
	handle(mux, customPath+"/{resource}/{name}/{metric}", answer)
}

// customResources lists the metrics that pods have now. Those of other objects are answered too; which they have is not known
// before they are asked for.
func (s *Server) customResources() []metav1.APIResource {
	resources := []metav1.APIResource{}
	from := s.source.Load()
	if from == nil {
		return resources
	}
	now, err := from.read()
	if err != nil {
		return resources
	}
	for _, metric := range now.customNames() {
		resources = append(resources, metav1.APIResource{
			Name: podObjects + "/" + metric, Namespaced: true, Kind: "MetricValueList", Verbs: metav1.Verbs{"get"},
		})
	}
	return resources
}

// customNames are the custom metrics that at least one pod has.
func (r reading) customNames() []string {
	names := map[string]bool{}
	for _, pod := range r.pods {
		for annotation := range pod.Annotations {
			name, custom := strings.CutPrefix(annotation, CustomPrefix)
			if _, valid := annotated(pod.Annotations, annotation); custom && valid {
				names[name] = true
			}
		}
	}
	for _, load := range r.loads {
		if load.metric != cpu && load.metric != memory && load.count(r.pods) > 0 {
			names[load.metric] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// parseQuery reads what is asked for. A path without an object's name asks for a metric of the namespace itself.
func parseQuery(request *http.Request) (query, error) {
	asked := query{
		resource: request.PathValue("resource"), namespace: request.PathValue("namespace"),
		name: request.PathValue("name"), metric: request.PathValue("metric"),
	}
	if asked.resource == "" {
		asked.resource, asked.name, asked.namespace = "namespaces", asked.namespace, ""
	}
	var err error
	if asked.selector, err = labels.Parse(request.FormValue("labelSelector")); err != nil {
		return query{}, apierrors.NewBadRequest("labelSelector: " + err.Error())
	}
	if text := request.FormValue("metricLabelSelector"); text != "" {
		if asked.metricSelector, err = metav1.ParseToLabelSelector(text); err != nil {
			return query{}, apierrors.NewBadRequest("metricLabelSelector: " + err.Error())
		}
	}
	return asked, nil
}

// matches says whether the query is for the object. The selector is for those that are not named.
func (q query) matches(object metav1.Object) bool {
	if object.GetNamespace() != q.namespace {
		return false
	}
	if q.name == customv1beta2.AllObjects {
		return q.selector.Matches(labels.Set(object.GetLabels()))
	}
	return q.name == object.GetName()
}

func (q query) ofPods(now reading) (found []measured) {
	for _, pod := range now.pods {
		if value, has := now.custom(pod, q.metric); has && q.matches(pod) {
			found = append(found, measured{value: value, object: corev1.ObjectReference{
				APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
			}})
		}
	}
	return found
}

// ofObjects finds what the objects' own annotations say.
func (s *source) ofObjects(ctx context.Context, asked query) (found []measured, err error) {
	all, err := s.objects.list(ctx, asked.resource, asked.namespace)
	if err != nil {
		return nil, err
	}
	for _, object := range all {
		if value, has := annotated(object.GetAnnotations(), CustomPrefix+asked.metric); has && asked.matches(object) {
			found = append(found, measured{value: value, object: object.reference})
		}
	}
	return found, nil
}

// valueList is the answer to a query. No object with the metric is an error, as adapters have it: an autoscaler then says why it
// does nothing.
func valueList(now reading, asked query, found []measured) (*customv1beta2.MetricValueList, error) {
	if len(found) == 0 {
		return nil, noMetric(asked)
	}
	slices.SortFunc(found, func(a, b measured) int { return cmp.Compare(a.object.Name, b.object.Name) })
	list := &customv1beta2.MetricValueList{
		TypeMeta: metav1.TypeMeta{APIVersion: customv1beta2.SchemeGroupVersion.String(), Kind: "MetricValueList"},
	}
	for _, one := range found {
		list.Items = append(list.Items, customv1beta2.MetricValue{
			DescribedObject: one.object,
			Metric:          customv1beta2.MetricIdentifier{Name: asked.metric, Selector: asked.metricSelector},
			Timestamp:       metav1.NewTime(now.time),
			Value:           one.value,
		})
	}
	return list, nil
}

func noMetric(asked query) error {
	return notFound(fmt.Sprintf("no %s %q in namespace %q has the metric %q; its annotation is %s%s",
		asked.resource, asked.name, asked.namespace, asked.metric, CustomPrefix, asked.metric))
}

func notFound(message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: message,
	}}
}
