#include "questions.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

namespace edgewatch::observe {
namespace {

constexpr std::size_t fewest_rows = 64;

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
      rows_(std::bit_floor(std::max(fewest_rows, bytes / (places_a_row * sizeof(Place))))),
      places_(rows_ * places_a_row) {}

Questions::Key Questions::key_of(const Asked& question) const {
  const std::string& name = question.qname.text();
  const Bytes letters(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  std::array<std::uint64_t, 7> words{};
  words[0] = siphash(hash_key_, letters);
  words[1] = std::uint64_t{question.client.port} << 48U | std::uint64_t{question.server.port} << 32U |
             std::uint64_t{question.id} << 16U | question.qtype;
  const Bytes client = question.client.address.bytes();
  const Bytes server = question.server.address.bytes();
  words[6] = client.size();
  std::memcpy(&words[2], client.data(), client.size());
  std::memcpy(&words[4], server.data(), server.size());
  return siphash_words(hash_key_, words) | 1U;
}

Questions::Key Questions::expect(const Asked& question) const {
  const Key key = key_of(question);
  const Place* row = &places_[row_of(key)];
  __builtin_prefetch(row);
  __builtin_prefetch(row + places_a_row - 1);
  return key;
}

/// Its own place, or the oldest of its row.
std::size_t Questions::place_for(Key key) const {
  const auto row = std::span(places_).subspan(row_of(key), places_a_row);
  auto place = std::ranges::find(row, key, &Place::key);
  if (place == row.end()) place = std::ranges::min_element(row, {}, &Place::at);
  return row_of(key) + static_cast<std::size_t>(place - row.begin());
}

bool Questions::evicts(const Place& question) const {
  if (question.key == 0) return false;
  const Place& place = places_[place_for(question.key)];
  return place.key != question.key && place.key != 0 && question.at <= place.at + patience;
}

void Questions::catch_up() {
  if (waiting_.key == 0) return;
  if (evicts(waiting_)) ++evicted_;
  places_[place_for(waiting_.key)] = waiting_;
  waiting_.key = 0;
}

void Questions::ask(const Asked& question, Timestamp at) {
  const Key key = expect(question);
  catch_up();
  waiting_ = {key, at, question.mac};
}

Questions::Was Questions::was_asked(Key key, const std::optional<net::MacAddress>& mac, Timestamp at) {
  catch_up();
  const auto row = std::span(places_).subspan(row_of(key), places_a_row);
  const auto place = std::ranges::find(row, key, &Place::key);
  const bool asked = place != row.end() && place->at <= at + patience && at <= place->at + patience;
  if (!asked) return Was::not_asked;
  return may_be_same(place->mac, mac) ? Was::asked : Was::asked_elsewhere;
}

}  // namespace edgewatch::observe
