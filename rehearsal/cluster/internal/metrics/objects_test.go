package metrics

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/client-go/metadata/metadatainformer"
)

// objectsOf finds the Services among what there is.
func objectsOf(t *testing.T, there ...runtime.Object) *objects {
	t.Helper()
	scheme := metadatafake.NewTestScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{corev1.SchemeGroupVersion})
	mapper.Add(corev1.SchemeGroupVersion.WithKind("Service"), meta.RESTScopeNamespace)
	return &objects{
		lifetime: t.Context(),
		mapper:   mapper,
		factory:  metadatainformer.NewSharedInformerFactory(metadatafake.NewSimpleMetadataClient(scheme, there...), 0),
	}
}

func serviceWith(namespace, name, rps string) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: map[string]string{CustomPrefix + "rps": rps}},
	}
}

func TestMetricsOfObjectsAreTheirAnnotations(t *testing.T) {
	s := &source{objects: objectsOf(t, serviceWith("shop", "orders", "30"), serviceWith("shop", "silent", "?"), serviceWith("else", "orders", "4"))}
	for name, want := range map[string]int{"orders": 1, "*": 1, "silent": 0, "none": 0} {
		asked := query{resource: "services", namespace: "shop", name: name, selector: labels.Everything(), metric: "rps"}
		found, err := s.ofObjects(t.Context(), asked)
		if err != nil || len(found) != want {
			t.Fatalf("%s: got %v, %v, want %d", name, found, err, want)
		}
		if want == 0 {
			continue
		}
		if got := found[0]; got.value.Value() != 30 || got.object.Kind != "Service" || got.object.APIVersion != "v1" || got.object.Name != "orders" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestMetricsOfAnUnknownKind(t *testing.T) {
	if _, err := objectsOf(t).list(t.Context(), "widgets.example.com", "shop"); !apierrors.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}
