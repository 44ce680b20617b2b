//go:build tools

package victorialogs

import _ "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"
