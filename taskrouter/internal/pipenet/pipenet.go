// Package pipenet is a network in memory, for tests of clients and servers in bubbles
// of testing/synctest: the time of a bubble goes on while its goroutines wait for
// a pipe, but not while they wait for a socket.
package pipenet

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// Listener takes the place of a listener on a socket. A bubble that makes one has to
// dial it, too.
type Listener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
	dialed      atomic.Int32
}

// Listen returns a listener that is open.
func Listen() *Listener {
	return &Listener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for the next call of [Listener.Dial]. Once the listener is closed, it
// fails with [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends all calls of Accept and Dial. Connections go on.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns an address of nobody, with the port of http.
func (*Listener) Addr() net.Addr { return address(80) }

// Dial connects to the listener, whatever the network and address: it is the
// DialContext of a transport. It waits until the connection is accepted, and fails with
// the error of the context or, once the listener is closed, with [net.ErrClosed].
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	port := 1024 + int(l.dialed.Add(1))
	select {
	case l.connections <- numbered{far, port}:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Dialed returns how often Dial was called.
func (l *Listener) Dialed() int { return int(l.dialed.Load()) }

// numbered is an end of a pipe by whose address a server can tell it from others. All
// pipes of net have the same.
type numbered struct {
	net.Conn
	port int
}

func (n numbered) RemoteAddr() net.Addr { return address(n.port) }

func address(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }
