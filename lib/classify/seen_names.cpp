#include "edgewatch/classify/seen_names.hpp"

#include <algorithm>
#include <bit>

namespace edgewatch::classify {
namespace {

constexpr std::chrono::hours span_length{6};
constexpr unsigned bits = 64;

}  // namespace

void SeenNames::Clients::move_to(std::int64_t now) {
  for (auto left = std::min<std::int64_t>(now - span, spans); left > 0; --left) {
    std::shift_right(used.begin(), used.end(), 1);
    used.front() = 0;
  }
  span = std::max(span, now);
}

unsigned SeenNames::Clients::count() const {
  std::uint64_t all = 0;
  for (const std::uint64_t bits_of_span : used) all |= bits_of_span;
  return static_cast<unsigned>(std::popcount(all));
}

void SeenNames::note(const net::HostName& name, const net::IpAddress& client, Timestamp at) {
  if (!name.is_matchable() || name.is_ip_literal() || name.is_root()) return;
  // Of another name the same client sets another bit, so that no two names tell of one client.
  PieceHash hash(key_);
  hash.add(client.bytes());
  hash.add(Bytes(reinterpret_cast<const std::uint8_t*>(name.text().data()), name.text().size()));
  const std::uint64_t bit = std::uint64_t{1} << (hash.value() % bits);
  const std::lock_guard lock(mutex_);
  span_ = std::max<std::int64_t>(span_, at.time_since_epoch() / span_length);
  auto found = names_.find(name.text());
  if (found == names_.end()) {
    if (names_.size() >= most_names_) make_room();
    if (names_.size() >= most_names_) return;
    found = names_.try_emplace(name.text()).first;
  }
  found->second.move_to(span_);
  found->second.used.front() |= bit;
}

/// Those that fewest clients use go, until a quarter is free: invented names are asked by one client each.
void SeenNames::make_room() {
  if (full_since_ == span_) return;
  std::array<std::size_t, bits + 1> by_count{};
  for (auto& [name, clients] : names_) {
    clients.move_to(span_);
    ++by_count[clients.count()];
  }
  std::size_t free = 0;
  unsigned most = 0;
  while (free < most_names_ / 4 && most < bits / 8) free += by_count[most++];
  std::erase_if(names_, [&](const auto& entry) { return entry.second.count() < most; });
  if (names_.size() >= most_names_) full_since_ = span_;
}

std::vector<SeenNames::Seen> SeenNames::seen_by(unsigned clients) const {
  std::vector<Seen> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [text, used_by] : names_) {
    Clients now = used_by;
    now.move_to(span_);
    const auto name = net::HostName::from_dotted(text);
    if (const unsigned count = now.count(); count >= clients && name) out.push_back({*name, count});
  }
  std::ranges::sort(out, {}, [](const Seen& seen) -> const std::string& { return seen.name.text(); });
  return out;
}

}  // namespace edgewatch::classify
