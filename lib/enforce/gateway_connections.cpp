#include "edgewatch/enforce/gateway_connections.hpp"

#include "gateway_marks.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <netinet/in.h>

namespace edgewatch::enforce {
namespace {

struct Close {
  void operator()(nfct_handle* handle) const { nfct_close(handle); }
  void operator()(nf_conntrack* entry) const { nfct_destroy(entry); }
};
using Handle = std::unique_ptr<nfct_handle, Close>;
using Entry = std::unique_ptr<nf_conntrack, Close>;

void put(nf_conntrack* entry, const net::IpAddress& address, nf_conntrack_attr v4, nf_conntrack_attr v6) {
  if (address.is_v4()) {
    std::uint32_t four = 0;
    std::memcpy(&four, address.bytes().data(), sizeof four);
    nfct_set_attr_u32(entry, v4, four);
  } else {
    nfct_set_attr(entry, v6, address.bytes().data());
  }
}

Entry entry_of(const Inspector::Connection& connection) {
  Entry entry(nfct_new());
  if (!entry) throw std::bad_alloc();
  const bool v4 = connection.client.address.is_v4();
  nfct_set_attr_u8(entry.get(), ATTR_L3PROTO, v4 ? AF_INET : AF_INET6);
  put(entry.get(), connection.client.address, ATTR_IPV4_SRC, ATTR_IPV6_SRC);
  put(entry.get(), connection.server.address, ATTR_IPV4_DST, ATTR_IPV6_DST);
  nfct_set_attr_u8(entry.get(), ATTR_L4PROTO,
                   connection.transport == wire::Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP);
  nfct_set_attr_u16(entry.get(), ATTR_PORT_SRC, htons(connection.client.port));
  nfct_set_attr_u16(entry.get(), ATTR_PORT_DST, htons(connection.server.port));
  return entry;
}

/// As after a connection that was closed in order: it stays for seconds, and a SYN makes a new one of it.
void put_over(nf_conntrack* entry) {
  nfct_set_attr_u8(entry, ATTR_TCP_STATE, TCP_CONNTRACK_CLOSE);
  nfct_set_attr_u8(entry, ATTR_TCP_FLAGS_ORIG, IP_CT_TCP_FLAG_CLOSE_INIT);
  nfct_set_attr_u8(entry, ATTR_TCP_MASK_ORIG, IP_CT_TCP_FLAG_CLOSE_INIT);
}

Handle open_tracker() {
  Handle handle(nfct_open(CONNTRACK, 0));
  if (!handle) throw std::runtime_error("gateway: no netlink socket to the connection tracker");
  return handle;
}

/// The mark it has now; others' bits in it are not ours to change.
int take_mark(nf_conntrack_msg_type /*type*/, nf_conntrack* found, void* mark) {
  *static_cast<std::uint32_t*>(mark) = nfct_get_attr_u32(found, ATTR_MARK);
  return NFCT_CB_STOP;
}

}  // namespace

std::size_t cut(const std::vector<Inspector::Connection>& connections) {
  if (connections.empty()) return 0;
  const Handle handle = open_tracker();
  std::uint32_t now = 0;
  nfct_callback_register(handle.get(), NFCT_T_ALL, &take_mark, &now);
  std::size_t count = 0;
  for (const Inspector::Connection& connection : connections) {
    const Entry entry = entry_of(connection);
    if (nfct_query(handle.get(), NFCT_Q_GET, entry.get()) != 0) {
      if (errno == ENOENT) continue;  // it has ended
      throw std::system_error(errno, std::generic_category(), "gateway: connection tracker");
    }
    nfct_set_attr_u32(entry.get(), ATTR_MARK, (now & ~mark::mask) | mark::refused);
    if (connection.transport == wire::Transport::tcp) put_over(entry.get());
    if (nfct_query(handle.get(), NFCT_Q_UPDATE, entry.get()) == 0) ++count;
  }
  return count;
}

void note_over(const std::vector<Inspector::Connection>& connections) {
  if (connections.empty()) return;
  const Handle handle = open_tracker();
  for (const Inspector::Connection& connection : connections) {
    const Entry entry = entry_of(connection);
    put_over(entry.get());
    // One that has gone from the tracker meanwhile is as over as can be.
    if (nfct_query(handle.get(), NFCT_Q_UPDATE, entry.get()) != 0 && errno != ENOENT)
      throw std::system_error(errno, std::generic_category(), "gateway: connection tracker");
  }
}

}  // namespace edgewatch::enforce
