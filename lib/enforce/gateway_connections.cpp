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

/// The mark it has now; others' bits in it are not ours to change.
int take_mark(nf_conntrack_msg_type /*type*/, nf_conntrack* found, void* mark) {
  *static_cast<std::uint32_t*>(mark) = nfct_get_attr_u32(found, ATTR_MARK);
  return NFCT_CB_STOP;
}

}  // namespace

std::size_t cut(const std::vector<Inspector::Connection>& connections) {
  if (connections.empty()) return 0;
  const Handle handle(nfct_open(CONNTRACK, 0));
  if (!handle) throw std::runtime_error("gateway: no netlink socket to the connection tracker");
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
    if (nfct_query(handle.get(), NFCT_Q_UPDATE, entry.get()) == 0) ++count;
  }
  return count;
}

}  // namespace edgewatch::enforce
