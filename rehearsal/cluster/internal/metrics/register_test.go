package metrics

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	aggregatorfake "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset/fake"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

func TestRegistrationFollowsThePort(t *testing.T) {
	client, registry := fake.NewClientset(), aggregatorfake.NewSimpleClientset()
	for _, port := range []int{4001, 4001, 4002} {
		if err := applyService(t.Context(), client, service(port)); err != nil {
			t.Fatal(err)
		}
		if err := applyAPIService(t.Context(), registry, apiService(metricsv1beta1.SchemeGroupVersion, port, []byte("authority"))); err != nil {
			t.Fatal(err)
		}
		found, err := client.CoreV1().Services(serviceNamespace).Get(t.Context(), serviceName, metav1.GetOptions{})
		if err != nil || found.Spec.Ports[0].Port != int32(port) {
			t.Fatalf("port %d: got %v, %v", port, found, err)
		}
		registered, err := registry.ApiregistrationV1().APIServices().Get(t.Context(), "v1beta1.metrics.k8s.io", metav1.GetOptions{})
		if err != nil || *registered.Spec.Service.Port != int32(port) || registered.Spec.InsecureSkipTLSVerify {
			t.Fatalf("port %d: got %v, %v", port, registered, err)
		}
	}
}
