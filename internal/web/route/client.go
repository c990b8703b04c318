package route

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are those whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// readProxies reads addresses and networks. What is neither trusts nobody.
func readProxies(texts []string) (all proxies) {
	for _, text := range texts {
		if network, err := netip.ParsePrefix(text); err == nil {
			all = append(all, network)
		} else if addr, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return all
}

func (p proxies) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// clientIP is the peer's address or, when that is a trusted proxy's, the last
// address of X-Forwarded-For that is not (identity.md: a spoofed one must not
// reach the e-ID).
func (rt *Router) clientIP(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := peer.Addr().Unmap()
	if said := r.Header["X-Forwarded-For"]; len(said) > 0 && rt.peers.trust(ip) {
		ip = rt.peers.last(said, ip)
	}
	return ip.String()
}

// last goes back over the addresses as long as each was said by a trusted one.
func (p proxies) last(said []string, ip netip.Addr) netip.Addr {
	hops := strings.Split(strings.Join(said, ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trust(ip); i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = addr.Unmap()
	}
	return ip
}
