package certmanager

import (
	"net"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	v1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	listers "github.com/cert-manager/cert-manager/pkg/client/listers/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/metrics"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

// The alerts and dashboards of an environment ask for what cert-manager itself, in this version, tells of a certificate.
func TestWhatIsAskedOfCertificatesIsTold(t *testing.T) {
	environment, err := os.ReadFile("../../../../test/golden/production.yaml")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, name := range regexp.MustCompile(`certmanager_\w+`).FindAllString(string(environment), -1) {
		asked[name] = true
	}
	if len(asked) < 5 {
		t.Fatalf("only %d metrics are asked for: %v", len(asked), asked)
	}

	certificates := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	if err := certificates.Add(&v1.Certificate{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}}); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	telling := metrics.New(klog.Background(), clock.RealClock{})
	telling.SetupCertificateCollector(listers.NewCertificateLister(certificates))
	answer := httptest.NewRecorder()
	telling.NewServer(listener).Handler.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	told := answer.Body.String()
	for name := range asked {
		if !regexp.MustCompile(`(?m)^` + name + `\{[^}]*name="web",namespace="shop"`).MatchString(told) {
			t.Errorf("%s is asked for, and is not told by namespace and name; told are %s", name, strings.Join(regexp.MustCompile(`(?m)^\w+`).FindAllString(told, -1), " "))
		}
	}
}
