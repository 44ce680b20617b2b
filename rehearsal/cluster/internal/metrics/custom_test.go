package metrics

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	customv1beta2 "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

// serverOf answers for the pods on nodes a and b.
func serverOf(t *testing.T, pods ...*corev1.Pod) http.Handler {
	t.Helper()
	core := informers.NewSharedInformerFactory(fake.NewClientset(), 0).Core().V1()
	from := &source{kubelets: &kubelets{}, rates: newRates(nil, nil, nil), pods: core.Pods().Lister(), nodes: core.Nodes().Lister(), profile: &profileFile{path: t.TempDir() + "/none"}}
	for _, pod := range pods {
		if err := core.Pods().Informer().GetIndexer().Add(pod); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b"} {
		if err := core.Nodes().Informer().GetIndexer().Add(node(name)); err != nil {
			t.Fatal(err)
		}
	}
	from.profile.look()
	s := &Server{}
	s.source.Store(from)
	return s.handler()
}

func get(t *testing.T, handler http.Handler, path string, into any) int {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", path, nil))
	if err := json.Unmarshal(recorder.Body.Bytes(), into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, recorder.Body)
	}
	return recorder.Code
}

func TestCustomMetricsOfPods(t *testing.T) {
	handler := serverOf(t,
		orders("y", annotate(CustomPrefix+"rps", "20")), orders("x", annotate(CustomPrefix+"rps", "1500m")), orders("silent"),
		orders("z", annotate(CustomPrefix+"rps", "7"), func(pod *corev1.Pod) { pod.Labels = nil }))
	for path, want := range map[string][]string{
		"/pods/*/rps":                                {"x=1500m", "y=20", "z=7"},
		"/pods/*/rps?labelSelector=app%3Dorders":     {"x=1500m", "y=20"},
		"/pods/y/rps":                                {"y=20"},
		"/pods/y/rps?metricLabelSelector=verb%3DGET": {"y=20"},
	} {
		var list customv1beta2.MetricValueList
		code := get(t, handler, customPath+"/namespaces/shop"+path, &list)
		var got []string
		for _, item := range list.Items {
			got = append(got, item.DescribedObject.Name+"="+item.Value.String())
			if item.Metric.Name != "rps" || item.DescribedObject.Kind != "Pod" || item.DescribedObject.Namespace != "shop" {
				t.Errorf("%s: got %+v", path, item)
			}
		}
		if code != http.StatusOK || !slices.Equal(got, want) {
			t.Errorf("%s: got %d %v, want %v", path, code, got, want)
		}
	}
}

func TestCustomMetricsThatAreNotThere(t *testing.T) {
	handler := serverOf(t, orders("x", annotate(CustomPrefix+"rps", "1")), orders("silent"))
	for path, want := range map[string]int{
		"/namespaces/shop/pods/*/latency":                   http.StatusNotFound,
		"/namespaces/shop/pods/silent/rps":                  http.StatusNotFound,
		"/namespaces/else/pods/*/rps":                       http.StatusNotFound,
		"/namespaces/shop/pods/*/rps?labelSelector=a+in":    http.StatusBadRequest,
		"/namespaces/shop/pods/x/rps?metricLabelSelector=:": http.StatusBadRequest,
	} {
		var status metav1.Status
		if code := get(t, handler, customPath+path, &status); code != want || int(status.Code) != want || status.Kind != "Status" || status.Message == "" {
			t.Errorf("%s: got %d %+v, want %d", path, code, status, want)
		}
	}
}

func TestDiscovery(t *testing.T) {
	handler := serverOf(t, orders("x", annotate(CustomPrefix+"rps", "1"), annotate(CustomPrefix+"wrong", "?")))
	for path, want := range map[string][]string{
		resourcePath: {"nodes", "pods"},
		customPath:   {"pods/rps"},
	} {
		var list metav1.APIResourceList
		code := get(t, handler, path, &list)
		var got []string
		for _, resource := range list.APIResources {
			got = append(got, resource.Name)
		}
		if code != http.StatusOK || list.Kind != "APIResourceList" || !slices.Equal(got, want) {
			t.Errorf("%s: got %d %+v", path, code, list)
		}
	}
	var group metav1.APIGroup
	if code := get(t, handler, "/apis/metrics.k8s.io", &group); code != http.StatusOK || group.PreferredVersion.Version != "v1beta1" {
		t.Errorf("got %d %+v", code, group)
	}
}

func TestBeforeThereIsAnythingToReadItSaysSo(t *testing.T) {
	handler := (&Server{}).handler()
	var status metav1.Status
	for _, path := range []string{resourcePath + "/nodes", resourcePath + "/pods", customPath + "/namespaces/shop/pods/x/rps"} {
		if code := get(t, handler, path, &status); code != http.StatusServiceUnavailable || status.Reason != metav1.StatusReasonServiceUnavailable {
			t.Errorf("%s: got %d, %+v", path, code, status)
		}
	}
	for _, path := range []string{resourcePath, customPath} {
		var list metav1.APIResourceList
		if code := get(t, handler, path, &list); code != http.StatusOK || list.APIResources == nil {
			t.Errorf("%s: got %d, %+v", path, code, list)
		}
	}
}
