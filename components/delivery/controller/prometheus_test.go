package controller

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"plumbline.dev/delivery/controller/api"
)

// serve answers every query with the result, at the path below which Prometheus' own begin.
func serve(t *testing.T, below, result string, asked *string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.URL.Path != below+"/api/v1/query" {
			http.NotFound(w, request)
			return
		}
		*asked = request.FormValue("query")
		fmt.Fprintf(w, `{"status":"success","data":%s}`, result)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestOnlyOneNumberIsAnAnswer(t *testing.T) {
	one := `{"metric":{},"value":[1,"%s"]}`
	vector := func(results ...string) string {
		return `{"resultType":"vector","result":[` + strings.Join(results, ",") + `]}`
	}
	for _, test := range []struct {
		result string
		want   float64
		refuse string
	}{
		{result: vector(fmt.Sprintf(one, "0.25")), want: 0.25},
		{result: vector(fmt.Sprintf(one, "+Inf")), want: math.Inf(1)},
		{result: `{"resultType":"scalar","result":[1,"3"]}`, want: 3},
		{result: vector(fmt.Sprintf(one, "NaN")), refuse: "NaN"},
		{result: vector(), refuse: "0 series; one is needed"},
		{result: vector(fmt.Sprintf(one, "1"), fmt.Sprintf(one, "1")), refuse: "2 series; one is needed"},
		{result: `{"resultType":"matrix","result":[]}`, refuse: "a matrix; a number is needed"},
		{result: `{}`, refuse: "did not answer"},
	} {
		var asked string
		prometheus, err := At(serve(t, "", test.result, &asked).URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := prometheus.Number(t.Context(), "up")
		if test.refuse == "" && (err != nil || got != test.want || asked != "up") || test.refuse != "" && (err == nil || !strings.Contains(err.Error(), test.refuse)) {
			t.Errorf("%s: %v, %v", test.result, got, err)
		}
	}
}

func TestPrometheusBehindTheAPIServer(t *testing.T) {
	var asked string
	server := serve(t, "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy", `{"resultType":"scalar","result":[1,"0"]}`, &asked)
	prometheus, err := Behind(&rest.Config{Host: server.URL}, "monitoring", "prometheus", 9090)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan event.GenericEvent, 1)
	m, of := newMeasurer(prometheus, answered), types.NamespacedName{Namespace: "shop", Name: "orders"}
	most := 0.01
	m.measure(of, "bcdfghjklm", &api.Analysis{Metrics: []api.Metric{{Name: "errors", Query: `errors{pod=~"{{pods}}"}`, Max: &most}}})
	if told := (<-answered).Object; told.GetNamespace() != "shop" || told.GetName() != "orders" {
		t.Errorf("told of %s/%s", told.GetNamespace(), told.GetName())
	}
	asking, answer := m.state(of)
	if asking || answer == nil || answer.Revision != "bcdfghjklm" || answer.Answers[0].Unknown != "" || answer.Answers[0].Value != 0 {
		t.Errorf("%v, %+v", asking, answer)
	}
	if asked != `errors{pod=~"orders-bcdfghjklm-.+"}` {
		t.Errorf("asked %s", asked)
	}
	m.taken(of)
	if _, answer := m.state(of); answer != nil {
		t.Errorf("%+v is still there", answer)
	}
}

func TestPrometheusAwayIsNoAnswer(t *testing.T) {
	for address, want := range map[string]string{"http://127.0.0.1:1": "did not answer", "prometheus:9090": "allowed: a URL", "": "allowed: a URL"} {
		prometheus, err := At(address)
		if err == nil {
			_, err = prometheus.Number(t.Context(), "up")
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}
