package nodes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/client/clientset/versioned"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	"sigs.k8s.io/kwok/pkg/log"
	kwokclient "sigs.k8s.io/kwok/pkg/utils/client"

	"plumbline.dev/rehearsal/cluster/internal/labels"
)

// LeaseSeconds is for how long a node's lease holds; it is renewed at a quarter of it.
const LeaseSeconds = 8

// parallelism is how many nodes, and how many pods, are played at once.
const parallelism = 4

// kubeletPort is what a node gives as its kubelet's port. Nothing listens there: logs and exec are not to be had.
const kubeletPort = 10250

// podRange is where the addresses of simulated pods come from. No packet ever goes there.
const podRange = "10.200.0.0/16"

// heard selects the simulated nodes of which the API server hears: those with power and network.
var heard = fmt.Sprintf("%s=true,%s!=%s,%s!=%s", labels.Simulated, labels.Power, labels.PowerOff, labels.Network, labels.NetworkOff)

// PlayKubelets begins to play the kubelet of every simulated node that has power and network, until ctx ends. Its log goes to out.
func PlayKubelets(ctx context.Context, kubeconfig string, out io.Writer) error {
	stages, err := stagesOfNodesAndPods()
	if err != nil {
		return err
	}
	clients, err := kwokclient.NewClientset("", kubeconfig)
	if err != nil {
		return fmt.Errorf("kwok: %w", err)
	}
	restConfig, err1 := clients.ToRESTConfig()
	dynamicClient, err2 := clients.ToDynamicClient()
	mapper, err3 := clients.ToRESTMapper()
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("kwok: %w", err)
	}
	restClient, err1 := rest.RESTClientFor(restConfig)
	typed, err2 := kubernetes.NewForConfig(restConfig)
	kwokTyped, err3 := versioned.NewForConfig(restConfig)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("kwok: %w", err)
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock:                        clock.RealClock{},
		DynamicClient:                dynamicClient,
		RESTClient:                   restClient,
		RESTMapper:                   mapper,
		ImpersonatingDynamicClient:   clients.ToImpersonatingDynamicClient(),
		TypedClient:                  typed,
		TypedKwokClient:              kwokTyped,
		ManageNodesWithLabelSelector: heard,
		CIDR:                         podRange,
		NodeIP:                       "127.0.0.1",
		NodePort:                     kubeletPort,
		NodeLeaseDurationSeconds:     LeaseSeconds,
		NodeLeaseParallelism:         parallelism,
		NodePlayStageParallelism:     parallelism,
		PodPlayStageParallelism:      parallelism,
		PodsOnNodeSyncParallelism:    parallelism,
		LocalStages:                  stages,
		ID:                           "plumbline",
	})
	if err != nil {
		return fmt.Errorf("kwok: %w", err)
	}
	return controller.Start(log.NewContext(ctx, log.NewLogger(out, slog.LevelWarn)))
}
