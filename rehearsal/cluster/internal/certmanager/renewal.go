package certmanager

import (
	"context"
	"strings"
	"time"

	"github.com/cert-manager/cert-manager/pkg/api/util"
	v1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/client/clientset/versioned"
	"github.com/cert-manager/cert-manager/pkg/client/informers/externalversions"
	listers "github.com/cert-manager/cert-manager/pkg/client/listers/certmanager/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"

	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// lostKey is what cert-manager says of a request whose private key it has itself replaced meanwhile: its key manager, when what it has
// cached is late, makes a second key and throws both away (cert-manager/cert-manager#6331, open).
const lostKey = "CSR not signed by referenced private key"

// settled is how old a failure is before the issuance is tried again: cert-manager keeps times in whole seconds, and takes a failed
// request that is as old as the new issuance for a failure of that one.
const settled = 2 * time.Second

// renewal tries an issuance again that failed by lostKey, as `cmctl renew` does. cert-manager would do so after an hour, and whatever waits
// for the certificate waits as long. Slow machines run into it, which a rehearsal's often are.
type renewal struct {
	client       versioned.Interface
	certificates listers.CertificateLister
	requests     listers.CertificateRequestLister
	loop         *reconcile.Loop
}

func renew(ctx context.Context, client versioned.Interface, factory externalversions.SharedInformerFactory) error {
	kinds := factory.Certmanager().V1()
	r := &renewal{client: client, certificates: kinds.Certificates().Lister(), requests: kinds.CertificateRequests().Lister()}
	r.loop = reconcile.New("renewal", r.reconcile)
	if err := r.loop.Watch(kinds.CertificateRequests().Informer(), nil); err != nil {
		return err
	}
	r.loop.Start(ctx)
	return nil
}

func (r *renewal) reconcile(ctx context.Context, key types.NamespacedName) error {
	request, err := r.requests.CertificateRequests(key.Namespace).Get(key.Name)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	owner := metav1.GetControllerOf(request)
	if owner == nil || !lostItsKey(request) {
		return nil
	}
	if age := time.Since(request.Status.FailureTime.Time); age < settled {
		r.loop.TouchAfter(key, settled-age)
		return nil
	}
	certificate, err := r.certificates.Certificates(key.Namespace).Get(owner.Name)
	if err != nil {
		return reconcile.UnlessGone(err)
	}
	if util.CertificateHasCondition(certificate, v1.CertificateCondition{Type: v1.CertificateConditionReady, Status: cmmeta.ConditionTrue}) {
		return nil
	}
	if util.CertificateHasCondition(certificate, v1.CertificateCondition{Type: v1.CertificateConditionIssuing, Status: cmmeta.ConditionTrue}) {
		r.loop.TouchAfter(key, settled) // the failure is not noticed yet, or the new issuance is under way
		return nil
	}
	klog.InfoS("a certificate is issued anew: its request had lost its key", "certificate", klog.KObj(certificate))
	certificate = certificate.DeepCopy()
	util.SetCertificateCondition(certificate, certificate.Generation, v1.CertificateConditionIssuing, cmmeta.ConditionTrue,
		"ManuallyTriggered", "The request before had lost its private key")
	_, err = r.client.CertmanagerV1().Certificates(key.Namespace).UpdateStatus(ctx, certificate, metav1.UpdateOptions{})
	return reconcile.UnlessGone(err)
}

func lostItsKey(request *v1.CertificateRequest) bool {
	ready := util.GetCertificateRequestCondition(request, v1.CertificateRequestConditionReady)
	return ready != nil && ready.Reason == v1.CertificateRequestReasonFailed && strings.Contains(ready.Message, lostKey) &&
		request.Status.FailureTime != nil
}
