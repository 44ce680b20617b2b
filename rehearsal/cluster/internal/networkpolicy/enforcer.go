package networkpolicy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"

	names "plumbline.dev/rehearsal/cluster/internal/labels"
	"plumbline.dev/rehearsal/cluster/internal/reconcile"
)

// Options say for which node policies are enforced.
type Options struct {
	// Node is the node's name.
	Node string
	// Pods is the range of its pods' addresses.
	Pods netip.Prefix
	// Kubeconfig is the path of the credentials.
	Kubeconfig string
}

// enforcer keeps a node's ruleset as policies have it.
type enforcer struct {
	Options
	client kubernetes.Interface
	view   view
	// apply puts a script for nft in place.
	apply func(ctx context.Context, script string) error
	// script is what was put in place last.
	script string

	mu sync.Mutex
	// inPlace are the addresses of the node's pods whose guards are in place.
	inPlace map[types.NamespacedName]netip.Addr
	// changed is closed when inPlace changes.
	changed chan struct{}
}

// Run enforces policies in this network namespace, and answers the network plugin, until ctx ends. What it has put in place stays when it
// ends; pods that come then wait for it.
func Run(ctx context.Context, options Options) error {
	config, err := clientcmd.BuildConfigFromFlags("", options.Kubeconfig)
	if err != nil {
		return fmt.Errorf("%s: %w", options.Kubeconfig, err)
	}
	config.UserAgent = "plumbline-network-policies"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	e := &enforcer{Options: options, client: client, view: viewOf(factory), apply: runNft, changed: make(chan struct{})}
	if err := e.awaitRights(ctx); err != nil {
		return err
	}
	if err := e.start(ctx, factory); err != nil {
		return err
	}
	return e.serve(ctx)
}

// awaitRights returns when the API server answers and lets this program read, of which it is told after the nodes have started.
// Informers that are refused ask again later and later, and pods would wait for them.
func (e *enforcer) awaitRights(ctx context.Context) error {
	return wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		_, err := e.client.NetworkingV1().NetworkPolicies("").List(ctx, metav1.ListOptions{Limit: 1})
		return err == nil, nil
	})
}

// start enforces policies until ctx ends, and returns when all that is there has been seen.
func (e *enforcer) start(ctx context.Context, factory informers.SharedInformerFactory) error {
	loop := reconcile.New("network policies", func(ctx context.Context, _ types.NamespacedName) error {
		err := e.enforce(ctx)
		if err != nil {
			klog.ErrorS(err, "the policies are not in place, and tried again")
		}
		return err
	})
	if err := e.follow(factory, loop); err != nil {
		return err
	}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	loop.Start(ctx)
	return ctx.Err()
}

// follow has the ruleset looked at each time that something changes which decides it.
func (e *enforcer) follow(factory informers.SharedInformerFactory, loop *reconcile.Loop) error {
	all := types.NamespacedName{Name: e.Node}
	toAll := func(metav1.Object) (types.NamespacedName, bool) { return all, true }
	if err := loop.Watch(factory.Core().V1().Namespaces().Informer(), toAll); err != nil {
		return err
	}
	if err := loop.Watch(factory.Networking().V1().NetworkPolicies().Informer(), toAll); err != nil {
		return err
	}
	_, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { loop.Touch(all) },
		DeleteFunc: func(any) { loop.Touch(all) },
		UpdateFunc: func(before, after any) {
			was, wasKnown := podOf(before.(*corev1.Pod))
			is, isKnown := podOf(after.(*corev1.Pod))
			if wasKnown != isKnown || !reflect.DeepEqual(was, is) {
				loop.Touch(all)
			}
		},
	})
	return err
}

// enforce puts the ruleset in place that the cluster asks for now.
func (e *enforcer) enforce(ctx context.Context) error {
	now, err := e.view.now()
	if err != nil {
		return err
	}
	guards := plan(e.Node, now)
	if script := ruleset(e.Pods, guards); script != e.script {
		if err := e.apply(ctx, script); err != nil {
			return err
		}
		e.script = script
	}
	inPlace := map[types.NamespacedName]netip.Addr{}
	for _, guard := range guards {
		inPlace[guard.pod.NamespacedName] = guard.pod.address
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inPlace = inPlace
	close(e.changed)
	e.changed = make(chan struct{})
	return nil
}

func runNft(ctx context.Context, script string) error {
	nft := exec.CommandContext(ctx, "nft", "--file", "-")
	nft.Stdin = strings.NewReader(script)
	var said bytes.Buffer
	nft.Stdout, nft.Stderr = &said, &said
	if err := nft.Run(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// admit tells the cluster the address of a pod of this node, and returns when its guard is in place. The kubelet tells the address too,
// but a second or two after the containers have started; until then no other node would know the pod.
func (e *enforcer) admit(ctx context.Context, pod newcomer) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{names.Address: pod.Address.String()},
	}})
	if err != nil {
		return err
	}
	name := types.NamespacedName{Namespace: pod.Namespace, Name: pod.Name}
	if _, err := e.client.CoreV1().Pods(name.Namespace).Patch(ctx, name.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	for {
		e.mu.Lock()
		at, changed := e.inPlace[name], e.changed
		e.mu.Unlock()
		if at == pod.Address {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("the policies of pod %s are not in place in time: %w", name, ctx.Err())
		}
	}
}
