#include "edgewatch/enforce/gateway_connections.hpp"

#include "gateway_marks.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
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

/// The mark it has now; others' bits in it are not ours to change. What acknowledges the answer is read too:
/// left behind it would be taken for the answer to what is asked next, and after some hundreds nothing more
/// would fit.
int take_mark(nf_conntrack_msg_type /*type*/, nf_conntrack* found, void* mark) {
  *static_cast<std::uint32_t*>(mark) = nfct_get_attr_u32(found, ATTR_MARK);
  return NFCT_CB_CONTINUE;
}

/// Gives connections verdicts in place of what they had.
class Marks {
 public:
  Marks() { nfct_callback_register(handle_.get(), NFCT_T_ALL, &take_mark, &now_); }
  ~Marks() { nfct_callback_unregister(handle_.get()); }
  Marks(const Marks&) = delete;
  Marks& operator=(const Marks&) = delete;

  /// False where it has ended.
  bool set(const Inspector::Connection& connection, std::uint32_t verdict) {
    const Entry entry = entry_of(connection);
    if (nfct_query(handle_.get(), NFCT_Q_GET, entry.get()) != 0) {
      if (errno == ENOENT) return false;
      throw std::system_error(errno, std::generic_category(), "gateway: connection tracker");
    }
    nfct_set_attr_u32(entry.get(), ATTR_MARK, (now_ & ~mark::mask) | verdict);
    if (verdict == mark::refused && connection.transport == wire::Transport::tcp) put_over(entry.get());
    return nfct_query(handle_.get(), NFCT_Q_UPDATE, entry.get()) == 0;
  }

 private:
  Handle handle_ = open_tracker();
  std::uint32_t now_ = 0;
};

net::IpAddress address_of(const nf_conntrack* entry, nf_conntrack_attr v4, nf_conntrack_attr v6) {
  if (nfct_get_attr_u8(entry, ATTR_L3PROTO) == AF_INET)
    return net::IpAddress::v4(ntohl(nfct_get_attr_u32(entry, v4)));
  return *net::IpAddress::from_bytes(Bytes(static_cast<const std::uint8_t*>(nfct_get_attr(entry, v6)), 16));
}

/// Connections with one of these bits in their mark.
std::vector<Inspector::Connection> with_mark(std::uint32_t bit) {
  const Handle handle = open_tracker();
  std::vector<Inspector::Connection> out;
  const auto take = [](nf_conntrack_msg_type /*type*/, nf_conntrack* entry, void* into) -> int {
    const std::uint8_t protocol = nfct_get_attr_u8(entry, ATTR_L4PROTO);
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) return NFCT_CB_CONTINUE;
    static_cast<std::vector<Inspector::Connection>*>(into)->push_back(
        {{address_of(entry, ATTR_IPV4_SRC, ATTR_IPV6_SRC), ntohs(nfct_get_attr_u16(entry, ATTR_PORT_SRC))},
         {address_of(entry, ATTR_IPV4_DST, ATTR_IPV6_DST), ntohs(nfct_get_attr_u16(entry, ATTR_PORT_DST))},
         protocol == IPPROTO_TCP ? wire::Transport::tcp : wire::Transport::udp});
    return NFCT_CB_CONTINUE;
  };
  nfct_callback_register(handle.get(), NFCT_T_ALL, take, &out);
  const std::unique_ptr<nfct_filter_dump, decltype(&nfct_filter_dump_destroy)> filter(
      nfct_filter_dump_create(), &nfct_filter_dump_destroy);
  if (!filter) throw std::bad_alloc();
  const nfct_filter_dump_mark marked{bit, bit};
  nfct_filter_dump_set_attr(filter.get(), NFCT_FILTER_DUMP_MARK, &marked);
  nfct_filter_dump_set_attr_u8(filter.get(), NFCT_FILTER_DUMP_L3NUM, AF_UNSPEC);
  const int answer = nfct_query(handle.get(), NFCT_Q_DUMP_FILTER, filter.get());
  const int error = errno;
  nfct_callback_unregister(handle.get());
  if (answer != 0) throw std::system_error(error, std::generic_category(), "gateway: connection tracker");
  return out;
}

}  // namespace

std::size_t cut(const std::vector<Inspector::Connection>& connections) {
  if (connections.empty()) return 0;
  Marks marks;
  return static_cast<std::size_t>(
      std::ranges::count_if(connections, [&](const auto& each) { return marks.set(each, mark::refused); }));
}

void release(const std::vector<Inspector::Connection>& connections) {
  if (connections.empty()) return;
  Marks marks;
  for (const Inspector::Connection& each : connections) static_cast<void>(marks.set(each, 0));
}

void forget_refused_datagrams() {
  std::vector<Inspector::Connection> found = with_mark(mark::refused);
  std::erase_if(found, [](const auto& each) { return each.transport != wire::Transport::udp; });
  release(found);
}

void forget_settled(const net::NetworkSet& clients) {
  if (clients.empty()) return;
  std::vector<Inspector::Connection> found = with_mark(mark::settled);
  std::erase_if(found, [&](const auto& each) { return !net::contains(clients, each.client.address); });
  release(found);
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

TrackerRoom tracker_room() {
  TrackerRoom out;
  const auto read = [](const nlattr* attribute, void* into) -> int {
    auto& room = *static_cast<TrackerRoom*>(into);
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type == CTA_STATS_GLOBAL_ENTRIES) room.used = ntohl(mnl_attr_get_u32(attribute));
    if (type == CTA_STATS_GLOBAL_MAX_ENTRIES) room.most = ntohl(mnl_attr_get_u32(attribute));
    return MNL_CB_OK;
  };
  struct CloseSocket {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
  };
  const std::unique_ptr<mnl_socket, CloseSocket> socket(mnl_socket_open(NETLINK_NETFILTER));
  alignas(nlmsghdr) std::array<char, 4096> room{};
  nlmsghdr* ask = mnl_nlmsg_put_header(room.data());
  ask->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8U | IPCTNL_MSG_CT_GET_STATS;
  ask->nlmsg_flags = NLM_F_REQUEST;
  static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(ask, sizeof(nfgenmsg)))->version = NFNETLINK_V0;
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0 ||
      mnl_socket_sendto(socket.get(), ask, ask->nlmsg_len) < 0)
    throw std::system_error(errno, std::generic_category(), "gateway: connection tracker");
  const auto size = mnl_socket_recvfrom(socket.get(), room.data(), room.size());
  const auto* answer = reinterpret_cast<const nlmsghdr*>(room.data());
  if (mnl_nlmsg_ok(answer, static_cast<int>(size)) && answer->nlmsg_type != NLMSG_ERROR)
    mnl_attr_parse(answer, sizeof(nfgenmsg), read, &out);
  return out;
}

}  // namespace edgewatch::enforce
