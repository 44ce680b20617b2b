package dns

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
)

const (
	// mostUDP is the length of a message that every resolver takes (RFC 1035, 4.2.1). A longer answer is asked for by TCP.
	mostUDP = 512
	// idle is how long a TCP connection may ask nothing (RFC 7766 leaves it to the server).
	idle = 10 * time.Second
)

// cluster is the view of Services that informers keep.
type cluster struct {
	services corelisters.ServiceLister
	all      discoverylisters.EndpointSliceLister
}

func (c cluster) service(namespace, name string) (*corev1.Service, bool) {
	service, err := c.services.Services(namespace).Get(name)
	return service, err == nil
}

func (c cluster) slices(namespace, service string) []*discoveryv1.EndpointSlice {
	found, err := c.all.EndpointSlices(namespace).List(labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service}))
	if err != nil {
		return nil
	}
	// Not nil, which stands for a Service with an address of its own.
	return append([]*discoveryv1.EndpointSlice{}, found...)
}

// Serve answers on both sockets until ctx ends. It returns when it has seen the Services that there are.
func Serve(ctx context.Context, client kubernetes.Interface, packets net.PacketConn, connections net.Listener) {
	factory := informers.NewSharedInformerFactory(client, 0)
	in := cluster{services: factory.Core().V1().Services().Lister(), all: factory.Discovery().V1().EndpointSlices().Lister()}
	factory.StartWithContext(ctx)
	factory.WaitForCacheSyncWithContext(ctx)
	context.AfterFunc(ctx, func() {
		packets.Close()
		connections.Close()
	})
	go servePackets(packets, in)
	go serveConnections(connections, in)
}

func servePackets(packets net.PacketConn, in view) {
	buffer := make([]byte, mostUDP)
	for {
		length, from, err := packets.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply := respond(buffer[:length], in, mostUDP); reply != nil {
			_, _ = packets.WriteTo(reply, from)
		}
	}
}

func serveConnections(connections net.Listener, in view) {
	for {
		connection, err := connections.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			for serveNext(connection, in) == nil {
			}
		}()
	}
}

// serveNext answers the next message of a connection; each follows its length in two bytes.
func serveNext(connection net.Conn, in view) error {
	if err := connection.SetDeadline(time.Now().Add(idle)); err != nil {
		return err
	}
	var length uint16
	if err := binary.Read(connection, binary.BigEndian, &length); err != nil {
		return err
	}
	message := make([]byte, length)
	if _, err := io.ReadFull(connection, message); err != nil {
		return err
	}
	reply := respond(message, in, 1<<16-1)
	if reply == nil {
		return io.ErrUnexpectedEOF
	}
	_, err := connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}

// respond gives the reply to a message; nil if it is no question.
func respond(message []byte, in view, most int) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(message)
	if err != nil || header.Response {
		return nil
	}
	question, err := parser.Question()
	if err != nil {
		return nil
	}
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
		},
		Questions: []dnsmessage.Question{question},
	}
	records, known := answer(question, in)
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	// Whoever takes the first address spreads over all.
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	reply.Answers = records
	packed, err := reply.Pack()
	if err == nil && len(packed) > most {
		reply.Answers, reply.Truncated = nil, true
		packed, err = reply.Pack()
	}
	if err != nil {
		return nil
	}
	return packed
}
