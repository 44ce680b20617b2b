//go:build tools

package consul

import _ "github.com/hashicorp/consul"
