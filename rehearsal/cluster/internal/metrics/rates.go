package metrics

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/klog/v2"
)

// A metric that ends in perSecond is the rate of a counter of the same name, which ends in total.
const (
	perSecond = "_per_second"
	total     = "_total"
)

// Where a program tells its metrics, as our components and their monitors have it.
const (
	metricsPort = "admin"
	metricsPath = "/metrics"
)

// rates keeps how fast counters of pods on real nodes grow. A pod is asked while somebody asks for its rate, as its autoscaler does,
// and no other pod ever is.
type rates struct {
	config *rest.Config
	client kubernetes.Interface
	// read is the pods as they are.
	read func() (reading, error)

	mu sync.Mutex
	// wanted is when each question was last asked.
	wanted map[string]want
	// last is the last count of each pod, and measured its rate up to then, by the metric's name.
	last     map[rateName]count
	measured map[rateName]rate
}

type want struct {
	query
	time time.Time
}

// rateName is a metric of one pod. Another pod of the same name is another.
type rateName struct {
	pod    types.UID
	metric string
}

type count struct {
	time  time.Time
	value float64
}

// rate is how much came from one count to the next, in a second.
type rate count

// newRates has no rates before follow is called.
func newRates(config *rest.Config, client kubernetes.Interface, read func() (reading, error)) *rates {
	return &rates{config: config, client: client, read: read, wanted: map[string]want{}, last: map[rateName]count{}, measured: map[rateName]rate{}}
}

// follow asks pods again and again until ctx ends.
func (r *rates) follow(ctx context.Context) {
	ticks := time.NewTicker(askPause)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			r.askAll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// want takes note of a question, which stands for a minute.
func (r *rates) want(asked query, at time.Time) {
	if strings.HasSuffix(asked.metric, perSecond) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.wanted[fmt.Sprint(asked.namespace, "/", asked.name, "?", asked.selector, " ", asked.metric)] = want{asked, at}
	}
}

// questions are the metrics that each pod on a real node is to be asked for. What nobody wants any more is forgotten.
func (r *rates) questions(now reading) map[*corev1.Pod][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := map[*corev1.Pod][]string{}
	for key, want := range r.wanted {
		if now.time.Sub(want.time) > keepFor {
			delete(r.wanted, key)
			continue
		}
		for _, pod := range now.pods {
			if now.isReal(pod) && want.matches(pod) {
				asked[pod] = append(asked[pod], want.metric)
			}
		}
	}
	for name, count := range r.last {
		if now.time.Sub(count.time) > keepFor {
			delete(r.last, name)
			delete(r.measured, name)
		}
	}
	return asked
}

func (r *rates) askAll(ctx context.Context) {
	now, err := r.read()
	if err != nil {
		return
	}
	var group sync.WaitGroup
	for pod, metrics := range r.questions(now) {
		group.Go(func() { r.ask(ctx, pod, metrics) })
	}
	group.Wait()
}

func (r *rates) ask(ctx context.Context, pod *corev1.Pod, metrics []string) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	text, err := r.fetch(ctx, pod)
	at := time.Now()
	for _, metric := range metrics {
		var value float64
		if err == nil {
			value, err = counted(text, strings.TrimSuffix(metric, perSecond)+total)
		}
		if err != nil {
			klog.V(2).InfoS("a pod does not say what it counts", "pod", klog.KObj(pod), "metric", metric, "error", err)
			return
		}
		r.take(rateName{pod.UID, metric}, count{at, value})
	}
}

// take takes note of a count. A counter that fell has begun again: from there on its rate is known with the next count.
func (r *rates) take(name rateName, now count) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.last[name]
	r.last[name] = now
	if known && now.value >= before.value && now.time.After(before.time) {
		r.measured[name] = rate{now.time, (now.value - before.value) / now.time.Sub(before.time).Seconds()}
	}
}

// now is what was measured in the last minute.
func (r *rates) now(at time.Time) map[rateName]float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	values := map[rateName]float64{}
	for name, rate := range r.measured {
		if at.Sub(rate.time) < keepFor {
			values[name] = rate.value
		}
	}
	return values
}

// fetch reads a pod's metrics by way of its kubelet, as kubectl port-forward does: network policies need not let this process in.
func (r *rates) fetch(ctx context.Context, pod *corev1.Pod) ([]byte, error) {
	port, known := portOf(pod, metricsPort)
	if !known {
		return nil, fmt.Errorf("no container has a port %q", metricsPort)
	}
	transport, upgrader, err := spdy.RoundTripperFor(r.config)
	if err != nil {
		return nil, err
	}
	there := r.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport, Timeout: askPatience}, http.MethodPost, there)
	connection, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.Close() })()

	headers := http.Header{}
	headers.Set(corev1.PortHeader, strconv.Itoa(int(port)))
	headers.Set(corev1.PortForwardRequestIDHeader, "0")
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	if _, err := connection.CreateStream(headers); err != nil {
		return nil, err
	}
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	stream, err := connection.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+metricsPath, nil)
	if err != nil {
		return nil, err
	}
	request.Close = true
	if err := request.Write(stream); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(stream), request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", metricsPath, response.Status)
	}
	return io.ReadAll(response.Body)
}

func portOf(pod *corev1.Pod, name string) (int32, bool) {
	for _, container := range running(pod) {
		for _, port := range container.Ports {
			if port.Name == name {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}

// counted is a counter in Prometheus' text format, all its series together. One that is declared has counted nothing yet; one that is
// not is an error.
func counted(text []byte, counter string) (sum float64, err error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return 0, fmt.Errorf("its metrics cannot be read: %w", err)
	}
	for _, metric := range families[counter].GetMetric() {
		sum += valueOf(metric)
	}
	if families[counter] == nil && !bytes.Contains(text, []byte("# TYPE "+counter+" counter\n")) {
		return 0, fmt.Errorf("it has no counter %s", counter)
	}
	return sum, nil
}
