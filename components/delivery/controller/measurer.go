package controller

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"plumbline.dev/delivery/controller/api"
	"plumbline.dev/delivery/controller/internal/plan"
)

// patience is how long Prometheus may take for all queries of a measurement.
const patience = 5 * time.Second

// measurer asks Prometheus while the release goes on: an abort, or pods that fail, must not wait for an answer.
type measurer struct {
	prometheus Prometheus
	answered   chan<- event.GenericEvent

	lock    sync.Mutex
	asking  map[types.NamespacedName]bool
	answers map[types.NamespacedName]*plan.Measurement
}

func newMeasurer(prometheus Prometheus, answered chan<- event.GenericEvent) *measurer {
	return &measurer{
		prometheus: prometheus, answered: answered,
		asking: map[types.NamespacedName]bool{}, answers: map[types.NamespacedName]*plan.Measurement{},
	}
}

// state says whether Prometheus is being asked, and what it answered, if that was not taken yet.
func (m *measurer) state(of types.NamespacedName) (asking bool, answer *plan.Measurement) {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.asking[of], m.answers[of]
}

// taken drops an answer that is in the release's status, or of no use any more.
func (m *measurer) taken(of types.NamespacedName) {
	m.lock.Lock()
	defer m.lock.Unlock()
	delete(m.answers, of)
}

// measure asks in the background. When there is an answer, the release is reconciled.
func (m *measurer) measure(of types.NamespacedName, revision string, analysis *api.Analysis) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.asking[of] {
		return
	}
	m.asking[of] = true
	go func() {
		answer := m.ask(of.Name, revision, analysis)
		m.lock.Lock()
		delete(m.asking, of)
		m.answers[of] = answer
		m.lock.Unlock()
		object := metadataOf(api.Kind)
		object.Namespace, object.Name = of.Namespace, of.Name
		m.answered <- event.GenericEvent{Object: object}
	}()
}

func (m *measurer) ask(release, revision string, analysis *api.Analysis) *plan.Measurement {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answers := make([]plan.Answer, len(analysis.Metrics))
	var group sync.WaitGroup
	for i, metric := range analysis.Metrics {
		group.Go(func() {
			query := strings.ReplaceAll(metric.Query, "{{pods}}", fmt.Sprintf("%s-%s-.+", release, revision))
			answers[i].Metric = metric.Name
			value, err := m.prometheus.Number(ctx, query)
			if err != nil {
				answers[i].Unknown = err.Error()
			}
			answers[i].Value = value
		})
	}
	group.Wait()
	return &plan.Measurement{Revision: revision, At: time.Now(), Answers: answers}
}
