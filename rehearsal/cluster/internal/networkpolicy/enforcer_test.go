package networkpolicy

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"

	names "plumbline.dev/rehearsal/cluster/internal/labels"
)

func TestAPodIsAdmittedWhenItsGuardIsInPlace(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := fake.NewSimpleClientset(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: corev1.PodSpec{NodeName: "node"}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "far"}, Spec: corev1.PodSpec{NodeName: "other"}},
	)
	factory := informers.NewSharedInformerFactory(client, 0)
	var script atomic.Value
	e := &enforcer{
		Options: Options{Node: "node", Pods: netip.MustParsePrefix("10.78.1.0/24")},
		client:  client, view: viewOf(factory), changed: make(chan struct{}),
		apply: func(_ context.Context, text string) error { script.Store(text); return nil },
	}
	if err := e.start(ctx, factory); err != nil {
		t.Fatal(err)
	}
	web := newcomer{"shop", "web", netip.MustParseAddr("10.78.1.7")}
	if err := e.admit(ctx, web); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(script.Load().(string), "10.78.1.7 : return") {
		t.Errorf("admitted with %s", script.Load())
	}
	told, err := client.CoreV1().Pods("shop").Get(ctx, "web", metav1.GetOptions{})
	if err != nil || told.Annotations[names.Address] != "10.78.1.7" {
		t.Errorf("%v, %v", told.Annotations, err)
	}
	if err := e.admit(ctx, newcomer{"shop", "gone", web.Address}); err == nil {
		t.Error("a pod that is not there was admitted")
	}
	short, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	if err := e.admit(short, newcomer{"shop", "far", netip.MustParseAddr("10.78.1.8")}); err == nil || !strings.Contains(err.Error(), "not in place in time") {
		t.Errorf("a pod of another node: %v", err)
	}
}

func TestAPodHasAnAddressOfItsOwnOrIsUnknown(t *testing.T) {
	with := func(change func(*corev1.Pod)) *corev1.Pod {
		pod := &corev1.Pod{Status: corev1.PodStatus{PodIP: "10.78.1.9", Phase: corev1.PodRunning}}
		change(pod)
		return pod
	}
	for name, test := range map[string]struct {
		pod  *corev1.Pod
		want string
	}{
		"as its kubelet says":        {with(func(*corev1.Pod) {}), "10.78.1.9"},
		"as its node said before":    {with(func(p *corev1.Pod) { p.Annotations = map[string]string{names.Address: "10.78.1.10"} }), "10.78.1.10"},
		"none yet":                   {with(func(p *corev1.Pod) { p.Status.PodIP = "" }), ""},
		"the node's":                 {with(func(p *corev1.Pod) { p.Spec.HostNetwork = true }), ""},
		"given back when it is done": {with(func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }), ""},
	} {
		got, known := podOf(test.pod)
		if known != (test.want != "") || known && got.address.String() != test.want {
			t.Errorf("%s: %v, %t", name, got.address, known)
		}
	}
}
