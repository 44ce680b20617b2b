package dns

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/utils/ptr"
)

// shop has a Service with an address, one without, and one that leads elsewhere.
type shop struct{ pods int }

func (shop) service(namespace, name string) (*corev1.Service, bool) {
	specs := map[string]corev1.ServiceSpec{
		"web":   {ClusterIP: "10.96.1.1", Ports: []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP}}},
		"redis": {ClusterIP: corev1.ClusterIPNone},
		"bank":  {Type: corev1.ServiceTypeExternalName, ExternalName: "bank.example"},
	}
	spec, there := specs[name]
	return &corev1.Service{Spec: spec}, there && namespace == "shop"
}

func (s shop) slices(string, string) []*discoveryv1.EndpointSlice {
	slice := &discoveryv1.EndpointSlice{Ports: []discoveryv1.EndpointPort{{Name: ptr.To("redis"), Port: ptr.To[int32](6379)}}}
	for i := range s.pods {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{fmt.Sprintf("10.78.1.%d", i+2)}, Hostname: ptr.To(fmt.Sprintf("redis-%d", i)),
		})
	}
	slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
		Addresses: []string{"10.78.2.2"}, Hostname: ptr.To("redis-late"), Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(false)},
	})
	return []*discoveryv1.EndpointSlice{slice}
}

// ask gives a reply as one line.
func ask(t *testing.T, in view, name string, kind dnsmessage.Type, most int) string {
	t.Helper()
	question := dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}
	message, err := (&dnsmessage.Message{Header: dnsmessage.Header{ID: 7}, Questions: []dnsmessage.Question{question}}).Pack()
	if err != nil {
		t.Fatal(err)
	}
	var reply dnsmessage.Message
	if err := reply.Unpack(respond(message, in, most)); err != nil {
		t.Fatal(err)
	}
	if reply.ID != 7 || !reply.Response {
		t.Errorf("%s: header %v", name, reply.Header)
	}
	var answers []string
	for _, record := range reply.Answers {
		switch body := record.Body.(type) {
		case *dnsmessage.AResource:
			answers = append(answers, fmt.Sprintf("%d.%d.%d.%d", body.A[0], body.A[1], body.A[2], body.A[3]))
		case *dnsmessage.CNAMEResource:
			answers = append(answers, body.CNAME.String())
		case *dnsmessage.SRVResource:
			answers = append(answers, fmt.Sprintf("%s:%d", body.Target, body.Port))
		}
	}
	sort.Strings(answers)
	if reply.Truncated {
		answers = append(answers, "truncated")
	}
	if reply.RCode != dnsmessage.RCodeSuccess {
		answers = append(answers, reply.RCode.String())
	}
	return strings.Join(answers, " ")
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		name string
		kind dnsmessage.Type
		want string
	}{
		{"web.shop.svc.cluster.local.", dnsmessage.TypeA, "10.96.1.1"},
		{"Web.Shop.svc.Cluster.local.", dnsmessage.TypeA, "10.96.1.1"},
		{"web.shop.svc.cluster.local.", dnsmessage.TypeAAAA, ""},
		{"_http._tcp.web.shop.svc.cluster.local.", dnsmessage.TypeSRV, "web.shop.svc.cluster.local.:80"},
		{"_http._udp.web.shop.svc.cluster.local.", dnsmessage.TypeSRV, "RCodeNameError"},
		{"redis.shop.svc.cluster.local.", dnsmessage.TypeA, "10.78.1.2 10.78.1.3"},
		{"redis-1.redis.shop.svc.cluster.local.", dnsmessage.TypeA, "10.78.1.3"},
		{"redis-late.redis.shop.svc.cluster.local.", dnsmessage.TypeA, "RCodeNameError"},
		{"_redis._tcp.redis.shop.svc.cluster.local.", dnsmessage.TypeSRV, "redis-0.redis.shop.svc.cluster.local.:6379 redis-1.redis.shop.svc.cluster.local.:6379"},
		{"bank.shop.svc.cluster.local.", dnsmessage.TypeA, "bank.example."},
		{"web.other.svc.cluster.local.", dnsmessage.TypeA, "RCodeNameError"},
		{"shop.svc.cluster.local.", dnsmessage.TypeA, "RCodeNameError"},
		{"example.com.", dnsmessage.TypeA, "RCodeNameError"},
	} {
		if got := ask(t, shop{pods: 2}, test.name, test.kind, mostUDP); got != test.want {
			t.Errorf("%s %s: %q, expected %q", test.name, test.kind, got, test.want)
		}
	}
}

func TestALongAnswerIsAskedForAgainByTCP(t *testing.T) {
	in := shop{pods: 100}
	if got := ask(t, in, "redis.shop.svc.cluster.local.", dnsmessage.TypeA, mostUDP); got != "truncated" {
		t.Errorf("by UDP: %q", got)
	}
	if got := ask(t, in, "redis.shop.svc.cluster.local.", dnsmessage.TypeA, 1<<16-1); strings.Count(got, " ") != 99 {
		t.Errorf("by TCP: %q", got)
	}
}

func TestWhatIsNoQuestionGetsNoReply(t *testing.T) {
	for _, message := range []string{"", "no DNS", strings.Repeat("\xff", 100)} {
		if reply := respond([]byte(message), shop{}, mostUDP); reply != nil {
			t.Errorf("%q: %q", message, reply)
		}
	}
}
