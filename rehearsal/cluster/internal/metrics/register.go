package metrics

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
	customv1beta2 "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	"k8s.io/utils/ptr"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

// The Service by which the API server finds this one.
const (
	serviceName      = "plumbline-metrics"
	serviceNamespace = metav1.NamespaceSystem
)

// Hosts are the names for which the serving certificate has to be valid: the API server checks the Service's.
var Hosts = []string{serviceName + "." + serviceNamespace + ".svc", "localhost", "127.0.0.1"}

// simulated is what the registered objects say of themselves.
var simulated = map[string]string{rehearsal.Simulated: "what simulated pods use, and every custom metric but rates of real pods, is said by annotations and by the load profile"}

// register makes the API server ask this machine's port for both APIs.
func register(ctx context.Context, config *rest.Config, port int, caBundle []byte) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	registry, err := aggregator.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := applyService(ctx, client, service(port)); err != nil {
		return fmt.Errorf("Service %s/%s: %w", serviceNamespace, serviceName, err)
	}
	for _, version := range []schema.GroupVersion{metricsv1beta1.SchemeGroupVersion, customv1beta2.SchemeGroupVersion} {
		wanted := apiService(version, port, caBundle)
		if err := applyAPIService(ctx, registry, wanted); err != nil {
			return fmt.Errorf("APIService %s: %w", wanted.Name, err)
		}
	}
	return nil
}

func service(port int) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: serviceNamespace, Name: serviceName, Annotations: simulated},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeExternalName, ExternalName: "localhost",
			Ports: []corev1.ServicePort{{Name: "https", Port: int32(port), Protocol: corev1.ProtocolTCP}},
		},
	}
}

func apiService(version schema.GroupVersion, port int, caBundle []byte) *apiregistrationv1.APIService {
	return &apiregistrationv1.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: version.Version + "." + version.Group, Annotations: simulated},
		Spec: apiregistrationv1.APIServiceSpec{
			Service: &apiregistrationv1.ServiceReference{
				Namespace: serviceNamespace, Name: serviceName, Port: ptr.To(int32(port)),
			},
			Group: version.Group, Version: version.Version, CABundle: caBundle,
			GroupPriorityMinimum: 100, VersionPriority: 100,
		},
	}
}

// applyService creates or updates the Service. At the first start it waits for the namespace, which the API server makes soon after
// it is ready.
func applyService(ctx context.Context, client kubernetes.Interface, wanted *corev1.Service) error {
	api := client.CoreV1().Services(wanted.Namespace)
	return persist(ctx, func(ctx context.Context) error {
		found, err := api.Get(ctx, wanted.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			_, err = api.Create(ctx, wanted, metav1.CreateOptions{})
			return err
		}
		if err != nil {
			return err
		}
		found.Annotations = wanted.Annotations
		found.Spec.Type, found.Spec.ExternalName, found.Spec.Ports = wanted.Spec.Type, wanted.Spec.ExternalName, wanted.Spec.Ports
		_, err = api.Update(ctx, found, metav1.UpdateOptions{})
		return err
	})
}

func applyAPIService(ctx context.Context, client aggregator.Interface, wanted *apiregistrationv1.APIService) error {
	api := client.ApiregistrationV1().APIServices()
	return persist(ctx, func(ctx context.Context) error {
		found, err := api.Get(ctx, wanted.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			_, err = api.Create(ctx, wanted, metav1.CreateOptions{})
			return err
		}
		if err != nil || equality.Semantic.DeepEqual(found.Spec, wanted.Spec) {
			return err
		}
		found.Annotations, found.Spec = wanted.Annotations, wanted.Spec
		_, err = api.Update(ctx, found, metav1.UpdateOptions{})
		return err
	})
}

// persist does it again while the namespace is missing or another has changed the object in between.
func persist(ctx context.Context, do func(context.Context) error) error {
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := do(ctx)
		if apierrors.IsNotFound(err) || apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
			return false, nil
		}
		return err == nil, err
	})
}
