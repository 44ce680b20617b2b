package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"plumbline.dev/delivery/controller/api"
)

var releaseResource = api.Kind.GroupVersion().WithResource("releases")

// metricsOfRevisions speaks Prometheus' query API: of each revision it says that it makes no errors, or only errors.
type metricsOfRevisions struct {
	sync.Mutex
	faulty map[string]bool
}

var queried = regexp.MustCompile(`-([b-t]{10})-`)

func (m *metricsOfRevisions) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	found := queried.FindStringSubmatch(request.FormValue("query"))
	if found == nil {
		http.Error(w, "no revision in the query", http.StatusBadRequest)
		return
	}
	m.Lock()
	defer m.Unlock()
	value := map[bool]string{true: "1", false: "0"}[m.faulty[found[1]]]
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%d,"%s"]}]}}`, time.Now().Unix(), value)
}

func (m *metricsOfRevisions) blame(revision string) {
	m.Lock()
	defer m.Unlock()
	m.faulty[revision] = true
}

// releasing is a cluster with its release controller, and Prometheus.
type releasing struct {
	*rehearsal
	metrics *metricsOfRevisions
}

// app is a program in a namespace of its own, of the same name.
type app struct {
	*testing.T
	releasing
	name     string
	client   kubernetes.Interface
	custom   dynamic.Interface
	spec     map[string]any
	template map[string]any
	version  int
}

// app makes the namespace, and the Services of blue-green. The strategy is JSON.
func (r releasing) app(t *testing.T, name string, replicas int, strategy string) *app {
	a := &app{T: t, releasing: r, name: name}
	a.connect()
	labels := map[string]any{"app": name}
	a.template = map[string]any{
		"metadata": map[string]any{"labels": labels, "annotations": map[string]any{"plumbline.dev/start-delay": "100ms"}},
		"spec":     map[string]any{"containers": []any{map[string]any{"name": "web", "image": "example.org/web:1", "resources": map[string]any{"requests": map[string]any{"cpu": "10m"}}}}},
	}
	a.spec = map[string]any{"replicas": replicas, "selector": map[string]any{"matchLabels": labels}}
	a.set("strategy", strategy)
	_, err := a.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	a.must(err)
	_, err = a.client.CoreV1().Services(name).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": name}, Ports: []corev1.ServicePort{{Port: 80}}},
	}, metav1.CreateOptions{})
	a.must(err)
	return a
}

func (a *app) connect() {
	a.Helper()
	restConfig, err := clientcmd.BuildConfigFromFlags("", filepath.Join(a.dir, "kubeconfig"))
	a.must(err)
	restConfig.QPS, restConfig.Burst = 200, 200
	a.client, err = kubernetes.NewForConfig(restConfig)
	a.must(err)
	a.custom, err = dynamic.NewForConfig(restConfig)
	a.must(err)
}

func (a *app) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

// set changes a field of the spec, or takes it out if there is no JSON for it.
func (a *app) set(field, text string) {
	a.Helper()
	delete(a.spec, field)
	if text != "" {
		var value any
		a.must(json.Unmarshal([]byte(text), &value))
		a.spec[field] = value
	}
}

// release applies a template that is new, and gives its revision. What the autoscaler writes is left alone after the first time.
func (a *app) release() string {
	a.Helper()
	a.version++
	container := a.template["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
	container["env"] = []any{map[string]any{"name": "VERSION", "value": fmt.Sprint(a.version)}}
	return a.apply()
}

func (a *app) apply() string {
	a.Helper()
	a.spec["template"] = a.template
	revision, err := api.Revision(a.template)
	a.must(err)
	a.must(a.tryApply())
	delete(a.spec, "replicas")
	return revision
}

func (a *app) tryApply() error {
	text, err := json.Marshal(map[string]any{
		"apiVersion": api.Kind.GroupVersion().String(), "kind": api.Kind.Kind,
		"metadata": map[string]any{"name": a.name, "namespace": a.name}, "spec": a.spec,
	})
	a.must(err)
	if _, err = a.resource().Get(a.Context(), a.name, metav1.GetOptions{}); apierrors.IsNotFound(err) {
		object := &unstructured.Unstructured{}
		a.must(object.UnmarshalJSON(text))
		_, err = a.resource().Create(a.Context(), object, metav1.CreateOptions{})
	} else if err == nil {
		_, err = a.resource().Patch(a.Context(), a.name, types.MergePatchType, text, metav1.PatchOptions{})
	}
	return err
}

func (a *app) resource() dynamic.ResourceInterface {
	return a.custom.Resource(releaseResource).Namespace(a.name)
}

func (a *app) command(annotation, revision string) {
	a.Helper()
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, annotation, revision)
	_, err := a.resource().Patch(a.Context(), a.name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	a.must(err)
}

func (a *app) status() api.Status {
	a.Helper()
	object, err := a.resource().Get(a.Context(), a.name, metav1.GetOptions{})
	a.must(err)
	release, err := api.Decode(object)
	a.must(err)
	return release.Status
}

// until waits for a status, and gives it.
func (a *app) until(what string, is func(api.Status) bool) api.Status {
	a.Helper()
	var status api.Status
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if status = a.status(); is(status) {
			return status
		}
	}
	text, _ := json.Marshal(status)
	a.Fatalf("%s: not seen; the last status was %s", what, text)
	return status
}

// reaches waits for a phase of the revision.
func (a *app) reaches(phase api.Phase, revision string) api.Status {
	a.Helper()
	return a.until(fmt.Sprintf("%s of %s", phase, revision), func(s api.Status) bool { return s.Phase == phase && s.UpdateRevision == revision })
}

func (a *app) pods() []corev1.Pod {
	a.Helper()
	list, err := a.client.CoreV1().Pods(a.name).List(a.Context(), metav1.ListOptions{})
	a.must(err)
	return slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return pod.DeletionTimestamp != nil })
}

// ready counts the ready pods of each revision.
func (a *app) ready() map[string]int {
	count := map[string]int{}
	for _, pod := range a.pods() {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				count[pod.Labels[api.RevisionLabel]]++
			}
		}
	}
	return count
}

// watchEndpoints sees every version of the Service's slices until the test ends: from the first ready endpoint on there must always be
// one, and all of one colour.
func (a *app) watchEndpoints(isMixed bool) (versions func() int) {
	a.Helper()
	watch, err := a.client.DiscoveryV1().EndpointSlices(a.name).Watch(context.Background(), metav1.ListOptions{})
	a.must(err)
	var lock sync.Mutex
	count, wasReady := 0, false
	go func() {
		// What comes after the test is no part of it.
		for event := range watch.ResultChan() {
			slice, isSlice := event.Object.(*discoveryv1.EndpointSlice)
			if !isSlice || a.Context().Err() != nil {
				return
			}
			text, _ := json.Marshal(slice.Endpoints)
			ready, colours := 0, map[string]bool{}
			for _, endpoint := range slice.Endpoints {
				if *endpoint.Conditions.Ready {
					ready++
				}
				colours[strings.Split(strings.TrimPrefix(endpoint.TargetRef.Name, a.name+"-"), "-")[0]] = true
			}
			lock.Lock()
			count++
			if wasReady && (ready == 0 || event.Type == "DELETED") {
				a.Errorf("version %d of the endpoints has none that is ready: %s", count, text)
			}
			if len(colours) > 1 && !isMixed {
				a.Errorf("version %d of the endpoints is of %v", count, slices.Collect(maps.Keys(colours)))
			}
			wasReady = wasReady || ready > 0
			lock.Unlock()
		}
	}()
	a.Cleanup(watch.Stop)
	return func() int { lock.Lock(); defer lock.Unlock(); return count }
}
