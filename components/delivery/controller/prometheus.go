package controller

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	promapi "github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/rest"
)

// Prometheus gives the one number that a query has now, or says why there is none.
type Prometheus interface {
	Number(ctx context.Context, query string) (float64, error)
}

// At is the Prometheus at a URL such as http://prometheus.monitoring:9090.
func At(address string) (Prometheus, error) {
	if parsed, err := url.Parse(address); err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("%q was given as the address of Prometheus; allowed: a URL such as http://prometheus.monitoring:9090", address)
	}
	return prometheusAt(address, http.DefaultTransport)
}

// Behind is the Prometheus behind a Service, by way of the API server: for where pods cannot be reached.
func Behind(config *rest.Config, namespace, service string, port int) (Prometheus, error) {
	transport, err := rest.TransportFor(config)
	if err != nil {
		return nil, err
	}
	return prometheusAt(fmt.Sprintf("%s/api/v1/namespaces/%s/services/%s:%d/proxy", config.Host, namespace, service, port), transport)
}

type prometheus struct{ queries promv1.API }

func prometheusAt(address string, transport http.RoundTripper) (Prometheus, error) {
	client, err := promapi.NewClient(promapi.Config{Address: address, RoundTripper: transport})
	if err != nil {
		return nil, err
	}
	return prometheus{promv1.NewAPI(client)}, nil
}

func (p prometheus) Number(ctx context.Context, query string) (float64, error) {
	answer, _, err := p.queries.Query(ctx, query, time.Now())
	if err != nil {
		return 0, fmt.Errorf("Prometheus did not answer: %w", err)
	}
	var value model.SampleValue
	switch answer := answer.(type) {
	case *model.Scalar:
		value = answer.Value
	case model.Vector:
		if len(answer) != 1 {
			return 0, fmt.Errorf("the query gives %d series; one is needed", len(answer))
		}
		value = answer[0].Value
	default:
		return 0, fmt.Errorf("the query gives a %s; a number is needed", answer.Type())
	}
	if math.IsNaN(float64(value)) {
		return 0, fmt.Errorf("the query gives NaN: there is nothing to divide by yet")
	}
	return float64(value), nil
}
