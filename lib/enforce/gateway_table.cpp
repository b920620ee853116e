#include "edgewatch/enforce/gateway_table.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <nftables/libnftables.h>
#include <poll.h>

namespace edgewatch::enforce {
namespace {

constexpr std::uint8_t inet = 1;  // NFPROTO_INET
constexpr std::size_t message_room = std::size_t{16} * 1024;

struct FreeContext {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};
struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, CloseSocket>;

Socket open_socket() {
  Socket socket(mnl_socket_open(NETLINK_NETFILTER));
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
    throw std::runtime_error("gateway: no netlink socket to the kernel's rules");
  return socket;
}

/// Messages to nf_tables, one behind the other, and what the kernel answers.
class Messages {
 public:
  nlmsghdr* add(std::uint16_t type, std::uint16_t flags, std::uint8_t family, std::uint16_t resource) {
    finish();
    last_ = mnl_nlmsg_put_header(room_.data() + used_);
    last_->nlmsg_type = type;
    last_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    last_->nlmsg_seq = ++sequence_;
    auto* head = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(last_, sizeof(nfgenmsg)));
    head->nfgen_family = family;
    head->version = NFNETLINK_V0;
    head->res_id = htons(resource);
    return last_;
  }
  /// Sends them all and gives each part of the answer to `take`; throws what the kernel refused. The answer
  /// is that to the message of number `asked`, from 1.
  template <class Take>
  void exchange(unsigned asked, Take take) {
    finish();
    const Socket socket = open_socket();
    if (mnl_socket_sendto(socket.get(), room_.data(), used_) < 0) fail();
    const auto callback = [](const nlmsghdr* message, void* taker) {
      (*static_cast<Take*>(taker))(message);
      return MNL_CB_OK;
    };
    int more = MNL_CB_OK;
    while (more > MNL_CB_STOP) {
      const auto size = mnl_socket_recvfrom(socket.get(), room_.data(), room_.size());
      if (size < 0) fail();
      more = mnl_cb_run(room_.data(), static_cast<std::size_t>(size), asked,
                        mnl_socket_get_portid(socket.get()), callback, &take);
    }
    if (more < 0) fail();
  }

 private:
  void finish() {
    if (last_ != nullptr) used_ += last_->nlmsg_len;
    last_ = nullptr;
  }
  [[noreturn]] static void fail() {
    throw std::system_error(errno, std::generic_category(), "gateway: the kernel refused a rule");
  }
  std::array<char, message_room> room_{};
  std::size_t used_ = 0;
  nlmsghdr* last_ = nullptr;
  unsigned sequence_ = 0;
};

constexpr std::uint16_t message_of(std::uint16_t type) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8U | type);
}

/// A rule of one expression at the head of the chain: the target NFQUEUE of iptables.
void put_queue(std::string_view chain, std::uint16_t queue, bool bypass) {
  Messages messages;
  messages.add(NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES);
  nlmsghdr* rule = messages.add(message_of(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_ACK, inet, 0);
  mnl_attr_put_strz(rule, NFTA_RULE_TABLE, std::string(gateway_table).c_str());
  mnl_attr_put_strz(rule, NFTA_RULE_CHAIN, std::string(chain).c_str());
  nlattr* expressions = mnl_attr_nest_start(rule, NFTA_RULE_EXPRESSIONS);
  nlattr* expression = mnl_attr_nest_start(rule, NFTA_LIST_ELEM);
  mnl_attr_put_strz(rule, NFTA_EXPR_NAME, "target");
  nlattr* target = mnl_attr_nest_start(rule, NFTA_EXPR_DATA);
  const xt_NFQ_info_v3 info{queue, 1, static_cast<std::uint16_t>(bypass ? NFQ_FLAG_BYPASS : 0)};
  mnl_attr_put_strz(rule, NFTA_TARGET_NAME, "NFQUEUE");
  mnl_attr_put_u32(rule, NFTA_TARGET_REV, htonl(3));
  mnl_attr_put(rule, NFTA_TARGET_INFO, sizeof info, &info);
  mnl_attr_nest_end(rule, target);
  mnl_attr_nest_end(rule, expression);
  mnl_attr_nest_end(rule, expressions);
  messages.add(NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES);
  messages.exchange(2, [](const nlmsghdr*) {});
}

/// Of all rules of this machine: with each change of anybody's it is another.
std::uint32_t generation_there() {
  Messages messages;
  messages.add(message_of(NFT_MSG_GETGEN), NLM_F_ACK, inet, 0);
  std::uint32_t generation = 0;
  const auto take = [](const nlattr* attribute, void* out) {
    if (mnl_attr_get_type(attribute) == NFTA_GEN_ID)
      *static_cast<std::uint32_t*>(out) = ntohl(mnl_attr_get_u32(attribute));
    return MNL_CB_OK;
  };
  messages.exchange(
      1, [&](const nlmsghdr* message) { mnl_attr_parse(message, sizeof(nfgenmsg), take, &generation); });
  return generation;
}

void append(const nlattr* attribute, std::string& out) {
  out.append(reinterpret_cast<const char*>(attribute), mnl_attr_get_len(attribute));
}

/// What counts of our table itself: whether it is asleep.
void add_table(std::string& out) {
  Messages messages;
  nlmsghdr* ask = messages.add(message_of(NFT_MSG_GETTABLE), NLM_F_ACK, inet, 0);
  mnl_attr_put_strz(ask, NFTA_TABLE_NAME, std::string(gateway_table).c_str());
  const auto take = [](const nlattr* attribute, void* to) {
    if (mnl_attr_get_type(attribute) == NFTA_TABLE_FLAGS) append(attribute, *static_cast<std::string*>(to));
    return MNL_CB_OK;
  };
  messages.exchange(1,
                    [&](const nlmsghdr* message) { mnl_attr_parse(message, sizeof(nfgenmsg), take, &out); });
}

/// What counts of its chains; how often one is used, the rules say.
void add_chains(std::string& out) {
  Messages messages;
  messages.add(message_of(NFT_MSG_GETCHAIN), NLM_F_DUMP, inet, 0);
  struct Chain {
    bool is_ours = false;
    std::string said;
  };
  const auto take = [](const nlattr* attribute, void* to) {
    auto& chain = *static_cast<Chain*>(to);
    const auto type = mnl_attr_get_type(attribute);
    if (type == NFTA_CHAIN_TABLE) chain.is_ours = mnl_attr_get_str(attribute) == gateway_table;
    if (type == NFTA_CHAIN_NAME || type == NFTA_CHAIN_HOOK || type == NFTA_CHAIN_POLICY)
      append(attribute, chain.said);
    return MNL_CB_OK;
  };
  messages.exchange(1, [&](const nlmsghdr* message) {
    Chain chain;
    mnl_attr_parse(message, sizeof(nfgenmsg), take, &chain);
    if (chain.is_ours) out += chain.said;
  });
}

/// What its rules say, in their order, but not by which numbers the kernel knows them: those are others each
/// time that they are made.
void add_rules(std::string& out) {
  Messages messages;
  nlmsghdr* ask = messages.add(message_of(NFT_MSG_GETRULE), NLM_F_DUMP, inet, 0);
  mnl_attr_put_strz(ask, NFTA_RULE_TABLE, std::string(gateway_table).c_str());
  const auto take = [](const nlattr* attribute, void* to) {
    const auto type = mnl_attr_get_type(attribute);
    if (type != NFTA_RULE_HANDLE && type != NFTA_RULE_POSITION)
      append(attribute, *static_cast<std::string*>(to));
    return MNL_CB_OK;
  };
  messages.exchange(1,
                    [&](const nlmsghdr* message) { mnl_attr_parse(message, sizeof(nfgenmsg), take, &out); });
}

/// The elements of a set, as the kernel says them.
void add_elements(const std::string& set, std::string& out) {
  Messages messages;
  nlmsghdr* ask = messages.add(message_of(NFT_MSG_GETSETELEM), NLM_F_DUMP, inet, 0);
  mnl_attr_put_strz(ask, NFTA_SET_ELEM_LIST_TABLE, std::string(gateway_table).c_str());
  mnl_attr_put_strz(ask, NFTA_SET_ELEM_LIST_SET, set.c_str());
  messages.exchange(1, [&](const nlmsghdr* message) {
    const auto* attributes =
        static_cast<const char*>(mnl_nlmsg_get_payload_offset(message, sizeof(nfgenmsg)));
    out.append(attributes, static_cast<const char*>(mnl_nlmsg_get_payload_tail(message)));
  });
}

/// All that is in our table but for its counters, to be compared: of the table itself whether it is asleep,
/// of chains where they hook in and what becomes of what no rule decides.
struct Contents {
  std::string fixed;   ///< what is the same as long as the daemon runs; empty where the table is gone
  std::string closed;  ///< who waits for verdicts
  bool operator==(const Contents&) const = default;
};

Contents read_contents() {
  Contents out;
  add_table(out.fixed);
  add_chains(out.fixed);
  add_rules(out.fixed);
  for (const std::string& set : gateway_sets())
    add_elements(set, set.starts_with("closed") ? out.closed : out.fixed);
  return out;
}

Contents contents_there() {
  constexpr int most_tries = 20;  // while others change rules, an answer may be cut short
  for (int tries = 1;; ++tries) {
    try {
      return read_contents();
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::no_such_file_or_directory) return {};
      if (error.code() != std::errc::interrupted || tries == most_tries) throw;
    }
  }
}

Socket open_monitor() {
  Socket socket(mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK));
  const bool is_open =
      socket && mnl_socket_bind(socket.get(), 1U << (NFNLGRP_NFTABLES - 1U), MNL_SOCKET_AUTOPID) == 0;
  if (!is_open && errno == EPERM) {
    throw std::runtime_error(
        "gateway: no right to the kernel's rules (CAP_NET_ADMIN); copy /usr/share/edgewatch/gateway.conf to "
        "/etc/systemd/system/edgewatchd.service.d, then systemctl daemon-reload and restart");
  }
  if (!is_open) throw std::runtime_error("gateway: the kernel does not say when rules are changed");
  return socket;
}

/// `counter queued { packets 12 bytes 345 }`, as nft prints it.
std::uint64_t packets_of(std::string_view listing, std::string_view counter) {
  constexpr std::string_view word = "packets ";
  const std::size_t head = listing.find(fmt::format("counter {} {{", counter));
  const std::size_t at = head == std::string_view::npos ? head : listing.find(word, head);
  std::uint64_t value = 0;
  if (at != std::string_view::npos)
    std::from_chars(listing.data() + at + word.size(), listing.data() + listing.size(), value);
  return value;
}

/// Each for one command: what a context read of the kernel once it would show again, counters above all.
std::unique_ptr<nft_ctx, FreeContext> open_context() {
  std::unique_ptr<nft_ctx, FreeContext> context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context) throw std::runtime_error("gateway: libnftables does not start");
  nft_ctx_buffer_output(context.get());
  nft_ctx_buffer_error(context.get());
  return context;
}

}  // namespace

class GatewayTable::Impl {
 public:
  Impl() {
    const auto context = open_context();
    nft_ctx_set_dry_run(context.get(), true);
    constexpr const char* probe =
        "add table inet edgewatch_probe\nadd chain inet edgewatch_probe c\n"
        "add rule inet edgewatch_probe c queue flags bypass to 610\n";
    nft_has_queue_ = nft_run_cmd_from_buffer(context.get(), probe) == 0;
  }

  static std::string run(const std::string& text) {
    const auto context = open_context();
    if (nft_run_cmd_from_buffer(context.get(), text.c_str()) != 0) {
      const std::string said = nft_ctx_get_error_buffer(context.get());
      throw std::runtime_error(fmt::format("gateway: nft: {}", said.substr(0, said.find('\n'))));
    }
    return nft_ctx_get_output_buffer(context.get());
  }

  void apply(RulesetOptions options, const net::NetworkSet& closed) {
    options.nft_has_queue = nft_has_queue_;
    for (int tries = 1;; ++tries) {
      const std::uint32_t before = generation_there();
      const std::uint32_t changes = make(options, closed);
      Contents now = contents_there();
      const bool nobody_else = generation_there() == before + changes;
      const bool as_before = ours_ && now.fixed == ours_->fixed;
      // What others put into our table stays in one that is only emptied.
      if (nobody_else && ours_ && !as_before && !anew_) {
        anew_ = true;
        continue;
      }
      // Who changes rules all the time keeps nobody from having ours.
      constexpr int most_tries = 5;
      if (nobody_else || as_before || (tries >= most_tries && !now.fixed.empty())) {
        ours_ = std::move(now);
        anew_ = false;
        return;
      }
      if (tries >= most_tries)
        throw std::runtime_error("gateway: our table is taken away as soon as it is made");
    }
  }

  void change(const std::string& text) {
    constexpr int most_tries = 5;  // until nobody else changed rules in the same moment
    for (int tries = 1;; ++tries) {
      const std::uint32_t before = generation_there();
      run(text);
      Contents now = contents_there();
      const std::uint32_t changes = generation_there() - before;
      // To the kernel a change that leaves all as it was (nobody waited, and nobody does) is none.
      if (changes > 1 && tries < most_tries) continue;
      if (ours_) ours_->closed = std::move(now.closed);
      return;
    }
  }

  bool is_whole() {
    forget_changes();
    const std::uint32_t generation = generation_there();
    if (ours_ && generation == generation_) return true;
    if (!ours_ || contents_there() != *ours_) return false;
    generation_ = generation;
    return true;
  }

  [[nodiscard]] bool wait_for_change(std::chrono::milliseconds most) const {
    pollfd ready{mnl_socket_get_fd(monitor_.get()), POLLIN, 0};
    return poll(&ready, 1, static_cast<int>(most.count())) > 0;
  }

  [[nodiscard]] bool nft_has_queue() const { return nft_has_queue_; }

 private:
  /// Gives how many changes that are to the kernel.
  std::uint32_t make(const RulesetOptions& options, const net::NetworkSet& closed) {
    const std::string rules = gateway_ruleset(options, closed);
    if (!anew_) {
      try {
        run(rules);
      } catch (const std::runtime_error&) {
        anew_ = true;  // what others made of a chain may not be changed back
      }
    }
    if (anew_) run(no_gateway_ruleset() + rules);
    if (nft_has_queue_) return 1;
    put_queue(open_chain, options.open_queue, true);
    put_queue(closed_chain, options.closed_queue, false);
    put_queue(syn_chain, options.syn_queue, true);
    return 4;
  }
  void forget_changes() const {
    std::array<char, message_room> room;
    while (mnl_socket_recvfrom(monitor_.get(), room.data(), room.size()) > 0 || errno == ENOBUFS) {
    }
  }

  Socket monitor_ = open_monitor();
  bool nft_has_queue_ = false;
  std::uint32_t generation_ = 0;  ///< in which our table was last seen to be whole
  std::optional<Contents> ours_;
  bool anew_ = false;  ///< emptied our table would not do: it is taken away and made
};

GatewayTable::GatewayTable() : impl_(std::make_unique<Impl>()) {}
GatewayTable::~GatewayTable() = default;

bool GatewayTable::nft_has_queue() const { return impl_->nft_has_queue(); }
void GatewayTable::apply(RulesetOptions options, const net::NetworkSet& closed) {
  impl_->apply(std::move(options), closed);
}
void GatewayTable::replace_closed(const net::NetworkSet& clients) { impl_->change(closed_clients(clients)); }
void GatewayTable::add_closed(const net::NetworkSet& clients) {
  if (const std::string text = more_closed_clients(clients); !text.empty()) impl_->change(text);
}
bool GatewayTable::is_whole() { return impl_->is_whole(); }
bool GatewayTable::wait_for_change(std::chrono::milliseconds most) const {
  return impl_->wait_for_change(most);
}
bool GatewayTable::is_there() const { return !contents_there().fixed.empty(); }
void GatewayTable::remove() { impl_->run(no_gateway_ruleset()); }

GatewayTraffic GatewayTable::take_traffic() {
  const std::string listing = impl_->run(fmt::format("reset counters table inet {}", gateway_table));
  if (listing.find("counter queued") == std::string::npos)
    throw std::runtime_error("gateway: our table is gone from the kernel");
  return {packets_of(listing, "queued"), packets_of(listing, "unjudged"), packets_of(listing, "refused"),
          packets_of(listing, "invalid")};
}

}  // namespace edgewatch::enforce
