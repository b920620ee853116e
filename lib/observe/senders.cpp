#include "senders.hpp"

#include <array>
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

Senders::Senders(HashKey hash_key)
    : hash_key_(hash_key),
      multiplier_(siphash_words(hash_key, std::array{std::uint64_t{0}}) | 1U),
      senders_(std::size_t{1} << place_bits) {}

std::uint64_t Senders::key_of(const wire::Datagram& datagram) const {
  // The top bit is always set: no key is 0.
  const std::uint64_t of_source = 1ULL << 63U | static_cast<std::uint64_t>(datagram.source) << 48U;
  if (datagram.source_mac) {
    std::uint64_t number = 0;
    std::memcpy(&number, datagram.source_mac->bytes().data(), datagram.source_mac->bytes().size());
    return of_source | number;
  }
  // Raw IP, or out of a tunnel of IP packets: the sender is whoever has the address.
  constexpr std::uint64_t lower = (1ULL << 48U) - 1;
  return of_source | (siphash(hash_key_, datagram.from.address.bytes()) & lower);
}

Senders::Sender& Senders::sender_of(const wire::Datagram& datagram) {
  const std::uint64_t key = key_of(datagram);
  Sender& sender = senders_[place_of(key)];
  if (sender.key != key) {
    if (sender.all.is_settled()) ++evicted_;
    sender = {key, {}, {}};
  }
  return sender;
}

bool Senders::is_believed(const wire::Datagram& datagram) {
  const wire::Checksum checksum = wire::checksum_of(datagram);
  if (checksum == wire::Checksum::unknown) return true;
  Sender& sender = sender_of(datagram);
  sender.all.count(checksum);
  // Some cards fill in the checksums of packets with payload alone.
  if (datagram.payload_length != 0) sender.loaded.count(checksum);
  const bool offload = sender.all.mostly_bad() || (datagram.payload_length != 0 &&
                                                   sender.loaded.is_settled() && sender.loaded.mostly_bad());
  return checksum == wire::Checksum::good || offload;
}

}  // namespace edgewatch::observe
