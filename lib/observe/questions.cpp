#include "questions.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace edgewatch::observe {
namespace {

constexpr std::size_t fewest_rows = 64;
constexpr std::size_t longest_name = 1024;  // 255 bytes, each at most four characters

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
  place = {key, at};
}

bool Questions::was_asked(const Asked& question, Timestamp at) const {
  const std::uint64_t key = key_of(question);
  const auto row = std::span(places_).subspan(row_of(key), places_a_row);
  const auto place = std::ranges::find(row, key, &Place::key);
  return place != row.end() && place->at <= at + patience && at <= place->at + patience;
}

}  // namespace edgewatch::observe
