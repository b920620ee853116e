#include "edgewatch/capture/source.hpp"

#include "file_format.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

using namespace std::chrono_literals;

constexpr int exit_unavailable = 69;
constexpr int exit_not_permitted = 77;
constexpr int bytes_in_mib = 1024 * 1024;
// How long the kernel may keep a block of the ring that is not full: what a frame may be late.
constexpr int block_timeout_ms = 20;
// How often, and how many times, the ring is looked at again for frames that are counted but not there yet.
constexpr int look_again_ms = 10;
constexpr int most_looks = 100;
// How often an interface that is there may fail to be read on.
constexpr int most_failures = 10;

struct PcapClose {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

SourceError refusal(const std::string& interface, int status, pcap_t* handle) {
  const bool not_permitted = status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED;
  const char* said = pcap_geterr(handle);
  const bool silent = said == nullptr || *said == '\0';
  return {not_permitted ? exit_not_permitted : exit_unavailable,
          fmt::format("{}: cannot be watched: {}{}", interface, silent ? pcap_statustostr(status) : said,
                      not_permitted ? " (CAP_NET_RAW is needed)" : "")};
}

/// What the kernel counted since the last look, modulo 2^32 like its counters.
class Counter {
 public:
  void look(u_int now) { total_ += now - std::exchange(last_, now); }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  void forget() { total_ = 0; }

 private:
  u_int last_ = 0;
  std::uint64_t total_ = 0;
};

/// A handle of libpcap on one interface, and the exact count of what went into it: each packet that the
/// kernel let in was either given or dropped.
class Ring {
 public:
  Ring(const std::string& interface, const LiveOptions& options)
      : interface_(interface), is_promiscuous_(options.promiscuous), is_immediate_(options.immediate) {
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    handle_.reset(pcap_create(interface.c_str(), why.data()));
    if (!handle_) throw cannot_be_watched(why.data());
    pcap_set_snaplen(handle_.get(), options.snap_length);
    pcap_set_promisc(handle_.get(), options.promiscuous ? 1 : 0);
    pcap_set_buffer_size(handle_.get(), options.ring_mib * bytes_in_mib);
    // Immediate mode costs the ring of blocks (libpcap then falls back to TPACKET_V2), so it is a choice.
    pcap_set_immediate_mode(handle_.get(), options.immediate ? 1 : 0);
    pcap_set_timeout(handle_.get(), block_timeout_ms);
    const int status = pcap_activate(handle_.get());
    if (status < 0) throw refusal(interface, status, handle_.get());
    // With a ring of blocks libpcap may wait for ever on a silent wire; so the waiting is done here, by poll.
    if (pcap_setnonblock(handle_.get(), 1, why.data()) != 0) throw cannot_be_watched(why.data());
    descriptor_ = pcap_get_selectable_fd(handle_.get());
    link_ = link_type_in_file(static_cast<std::uint32_t>(pcap_datalink(handle_.get())));
    if (const auto bound = bound_to()) {
      hardware_ = bound->sll_hatype;
      number_ = bound->sll_ifindex;
    }
  }

  struct Packet {
    const pcap_pkthdr* header;
    const u_char* bytes;
  };
  /// The next packet that is there; its bytes are good until the next call. Throws SourceError.
  std::optional<Packet> take() {
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int got = pcap_next_ex(handle_.get(), &header, &bytes);
    if (got == 1) {
      ++taken_;
      return Packet{header, bytes};
    }
    if (got == 0) return std::nullopt;
    throw SourceError(exit_unavailable, fmt::format("{}: {}", interface_, pcap_geterr(handle_.get())));
  }

  /// Up to so many that are there, each where it lies in the ring and good only for its call: `take()` has
  /// libpcap copy it, which for the joined frames of a fast wire is most of the work.
  std::size_t give(std::size_t most, const std::function<void(const Packet&)>& take) {
    struct Call {
      Ring* ring;
      const std::function<void(const Packet&)>* take;
      std::size_t given = 0;
      std::exception_ptr thrown;
    } call{this, &take, 0, nullptr};
    const auto on_packet = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
      auto& to = *reinterpret_cast<Call*>(user);
      if (to.thrown) return;  // counted neither as taken nor as given: told as lost
      ++to.ring->taken_;
      ++to.given;
      try {
        (*to.take)({header, bytes});
      } catch (...) {  // libpcap's frames are no place to unwind
        to.thrown = std::current_exception();
        pcap_breakloop(to.ring->handle_.get());
      }
    };
    const int got =
        pcap_dispatch(handle_.get(), static_cast<int>(most), on_packet, reinterpret_cast<u_char*>(&call));
    if (call.thrown) std::rethrow_exception(call.thrown);
    if (got == PCAP_ERROR)  // also behind frames that were given: libpcap would give the same ones again
      throw SourceError(exit_unavailable, fmt::format("{}: {}", interface_, pcap_geterr(handle_.get())));
    return call.given;
  }

  /// Whether a packet came within that time.
  [[nodiscard]] bool wait(std::chrono::milliseconds longest) const {
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(longest.count())) != 0;
  }

  /// From here on nothing new is let in. (A packet that another processor has in its hands is waited for.)
  void shut() {
    sock_filter nothing{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &nothing};
    if (::setsockopt(descriptor_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0) {
      throw cannot_be_watched(std::strerror(errno));
    }
    ::poll(nullptr, 0, 1);
  }
  void open() {
    int unused = 0;
    if (::setsockopt(descriptor_, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)) != 0) {
      throw cannot_be_watched(std::strerror(errno));
    }
  }
  /// Throws away what is in a ring that is shut, and counts from nothing.
  void empty() {
    for (int look = 0; look < most_looks && waiting() != 0; ++look) {
      while (take()) continue;
      ::poll(nullptr, 0, look_again_ms);
    }
    received_.forget();
    dropped_.forget();
    taken_ = 0;
  }

  /// Binds the socket to whatever has the interface's name now, where it is not: the kernel unbinds it from
  /// one that it takes away. Nothing is let in before `open()`.
  PacketSource::Resumed bind_again() {
    using Resumed = PacketSource::Resumed;
    ifreq request{};
    interface_.copy(request.ifr_name, IFNAMSIZ - 1);
    if (::ioctl(descriptor_, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) == 0) {
      return Resumed::not_yet;
    }
    if (::ioctl(descriptor_, SIOCGIFINDEX, &request) != 0) return Resumed::not_yet;
    const auto bound = bound_to();
    if (bound && bound->sll_ifindex == request.ifr_ifindex && number_ == request.ifr_ifindex)
      return Resumed::yes;
    // Frames of a ring without blocks have the length that those of the first interface could have.
    if (is_immediate_) return Resumed::never;
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;  // of the protocols that it had
    to.sll_ifindex = request.ifr_ifindex;
    if (::ioctl(descriptor_, SIOCGIFHWADDR, &request) != 0) return Resumed::not_yet;
    if (request.ifr_hwaddr.sa_family != hardware_) return Resumed::never;
    int told = 0;  // that it went away; libpcap is not to read it of the one that is there
    socklen_t size = sizeof(told);
    static_cast<void>(::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &told, &size));
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
      return errno == EINVAL ? Resumed::never : Resumed::not_yet;
    }
    if (is_promiscuous_) {
      packet_mreq all{};
      all.mr_type = PACKET_MR_PROMISC;
      all.mr_ifindex = number_;  // where another got the name it is still there
      static_cast<void>(::setsockopt(descriptor_, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &all, sizeof(all)));
      all.mr_ifindex = to.sll_ifindex;
      if (::setsockopt(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) != 0) {
        throw cannot_be_watched(std::strerror(errno));
      }
    }
    number_ = to.sll_ifindex;
    return Resumed::yes;
  }

  /// Packets let in that were not given: those that the kernel dropped, and those that still wait.
  [[nodiscard]] std::uint64_t not_taken() {
    look();
    return received_.total() - std::min(received_.total(), taken_);
  }
  [[nodiscard]] std::uint64_t dropped() {
    look();
    return dropped_.total();
  }
  [[nodiscard]] std::uint64_t waiting() {
    const std::uint64_t left = not_taken();
    return left - std::min(left, dropped_.total());
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] net::LinkType link() const { return link_; }

 private:
  [[nodiscard]] std::optional<sockaddr_ll> bound_to() const {
    sockaddr_ll at{};
    socklen_t size = sizeof(at);
    if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size) != 0) return std::nullopt;
    return at;
  }
  void look() {
    pcap_stat counters{};
    if (pcap_stats(handle_.get(), &counters) != 0) return;
    received_.look(counters.ps_recv);  // on Linux with those dropped
    dropped_.look(counters.ps_drop);
  }
  [[nodiscard]] SourceError cannot_be_watched(const char* why) const {
    return {exit_unavailable, fmt::format("{}: cannot be watched: {}", interface_, why)};
  }

  std::string interface_;
  bool is_promiscuous_;
  bool is_immediate_;
  unsigned short hardware_ = 0;  ///< ARPHRD_
  int number_ = 0;               ///< of the interface that was bound to whole
  std::unique_ptr<pcap_t, PcapClose> handle_;
  int descriptor_ = -1;
  net::LinkType link_ = net::LinkType::ethernet;
  Counter received_, dropped_;
  std::uint64_t taken_ = 0;
};

class LiveSource final : public PacketSource {
 public:
  LiveSource(const std::string& interface, std::uint16_t source, const LiveOptions& options)
      : name_(interface),
        source_(source),
        wait_(options.wait),
        group_(options.group),
        ring_(std::make_unique<Ring>(interface, options)) {
    if (!group_) return;
    // Until it has joined, this socket gets every packet, which the others get too: those are thrown away.
    ring_->shut();
    ring_->empty();
    group_->join(ring_->descriptor(), interface);
    joined_ = true;
    ring_->open();
  }
  ~LiveSource() override {
    ring_.reset();
    if (joined_) group_->leave();
  }
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;

  Step next() override {
    try {
      if (!failure_) return stopped_ ? next_of_rest() : next_of_wire();
    } catch (const SourceError& error) {
      failure_ = error;
    }
    // What was let in and will not be read any more is lost, and is said before the reason.
    if (!std::exchange(rest_told_, true)) {
      if (const auto loss = rest_as_loss()) return *loss;
    }
    throw SourceError(*failure_);
  }

  std::size_t give(std::size_t most, const Taker& take) override {
    if (failure_ || stopped_ || is_loss_due()) return 0;
    const std::function<void(const Ring::Packet&)> on_packet = [&](const Ring::Packet& packet) {
      take(frame(packet));
    };
    try {
      has_waited_ = false;
      if (const std::size_t given = ring_->give(most, on_packet)) return given;
      if (!ring_->wait(wait_)) waited_ += wait_;
      const std::size_t given = ring_->give(most, on_packet);
      has_waited_ = given == 0;
      return given;
    } catch (const SourceError& error) {
      failure_ = error;
      return 0;  // next() says what was lost, and then the reason
    }
  }

  void stop() override { stopped_ = true; }

  Resumed resume() override {
    try {
      ring_->shut();
      if (const Resumed resumed = ring_->bind_again(); resumed != Resumed::yes) return resumed;
      const std::uint64_t left = ring_->not_taken();
      untold_ += left - std::min(left, told_);
      told_ = left;  // also where it takes another try
      ring_->empty();
      told_ = 0;
      ring_->open();
    } catch (const SourceError&) {
      // libpcap may have to say more than once that the interface was taken away. What it says for ever, as
      // of a frame that it refuses, only another ring ends.
      return ++failed_to_resume_ < most_failures ? Resumed::not_yet : Resumed::never;
    }
    failed_to_resume_ = 0;
    failure_.reset();
    rest_told_ = false;
    return Resumed::yes;
  }

  const std::string& name() const override { return name_; }

 private:
  Step next_of_wire() {
    if (const auto loss = due_loss()) return *loss;
    if (const auto packet = ring_->take()) return frame(*packet);
    if (std::exchange(has_waited_, false)) return Idle{};
    if (!ring_->wait(wait_)) waited_ += wait_;
    if (const auto packet = ring_->take()) return frame(*packet);
    return Idle{};
  }

  Step next_of_rest() {
    if (!shut_) ring_->shut();
    shut_ = true;
    for (; looks_ < most_looks; ++looks_) {
      if (const auto packet = ring_->take()) return frame(*packet);
      if (ring_->waiting() == 0) break;
      static_cast<void>(ring_->wait(std::chrono::milliseconds(look_again_ms)));
    }
    if (const auto loss = rest_as_loss()) return *loss;
    return EndOfInput{};
  }

  net::Frame frame(const Ring::Packet& packet) {
    net::Frame out;
    out.at = stamp_of(packet.header->ts.tv_sec, static_cast<std::uint64_t>(packet.header->ts.tv_usec));
    out.link = ring_->link();
    out.bytes = Bytes(packet.bytes, packet.header->caplen);
    out.wire_length = packet.header->len;
    out.source = source_;
    out.number = ++frames_;
    last_ = std::max(last_.value_or(out.at), out.at);
    return out;
  }

  [[nodiscard]] bool is_loss_due() const {
    return untold_ != 0 || (last_ && (*last_ >= asked_ + 1s || waited_ >= 1s));
  }

  /// The kernel's drop counter, asked once in a second of stamps, or of waiting on a silent wire; no clock is
  /// asked.
  std::optional<net::FrameLoss> due_loss() {
    if (!is_loss_due()) return std::nullopt;
    if (untold_ != 0) return loss_of(std::exchange(untold_, 0));
    asked_ = *last_;
    waited_ = 0ms;
    return loss_up_to(ring_->dropped());
  }

  std::optional<net::FrameLoss> rest_as_loss() { return loss_up_to(ring_->not_taken()); }

  std::optional<net::FrameLoss> loss_up_to(std::uint64_t lost) {
    if (lost <= told_) return std::nullopt;
    return loss_of(lost - std::exchange(told_, lost));
  }

  [[nodiscard]] net::FrameLoss loss_of(std::uint64_t frames) const {
    net::FrameLoss loss;
    loss.at = last_.value_or(Timestamp{});
    loss.source = source_;
    loss.lost_in_kernel = frames;
    return loss;
  }

  std::string name_;
  std::uint16_t source_;
  std::chrono::milliseconds wait_;
  std::shared_ptr<FanoutGroup> group_;
  std::unique_ptr<Ring> ring_;
  bool joined_ = false;
  std::uint64_t frames_ = 0;
  std::optional<Timestamp> last_;
  Timestamp asked_{};
  std::chrono::milliseconds waited_{0};
  bool has_waited_ = false;   ///< give() has, for nothing
  std::uint64_t told_ = 0;    ///< losses reported so far, of what the ring counts
  std::uint64_t untold_ = 0;  ///< lost when the ring was emptied, beyond those
  int failed_to_resume_ = 0;
  bool stopped_ = false;
  bool shut_ = false;
  int looks_ = 0;
  std::optional<SourceError> failure_;
  bool rest_told_ = false;  ///< after a failure
};

}  // namespace

void FanoutGroup::join(int descriptor, const std::string& interface) {
  const std::lock_guard lock(mutex_);
  // Not PACKET_FANOUT_FLAG_DEFRAG: see the README.
  const std::uint32_t mode =
      members_ == 0 ? PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_UNIQUEID : PACKET_FANOUT_HASH;
  const std::uint32_t wish = (mode << 16U) | (members_ == 0 ? 0U : id_);
  std::uint32_t got = 0;
  socklen_t size = sizeof(got);
  if (::setsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &wish, sizeof(wish)) != 0 ||
      ::getsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &got, &size) != 0) {
    throw SourceError(exit_unavailable, fmt::format("{}: cannot be watched by several threads: {}", interface,
                                                    std::strerror(errno)));
  }
  id_ = static_cast<std::uint16_t>(got & 0xffffU);
  ++members_;
}

void FanoutGroup::leave() {
  const std::lock_guard lock(mutex_);
  --members_;
}

void look_for(const std::string& interface) {
  if (interface == "any") return;  // libpcap's word for all of them
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  const int asks = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool is_there = asks >= 0 && ::ioctl(asks, SIOCGIFFLAGS, &request) == 0;
  const int why = errno;
  if (asks >= 0) ::close(asks);
  if (is_there && (request.ifr_flags & IFF_UP) != 0) return;
  throw SourceError(exit_unavailable, fmt::format("{}: cannot be watched: {}", interface,
                                                  is_there ? "it is down" : std::strerror(why)));
}

std::unique_ptr<PacketSource> open_interface(const std::string& interface, std::uint16_t source,
                                             const LiveOptions& options) {
  return std::make_unique<LiveSource>(interface, source, options);
}

}  // namespace edgewatch::capture
