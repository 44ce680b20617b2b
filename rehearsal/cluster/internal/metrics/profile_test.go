package metrics

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAtInterpolates(t *testing.T) {
	points := []point{{10 * time.Second, 100}, {20 * time.Second, 300}, {20 * time.Second, 50}, {30 * time.Second, 0}}
	for elapsed, want := range map[time.Duration]float64{
		-time.Minute:     100,
		0:                100,
		10 * time.Second: 100,
		15 * time.Second: 200,
		20 * time.Second: 50,
		25 * time.Second: 25,
		30 * time.Second: 0,
		time.Hour:        0,
	} {
		if got := at(points, elapsed); got != want {
			t.Errorf("after %v the value is %v, want %v", elapsed, got, want)
		}
	}
}

func TestParseProfile(t *testing.T) {
	entries, err := parseProfile([]byte(`[{"namespace":"shop","selector":"app=orders","metric":"cpu","shared":true,
		"points":[{"after":"0s","value":"100m"},{"after":"2m","value":"900m"}]}]`))
	if err != nil || len(entries) != 1 {
		t.Fatalf("got %v, %v", entries, err)
	}
	got := entries[0]
	if got.namespace != "shop" || got.selector.String() != "app=orders" || got.metric != "cpu" || !got.shared {
		t.Errorf("got %+v", got)
	}
	if len(got.points) != 2 || got.points[1] != (point{2 * time.Minute, 0.9}) {
		t.Errorf("got points %v", got.points)
	}
}

func TestParseProfileNamesEveryProblem(t *testing.T) {
	for name, test := range map[string]struct {
		data string
		want []string
	}{
		"no JSON":        {`{`, []string{"in JSON"}},
		"no list":        {`{"namespace":"shop"}`, []string{"in JSON"}},
		"unknown field":  {`[{"namespaces":"shop"}]`, []string{`unknown field "namespaces"`}},
		"something more": {`[] []`, []string{"more after the list"}},
		"nothing said":   {`[{}]`, []string{"[0].namespace", "[0].metric", "[0].points"}},
		"wrong values": {
			`[{"namespace":"a","selector":"a in","metric":"cpu","points":[{"after":"1m","value":"-1"},{"after":"30s","value":"x"},{"after":"soon","value":"1E"}]}]`,
			[]string{
				`[0].selector "a in"`, `points[0].value "-1"`, `points[1].after "30s" is before`, `points[1].value "x"`,
				`points[2].after "soon"`, `points[2].value "1E"`,
			},
		},
	} {
		_, err := parseProfile([]byte(test.data))
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not say %q: %v", name, want, err)
			}
		}
	}
}

func TestLookFollowsTheFile(t *testing.T) {
	file := &profileFile{path: filepath.Join(t.TempDir(), "load.json")}
	entries := func() int {
		file.look()
		return len(file.current.Load().entries)
	}
	write := func(data string, written time.Time) {
		t.Helper()
		if err := os.WriteFile(file.path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file.path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	if got := entries(); got != 0 {
		t.Errorf("without a file there are %d entries", got)
	}
	written := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	write(`[{"namespace":"shop","metric":"cpu","points":[{"after":"0s","value":"1"}]}]`, written)
	if got := entries(); got != 1 || !file.current.Load().start.Equal(written) {
		t.Errorf("got %d entries from %v", got, file.current.Load().start)
	}
	write(`[{"namespace":"shop"}]`, written.Add(time.Second))
	if got := entries(); got != 0 {
		t.Errorf("of a wrong file %d entries count", got)
	}
	write(`[{"namespace":"shop","metric":"rps","points":[{"after":"0s","value":"1"}]}]`, written.Add(2*time.Second))
	if got := entries(); got != 1 {
		t.Errorf("of the file that was put right %d entries count", got)
	}
	if err := os.Remove(file.path); err != nil {
		t.Fatal(err)
	}
	if got := entries(); got != 0 {
		t.Errorf("after its file is gone %d entries count", got)
	}
}
