package machine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"plumbline.dev/rehearsal/cluster/internal/lab"
)

// quality is how bad a line is.
type quality struct {
	latency, jitter time.Duration
	// loss is the part of the frames that are lost: 0 to 1.
	loss float64
}

// fate says whether a frame is lost, and when it arrives that came at a moment. Chance gives numbers from 0 to 1.
func (q quality) fate(came time.Time, chance func() float64) (arrives time.Time, lost bool) {
	if chance() < q.loss {
		return time.Time{}, true
	}
	spread := time.Duration((2*chance() - 1) * float64(q.jitter))
	return came.Add(q.latency + spread), false
}

// A frame is at most as long as an IP packet that the kernel has not cut up yet, with its headers.
const (
	longestFrame = 1<<16 + 128
	// longestQueue is how many frames are under way one way at most; those that come then are lost, as with a switch.
	longestQueue = 4096
	// downPause is how long a line waits for a cable that has been pulled out.
	downPause = 20 * time.Millisecond
)

// line is put between a node's cable and the bridge, and carries every frame by hand: late, or not at all. The kernel's own means
// (netem) is a module that has to be loaded into the whole machine, and that many kernels do not have.
type line struct {
	quality atomic.Pointer[quality]
	node    lab.Node
	// ends are the sockets on the cable, and on the plug in the bridge.
	ends [2]*os.File
}

// plugs are the names of the two ends of what is plugged into the bridge in the cable's place.
func plugs(node lab.Node) (inner, outer string) {
	return "line-" + cable(node), "port-" + cable(node)
}

func openLine(node lab.Node, is quality) (*line, error) {
	l := &line{node: node}
	l.set(is)
	inner, outer := plugs(node)
	bridge, err := netlink.LinkByName(bridgeName)
	if err != nil {
		return nil, err
	}
	port := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: outer, MasterIndex: bridge.Attrs().Index}, PeerName: inner}
	if err := netlink.LinkAdd(port); err != nil {
		return nil, fmt.Errorf("the line of node %s cannot be made: %w", node.Name, err)
	}
	for i, name := range []string{cable(node), inner} {
		if l.ends[i], err = openEnd(name); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	if err := netlink.LinkSetUp(port); err != nil {
		return nil, errors.Join(err, l.close())
	}
	go l.carry(l.ends[0], l.ends[1])
	go l.carry(l.ends[1], l.ends[0])
	return l, nil
}

// openEnd takes a link for the line alone: it is on no bridge, and the kernel answers nobody there.
func openEnd(name string) (*os.File, error) {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(netlink.LinkSetNoMaster(link), netlink.LinkSetARPOff(link), netlink.LinkSetUp(link)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// Without a protocol at first, for until it is bound a socket is on every link.
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	err = errors.Join(
		// With its header a frame may be long, and its checksum still to be made, as the kernel hands it from link to link.
		unix.SetsockoptInt(socket, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1),
		unix.SetsockoptInt(socket, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1),
		unix.Bind(socket, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: link.Attrs().Index}),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), unix.Close(socket))
	}
	return os.NewFile(uintptr(socket), name), nil
}

// bigEndian is a number as it is sent; the program runs on machines that keep it the other way round.
func bigEndian(number uint16) uint16 { return number<<8 | number>>8 }

func (l *line) set(is quality) { l.quality.Store(&is) }

// frame is under way until it arrives.
type frame struct {
	arrives time.Time
	data    []byte
}

// carry carries frames one way, in their order, until the line is closed.
func (l *line) carry(from, to *os.File) {
	under := make(chan frame, longestQueue)
	defer close(under)
	go func() {
		for frame := range under {
			time.Sleep(time.Until(frame.arrives))
			// A cable that is pulled out takes none, and none is sent again.
			_, _ = to.Write(frame.data)
		}
	}()
	data := make([]byte, longestFrame)
	for {
		length, err := from.Read(data)
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(downPause)
			continue
		}
		arrives, lost := l.quality.Load().fate(time.Now(), rand.Float64)
		if lost {
			continue
		}
		select {
		case under <- frame{arrives, append([]byte(nil), data[:length]...)}:
		default:
		}
	}
}

// close plugs the cable into the bridge again, if it is still there.
func (l *line) close() error {
	for _, end := range l.ends {
		if end != nil {
			end.Close()
		}
	}
	_, outer := plugs(l.node)
	var errs []error
	if port, err := netlink.LinkByName(outer); err == nil {
		errs = append(errs, netlink.LinkDel(port))
	}
	bridge, err := netlink.LinkByName(bridgeName)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	if link, err := netlink.LinkByName(cable(l.node)); err == nil {
		errs = append(errs, netlink.LinkSetARPOn(link), netlink.LinkSetMaster(link, bridge))
	}
	return errors.Join(errs...)
}
