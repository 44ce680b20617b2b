package certmanager

import (
	"testing"
	"time"

	"github.com/cert-manager/cert-manager/pkg/api/util"
	v1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/client/clientset/versioned/fake"
	"github.com/cert-manager/cert-manager/pkg/client/informers/externalversions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAnIssuanceIsTriedAgainOnlyWhenItsRequestLostItsKey(t *testing.T) {
	t.Setenv("KUBE_FEATURE_WatchListClient", "false") // cert-manager's client for tests does not know it
	lost := "Error generating certificate template: " + lostKey
	for name, tried := range map[string]struct {
		message string
		ready   cmmeta.ConditionStatus
		again   bool
	}{
		"its key is lost":                    {lost, cmmeta.ConditionFalse, true},
		"it failed for another reason":       {"Error signing certificate", cmmeta.ConditionFalse, false},
		"the certificate is there meanwhile": {lost, cmmeta.ConditionTrue, false},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := &v1.Certificate{ObjectMeta: metav1.ObjectMeta{Namespace: "ca", Name: "root", UID: "1"}}
			util.SetCertificateCondition(certificate, 1, v1.CertificateConditionIssuing, cmmeta.ConditionFalse, "Failed", tried.message)
			util.SetCertificateCondition(certificate, 1, v1.CertificateConditionReady, tried.ready, "Tried", "")
			request := &v1.CertificateRequest{ObjectMeta: metav1.ObjectMeta{
				Namespace: "ca", Name: "root-1",
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(certificate, v1.SchemeGroupVersion.WithKind("Certificate"))},
			}}
			util.SetCertificateRequestCondition(request, v1.CertificateRequestConditionReady, cmmeta.ConditionFalse,
				v1.CertificateRequestReasonFailed, tried.message)
			request.Status.FailureTime = &metav1.Time{Time: time.Now()}
			client := fake.NewSimpleClientset(certificate, request)
			factory := externalversions.NewSharedInformerFactory(client, 0)
			if err := renew(t.Context(), client, factory); err != nil {
				t.Fatal(err)
			}
			factory.Start(t.Context().Done())
			issuing := func() bool {
				now, err := client.CertmanagerV1().Certificates("ca").Get(t.Context(), "root", metav1.GetOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return util.GetCertificateCondition(now, v1.CertificateConditionIssuing).Status == cmmeta.ConditionTrue
			}
			if issuing() {
				t.Error("tried again within the second in which it failed")
			}
			deadline := time.Now().Add(settled + time.Second)
			if tried.again {
				deadline = deadline.Add(30 * time.Second) // for a busy machine
			}
			for time.Now().Before(deadline) && !(tried.again && issuing()) {
				time.Sleep(50 * time.Millisecond)
			}
			if issuing() != tried.again {
				t.Errorf("tried again: %t, wanted %t", !tried.again, tried.again)
			}
		})
	}
}
