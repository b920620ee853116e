#include "senders.hpp"

#include <cstring>

namespace edgewatch::observe {
namespace {

// So that a change of the network card's ways shows within as many packets.
constexpr std::uint32_t longest_memory = 65536;

}  // namespace

void Senders::Tally::count(wire::Checksum checksum) {
  ++(checksum == wire::Checksum::good ? good : bad);
  if (good + bad < longest_memory) return;
  good /= 2;
  bad /= 2;
}

Senders::Senders(HashKey hash_key) : hash_key_(hash_key), senders_(most_senders) {}

Senders::Sender& Senders::sender_of(const wire::Datagram& datagram, Place& place) {
  // The top bit is always set: no key is 0.
  std::uint64_t key = 1ULL << 63U | static_cast<std::uint64_t>(datagram.source) << 48U;
  if (datagram.source_mac) {
    std::array<std::uint8_t, sizeof key> mac{};
    std::memcpy(mac.data(), datagram.source_mac->bytes().data(), datagram.source_mac->bytes().size());
    std::uint64_t number = 0;
    std::memcpy(&number, mac.data(), sizeof number);
    key |= number;
  } else {
    // Raw IP, or out of a tunnel of IP packets: the sender is whoever has the address.
    constexpr std::uint64_t lower = (1ULL << 48U) - 1;
    key |= siphash(hash_key_, datagram.from.address.bytes()) & lower;
  }
  if (place < most_senders && senders_[place].key == key) return senders_[place];
  Recent& recent = recent_[(key ^ key >> 20U ^ key >> 40U) % recent_.size()];
  if (recent.key != key)
    recent = {key, static_cast<Place>(siphash_words(hash_key_, std::array{key}) % most_senders)};
  place = recent.place;
  Sender& sender = senders_[place];
  if (sender.key != key) sender = {key, {}, {}};
  return sender;
}

bool Senders::is_believed(const wire::Datagram& datagram, Place& place) {
  const wire::Checksum checksum = wire::checksum_of(datagram);
  if (checksum == wire::Checksum::unknown) return true;
  Sender& sender = sender_of(datagram, place);
  sender.all.count(checksum);
  // Some cards fill in the checksums of packets with payload alone.
  if (datagram.payload_length != 0) sender.loaded.count(checksum);
  const bool offload = sender.all.mostly_bad() || (datagram.payload_length != 0 &&
                                                   sender.loaded.is_settled() && sender.loaded.mostly_bad());
  return checksum == wire::Checksum::good || offload;
}

}  // namespace edgewatch::observe
