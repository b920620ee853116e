#include "senders.hpp"

#include <cstring>

namespace edgewatch::observe {
namespace {

// So that a change of the network card's ways shows within as many packets.
constexpr std::uint32_t longest_memory = 65536;

}  // namespace

Senders::Senders(HashKey hash_key) : hash_key_(hash_key), senders_(most_senders) {}

Senders::Sender& Senders::sender_of(const wire::Datagram& datagram) {
  // The top bit is always set: no key is 0.
  std::uint64_t key = 1ULL << 63U | static_cast<std::uint64_t>(datagram.source) << 48U;
  if (datagram.source_mac) {
    const Bytes mac = datagram.source_mac->bytes();
    std::memcpy(&key, mac.data(), mac.size());
  }
  std::array<std::uint8_t, sizeof key> bytes{};
  std::memcpy(bytes.data(), &key, sizeof key);
  Sender& sender = senders_[siphash(hash_key_, bytes) % most_senders];
  if (sender.key != key) sender = {key, 0, 0};
  return sender;
}

bool Senders::is_believed(const wire::Datagram& datagram) {
  const wire::Checksum checksum = wire::checksum_of(datagram);
  if (checksum == wire::Checksum::unknown) return true;
  Sender& sender = sender_of(datagram);
  ++(checksum == wire::Checksum::good ? sender.good : sender.bad);
  if (sender.good + sender.bad >= longest_memory) {
    sender.good /= 2;
    sender.bad /= 2;
  }
  return checksum == wire::Checksum::good || sender.bad > sender.good;
}

}  // namespace edgewatch::observe
