package machine

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/vishvananda/netlink"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

const (
	bridgeName = "plumbline0"
	// cardName is the node's end of its cable.
	cardName = "eth0"
)

// makeBridge makes the lab's network: a bridge, on which this process can be reached at the gateway's address.
func makeBridge(gateway netip.Prefix) error {
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridgeName, HardwareAddr: hardware(gateway.Addr())}}
	if err := errors.Join(upLoopback(), forward(), netlink.LinkAdd(bridge)); err != nil {
		return fmt.Errorf("the lab's network cannot be made: %w", err)
	}
	return up(bridgeName, gateway)
}

// plugIn connects the namespace of a process to the bridge, and sends what is for the node's pods to the node.
func plugIn(node lab.Node, pid int) error {
	bridge, err := netlink.LinkByName(bridgeName)
	if err != nil {
		return err
	}
	name := cable(node)
	// The cable of a node that has lost its power goes with its namespace, but not at once.
	if old, err := netlink.LinkByName(name); err == nil {
		if err := netlink.LinkDel(old); err != nil {
			return fmt.Errorf("the old cable of node %s: %w", node.Name, err)
		}
	}
	veth := &netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: name, MasterIndex: bridge.Attrs().Index},
		PeerName:  cardName, PeerNamespace: netlink.NsPid(pid), PeerHardwareAddr: hardware(node.Address.Addr()),
	}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("node %s cannot be connected: %w", node.Name, err)
	}
	if err := netlink.LinkSetUp(veth); err != nil {
		return fmt.Errorf("node %s cannot be connected: %w", node.Name, err)
	}
	return route(node.Pods, node.Address.Addr())
}

// setLink joins the node's cable, or cuts it.
func setLink(node lab.Node, joined bool) error {
	link, err := netlink.LinkByName(cable(node))
	if err != nil {
		return err
	}
	if joined {
		return netlink.LinkSetUp(link)
	}
	return netlink.LinkSetDown(link)
}

// hardware is the hardware address that belongs to an address of the lab, whatever comes and goes. Left to itself a bridge takes that
// of one of its ports: when a node lost its power, its neighbours sent to an address that was no more, and seemed dead too.
func hardware(address netip.Addr) net.HardwareAddr {
	const locallyAdministered = 0x02
	four := address.As4()
	return net.HardwareAddr{locallyAdministered, 0, four[0], four[1], four[2], four[3]}
}

// cable is the name of the bridge's end. Names of links have 15 letters at most; addresses are short.
func cable(node lab.Node) string {
	return fmt.Sprintf("node%d", node.Address.Addr().As4()[3])
}

// configure sets up the network of the node in whose namespace this is.
func configure(node lab.Node, spec lab.Spec) error {
	if err := errors.Join(upLoopback(), forward(), up(cardName, node.Address)); err != nil {
		return err
	}
	if err := route(netip.MustParsePrefix("0.0.0.0/0"), spec.Gateway.Addr()); err != nil {
		return err
	}
	for _, other := range spec.Nodes {
		if other.Name == node.Name {
			continue
		}
		if err := route(other.Pods, other.Address.Addr()); err != nil {
			return err
		}
	}
	return nil
}

func upLoopback() error {
	link, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

func up(name string, address netip.Prefix) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return errors.Join(
		netlink.AddrAdd(link, &netlink.Addr{IPNet: ipNet(address, address.Addr())}),
		netlink.LinkSetUp(link),
	)
}

func route(to netip.Prefix, via netip.Addr) error {
	err := netlink.RouteReplace(&netlink.Route{Dst: ipNet(to, to.Masked().Addr()), Gw: via.AsSlice()})
	if err != nil {
		return fmt.Errorf("route to %s via %s: %w", to, via, err)
	}
	return nil
}

// forward lets packets pass through this namespace; the setting is the namespace's own.
func forward() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644) }

func ipNet(prefix netip.Prefix, address netip.Addr) *net.IPNet {
	return &net.IPNet{IP: address.AsSlice(), Mask: net.CIDRMask(prefix.Bits(), 32)}
}
