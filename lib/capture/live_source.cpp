#include "edgewatch/capture/source.hpp"

#include "pcap_handle.hpp"

#include <array>
#include <cerrno>
#include <optional>

#include <fmt/format.h>
#include <poll.h>

namespace edgewatch::capture {
namespace {

using namespace std::chrono_literals;

constexpr int exit_unavailable = 69;
constexpr int exit_not_permitted = 77;
constexpr int bytes_in_mib = 1024 * 1024;
// How long the kernel may keep a block of the ring that is not full: what a frame may be late.
constexpr int block_timeout_ms = 20;

SourceError refusal(const std::string& interface, int status, pcap_t* handle) {
  const bool not_permitted = status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED;
  const char* said = pcap_geterr(handle);
  const bool silent = said == nullptr || *said == '\0';
  return {not_permitted ? exit_not_permitted : exit_unavailable,
          fmt::format("{}: cannot be watched: {}{}", interface, silent ? pcap_statustostr(status) : said,
                      not_permitted ? " (CAP_NET_RAW is needed)" : "")};
}

class LiveSource final : public PacketSource {
 public:
  LiveSource(const std::string& interface, std::uint16_t source, const LiveOptions& options)
      : name_(interface), source_(source), wait_(options.wait) {
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    handle_.reset(pcap_create(interface.c_str(), why.data()));
    if (!handle_) {
      throw SourceError(exit_unavailable, fmt::format("{}: cannot be watched: {}", interface, why.data()));
    }
    pcap_set_snaplen(handle_.get(), options.snap_length);
    pcap_set_promisc(handle_.get(), options.promiscuous ? 1 : 0);
    pcap_set_buffer_size(handle_.get(), options.ring_mib * bytes_in_mib);
    // Immediate mode costs the ring of blocks (libpcap then falls back to TPACKET_V2), so it is a choice.
    pcap_set_immediate_mode(handle_.get(), options.immediate ? 1 : 0);
    pcap_set_timeout(handle_.get(), block_timeout_ms);
    const int status = pcap_activate(handle_.get());
    if (status < 0) throw refusal(interface, status, handle_.get());
    // With a ring of blocks libpcap may wait for ever on a silent wire; so the waiting is done here, by poll.
    if (pcap_setnonblock(handle_.get(), 1, why.data()) != 0) {
      throw SourceError(exit_unavailable, fmt::format("{}: cannot be watched: {}", interface, why.data()));
    }
    descriptor_ = pcap_get_selectable_fd(handle_.get());
    link_ = link_type_of(pcap_datalink(handle_.get()));
  }

  Step next() override {
    if (const auto loss = due_loss()) return *loss;
    for (int attempt = 0; attempt < 2; ++attempt) {
      pcap_pkthdr* header = nullptr;
      const u_char* bytes = nullptr;
      const int got = pcap_next_ex(handle_.get(), &header, &bytes);
      if (got == 1) return frame(*header, bytes);
      if (got != 0) {
        throw SourceError(exit_unavailable,
                          fmt::format("{}: {}", name_, pcap_geterr(handle_.get())));  // gone, or taken down
      }
      if (attempt == 0) wait();
    }
    return Idle{};
  }

  const std::string& name() const override { return name_; }

 private:
  net::Frame frame(const pcap_pkthdr& header, const u_char* bytes) {
    const net::Frame out = frame_of(header, bytes, link_, source_, ++frames_);
    last_ = std::max(last_.value_or(out.at), out.at);
    return out;
  }

  void wait() {
    pollfd entry{descriptor_, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(wait_.count()));
    if (ready == 0) waited_ += wait_;
  }

  /// The kernel's drop counter, asked once in a second of stamps, or of waiting on a silent wire; no clock is
  /// asked.
  std::optional<net::FrameLoss> due_loss() {
    if (!last_ || (*last_ < asked_ + 1s && waited_ < 1s)) return std::nullopt;
    asked_ = *last_;
    waited_ = 0ms;
    pcap_stat counters{};
    if (pcap_stats(handle_.get(), &counters) != 0) return std::nullopt;
    const u_int dropped = counters.ps_drop - dropped_;  // modulo 2^32, like the counter
    dropped_ = counters.ps_drop;
    if (dropped == 0) return std::nullopt;
    net::FrameLoss loss;
    loss.at = *last_;
    loss.source = source_;
    loss.lost_in_kernel = dropped;
    return loss;
  }

  std::string name_;
  std::uint16_t source_;
  std::chrono::milliseconds wait_;
  PcapHandle handle_;
  int descriptor_ = -1;
  net::LinkType link_ = net::LinkType::ethernet;
  std::uint64_t frames_ = 0;
  std::optional<Timestamp> last_;
  Timestamp asked_{};
  std::chrono::milliseconds waited_{0};
  u_int dropped_ = 0;
};

}  // namespace

std::unique_ptr<PacketSource> open_interface(const std::string& interface, std::uint16_t source,
                                             const LiveOptions& options) {
  return std::make_unique<LiveSource>(interface, source, options);
}

}  // namespace edgewatch::capture
