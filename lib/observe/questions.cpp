#include "questions.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace edgewatch::observe {
namespace {

constexpr std::size_t fewest_rows = 64;
constexpr std::size_t longest_name = 1024;  // 255 bytes, each at most four characters

/// The address that several routers share, each sending from its own: VRRP (RFC 9568 section 7.3), and
/// Cisco's HSRP and GLBP before it.
bool is_of_virtual_router(const net::MacAddress& mac) {
  const auto& b = mac.bytes();
  const std::uint32_t maker = b[0] << 16U | b[1] << 8U | b[2];
  switch (maker) {
    case 0x00005e:
      return b[3] == 0 && (b[4] == 1 || b[4] == 2);
    case 0x00000c:
      return (b[3] == 0x07 && b[4] == 0xac) || (b[3] == 0x9f && (b[4] & 0xf0U) == 0xf0);
    case 0x0007b4:
      return b[3] == 0;
    default:
      return false;
  }
}

/// A device's question and the answer have its address. Where there are none, or a group of routers stands
/// between, they tell nothing.
bool may_be_same(const std::optional<net::MacAddress>& asked,
                 const std::optional<net::MacAddress>& answered) {
  return !asked || !answered || *asked == *answered || is_of_virtual_router(*asked) ||
         is_of_virtual_router(*answered);
}

}  // namespace

Questions::Questions(HashKey hash_key, std::size_t bytes)
    : hash_key_(hash_key),
      places_(std::max(fewest_rows, bytes / (places_a_row * sizeof(Place))) * places_a_row) {}

std::uint64_t Questions::key_of(const Asked& question) const {
  std::array<std::uint8_t, 2 * 18 + 4 + longest_name> bytes{};
  std::uint8_t* at = bytes.data();
  const auto put = [&at](const void* from, std::size_t length) {
    std::memcpy(at, from, length);
    at += length;
  };
  for (const net::Endpoint* end : {&question.client, &question.server}) {
    put(end->address.bytes().data(), end->address.bytes().size());
    put(&end->port, sizeof end->port);
  }
  put(&question.id, sizeof question.id);
  put(&question.qtype, sizeof question.qtype);
  const std::string& name = question.qname.text();
  put(name.data(), std::min(name.size(), longest_name));
  return siphash(hash_key_, Bytes(bytes.data(), static_cast<std::size_t>(at - bytes.data()))) | 1U;
}

void Questions::ask(const Asked& question, Timestamp at) {
  const std::uint64_t key = key_of(question);
  const auto row = std::span(places_).subspan(row_of(key), places_a_row);
  const auto same = std::ranges::find(row, key, &Place::key);
  Place& place = same != row.end() ? *same : *std::ranges::min_element(row, {}, &Place::at);
  if (same == row.end() && place.key != 0 && at <= place.at + patience) ++evicted_;
  place = {key, at, question.mac};
}

Questions::Was Questions::was_asked(const Asked& question, Timestamp at) const {
  const std::uint64_t key = key_of(question);
  const auto row = std::span(places_).subspan(row_of(key), places_a_row);
  const auto place = std::ranges::find(row, key, &Place::key);
  const bool asked = place != row.end() && place->at <= at + patience && at <= place->at + patience;
  if (!asked) return Was::not_asked;
  return may_be_same(place->mac, question.mac) ? Was::asked : Was::asked_elsewhere;
}

}  // namespace edgewatch::observe
