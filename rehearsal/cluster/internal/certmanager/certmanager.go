// Package certmanager runs cert-manager's own controllers inside this process: certificates of a rehearsal are issued, and renewed,
// by the code that does so in production. Its webhook and ACME are left out: nothing outside could answer a challenge.
package certmanager

import (
	"context"
	"fmt"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses" // what registers itself, runs
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	"golang.org/x/sync/errgroup"
	"k8s.io/klog/v2"
)

// Namespace is where a ClusterIssuer looks for its secrets, as in cert-manager's own installation. The program that runs on the cluster
// makes it, as it would make it elsewhere.
const Namespace = "cert-manager"

// Definition is the CustomResourceDefinition without which there is nothing to do.
const Definition = "certificates.cert-manager.io"

// workers is how many objects each controller works on at once.
const workers = 2

// notRun are controllers that register themselves with what others need, and have nothing to do here.
var notRun = map[string]bool{"orders": true, "challenges": true, "gateway-shim": true}

// Run starts the controllers, and goes on with them until ctx ends. cert-manager's definitions must be established.
func Run(ctx context.Context, kubeconfig string) error {
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		Kubeconfig:         kubeconfig,
		KubernetesAPIQPS:   100,
		KubernetesAPIBurst: 200,
		IssuerOptions:      controller.IssuerOptions{ClusterResourceNamespace: Namespace},
		SchedulerOptions:   controller.SchedulerOptions{MaxConcurrentChallenges: 1},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerKind:                 "Issuer",
			DefaultIssuerGroup:                "cert-manager.io",
			DefaultAutoCertificateAnnotations: []string{"kubernetes.io/tls-acme"},
		},
	})
	if err != nil {
		return fmt.Errorf("cert-manager: %w", err)
	}
	root, err := factory.Build()
	if err != nil {
		return fmt.Errorf("cert-manager: %w", err)
	}
	var group errgroup.Group
	for name, construct := range controller.Known() {
		if notRun[name] {
			continue
		}
		one, err := construct(factory)
		if err != nil {
			return fmt.Errorf("cert-manager's %s: %w", name, err)
		}
		group.Go(func() error { return one.Run(workers, ctx) })
	}
	if err := renew(ctx, root.CMClient, root.SharedInformerFactory); err != nil {
		return fmt.Errorf("cert-manager's renewal: %w", err)
	}
	root.SharedInformerFactory.Start(ctx.Done())
	root.KubeSharedInformerFactory.Start(ctx.Done())
	root.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	go func() {
		if err := group.Wait(); err != nil && ctx.Err() == nil {
			klog.ErrorS(err, "a controller of cert-manager has ended")
		}
	}()
	return nil
}
