package metrics

import (
	"bytes"
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/klog/v2"

	rehearsal "plumbline.dev/rehearsal/cluster/internal/labels"
)

const (
	// askPause is how often kubelets are asked. They measure every 10 s or so; asked twice as often, little time is lost.
	askPause = 5 * time.Second
	// askPatience is how long one may take to answer.
	askPatience = 5 * time.Second
	// keepFor is how long a measurement stands when no newer one comes.
	keepFor = time.Minute
)

// kubelets keeps what the kubelets of real nodes measure.
type kubelets struct {
	client kubernetes.Interface
	nodes  corelisters.NodeLister

	mu sync.Mutex
	// last is the last sample of each container, and measured its use up to then, by the node's name.
	last     map[string]map[containerName]sample
	measured map[string]map[containerName]measurement
}

// newKubelets asks the kubelets of the nodes until ctx ends.
func newKubelets(ctx context.Context, client kubernetes.Interface, nodes corelisters.NodeLister) *kubelets {
	k := &kubelets{client: client, nodes: nodes, last: map[string]map[containerName]sample{}, measured: map[string]map[containerName]measurement{}}
	go k.follow(ctx)
	return k
}

// follow asks the kubelets of real nodes again and again until ctx ends.
func (k *kubelets) follow(ctx context.Context) {
	ticks := time.NewTicker(askPause)
	defer ticks.Stop()
	for {
		k.askAll(ctx)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

func (k *kubelets) askAll(ctx context.Context) {
	nodes, err := k.nodes.List(labels.SelectorFromSet(labels.Set{rehearsal.Real: "true"}))
	if err != nil {
		return
	}
	var group sync.WaitGroup
	for _, node := range nodes {
		if isPowered(node) {
			group.Go(func() { k.ask(ctx, node.Name) })
		}
	}
	group.Wait()
}

// ask asks one kubelet, by the way that the API server has to it.
func (k *kubelets) ask(ctx context.Context, node string) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	answer, err := k.client.CoreV1().RESTClient().Get().Resource("nodes").Name(node).SubResource("proxy").Suffix("metrics/resource").DoRaw(ctx)
	var samples map[containerName]sample
	if err == nil {
		samples, err = parseSamples(bytes.NewReader(answer))
	}
	if err != nil {
		klog.V(2).InfoS("a kubelet does not say what its pods use", "node", node, "error", err)
		return
	}
	k.take(node, samples)
}

// take takes note of a kubelet's samples. Where one is no newer than the last, what was measured stands.
func (k *kubelets) take(node string, samples map[containerName]sample) {
	k.mu.Lock()
	defer k.mu.Unlock()
	last, before := k.last[node], k.measured[node]
	now := map[containerName]measurement{}
	for name, sample := range samples {
		if used, known := between(last[name], sample); known {
			now[name] = used
		} else if used, known := before[name]; known && !used.time.Before(sample.started) {
			now[name] = used
			// The next sample is compared with the one up to which this was measured.
			samples[name] = last[name]
		}
	}
	k.last[node], k.measured[node] = samples, now
}

// now is what the containers of each of the nodes that are real use.
func (k *kubelets) now(nodes []*corev1.Node, at time.Time) map[string]map[containerName]measurement {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := map[string]map[containerName]measurement{}
	for _, node := range nodes {
		if node.Labels[rehearsal.Real] != "true" {
			continue
		}
		all[node.Name] = map[containerName]measurement{}
		for name, used := range k.measured[node.Name] {
			if at.Sub(used.time) < keepFor {
				all[node.Name][name] = used
			}
		}
	}
	return all
}
