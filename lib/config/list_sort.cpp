// Lists have millions of names, which lie all over the memory: a window of each name is held beside its
// place, entries are dealt out by the first byte in which their windows differ, and only what is few by then
// is compared.
#include "edgewatch/config/list.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <span>
#include <tuple>
#include <utility>

namespace edgewatch::config {
namespace {

/// Eight bytes of a text from `from` on, in the order of texts; zeros behind its end.
std::uint64_t word_of(std::string_view text, std::size_t from) {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  if (from < text.size()) std::memcpy(bytes.data(), &text[from], std::min(bytes.size(), text.size() - from));
  std::uint64_t word = 0;
  for (const std::uint8_t byte : bytes) word = word << 8U | byte;
  return word;
}

/// Sixteen bytes of a name.
struct Window {
  Window() = default;
  Window(std::string_view text, std::size_t from)
      : first(word_of(text, from)), second(word_of(text, from + sizeof first)) {}
  bool operator==(const Window&) const = default;
  bool operator<(const Window& other) const {
    return first != other.first ? first < other.first : second < other.second;
  }
  [[nodiscard]] std::uint8_t byte(unsigned i) const {
    return static_cast<std::uint8_t>(i < 8 ? first >> (56 - 8 * i) : second >> (120 - 8 * i));
  }
  [[nodiscard]] bool has_end() const { return (second & 0xffU) == 0; }
  std::uint64_t first = 0, second = 0;
};

struct SortPlace {
  Window window;
  std::uint32_t entry = 0;
};

/// The first byte in which any of the windows differs from the others; 16 where none does.
unsigned first_difference(std::span<const SortPlace> places) {
  const Window& one = places.front().window;
  Window differs;
  for (const SortPlace& place : places) {
    differs.first |= place.window.first ^ one.first;
    differs.second |= place.window.second ^ one.second;
  }
  const int same_bits =
      differs.first != 0 ? std::countl_zero(differs.first) : 64 + std::countl_zero(differs.second);
  return static_cast<unsigned>(same_bits) / 8;
}

/// `NameOf` an entry, and which of two entries of one name goes `Before`.
template <class NameOf, class Before>
class Sort {
 public:
  Sort(NameOf name_of, Before before) : name_of_(std::move(name_of)), before_(std::move(before)) {}

  /// Those from `first` to before `end`, in order. Good until the next call.
  std::span<const std::uint32_t> entries(std::uint32_t first, std::uint32_t end) {
    places_.resize(std::max<std::size_t>(places_.size(), end - first));
    spare_.resize(places_.size());
    for (std::uint32_t entry = first; entry < end; ++entry)
      places_[entry - first] = {{name_of_(entry), 0}, entry};
    order_.clear();
    if (first != end) deal(std::span(places_).first(end - first), std::span(spare_).first(end - first), 0);
    return order_;
  }

 private:
  static constexpr std::size_t few = 64;

  /// Entries whose names agree up to `from`, where the windows begin.
  void deal(std::span<SortPlace> places, std::span<SortPlace> spare, std::size_t from) {
    if (places.size() <= few) return compare(places, spare, from);
    const unsigned byte = first_difference(places);
    if (byte == sizeof(Window)) return go_on(places, spare, from);
    std::array<std::size_t, 257> starts{};
    for (const SortPlace& place : places) ++starts[place.window.byte(byte) + 1];
    for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
    std::array<std::size_t, 257> next = starts;
    for (const SortPlace& place : places) spare[next[place.window.byte(byte)]++] = place;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      const std::size_t size = starts[i + 1] - starts[i];
      if (size != 0) deal(spare.subspan(starts[i], size), places.subspan(starts[i], size), from);
    }
  }

  void compare(std::span<SortPlace> places, std::span<SortPlace> spare, std::size_t from) {
    std::sort(places.begin(), places.end(),
              [](const SortPlace& a, const SortPlace& b) { return a.window < b.window; });
    for (std::size_t first = 0, end = 0; first < places.size(); first = end) {
      while (end < places.size() && places[end].window == places[first].window) ++end;
      if (end - first == 1) {
        order_.push_back(places[first].entry);
      } else {
        go_on(places.subspan(first, end - first), spare.subspan(first, end - first), from);
      }
    }
  }

  /// Entries whose windows are all the same.
  void go_on(std::span<SortPlace> places, std::span<SortPlace> spare, std::size_t from) {
    if (places.front().window.has_end()) {
      std::ranges::sort(places, before_, &SortPlace::entry);
      for (const SortPlace& place : places) order_.push_back(place.entry);
      return;
    }
    for (SortPlace& place : places) place.window = Window(name_of_(place.entry), from + sizeof(Window));
    deal(places, spare, from + sizeof(Window));
  }

  NameOf name_of_;
  Before before_;
  std::vector<SortPlace> places_, spare_;
  std::vector<std::uint32_t> order_;
};

/// Where the entries that begin alike lie, and their names.
struct Heap {
  std::size_t entries = 0;
  std::size_t characters = 0;
};

}  // namespace

void ParsedList::sort() {
  // Dealt out by the first two bytes, each with its name: what is compared then lies together.
  constexpr std::size_t heaps = 1U << 16U;
  constexpr std::size_t ahead = 12;
  const auto heap_of = [](std::string_view name) { return word_of(name, 0) >> 48U; };
  std::vector<Heap> starts(heaps + 1);
  for (const Stored& stored : entries_) {
    Heap& next = starts[heap_of(name_of(stored)) + 1];
    ++next.entries;
    next.characters += stored.length;
  }
  for (std::size_t i = 1; i <= heaps; ++i) {
    starts[i].entries += starts[i - 1].entries;
    starts[i].characters += starts[i - 1].characters;
  }
  const auto dealt = std::make_unique_for_overwrite<Stored[]>(entries_.size());
  const auto names = std::make_unique_for_overwrite<char[]>(starts[heaps].characters);
  std::vector<Heap> ends = starts;
  for (const Stored& stored : entries_) {
    const std::string_view name = name_of(stored);
    Heap& end = ends[heap_of(name)];
    std::copy(name.begin(), name.end(), &names[end.characters]);
    dealt[end.entries] = stored;
    dealt[end.entries++].offset = end.characters;
    end.characters += name.size();
  }
  entries_.clear();
  names_.clear();
  Sort sort(
      [&](std::uint32_t entry) { return std::string_view(&names[dealt[entry].offset], dealt[entry].length); },
      [&](std::uint32_t a, std::uint32_t b) {
        const auto key = [](const Stored& stored) {
          return std::tuple(stored.reach_and_verdict & verdict_bit, stored.file, stored.line);
        };
        return key(dealt[a]) < key(dealt[b]);
      });
  std::string_view last;
  for (std::size_t i = 0; i < heaps; ++i) {
    const auto first = static_cast<std::uint32_t>(starts[i].entries);
    const auto end = static_cast<std::uint32_t>(starts[i + 1].entries);
    const std::span<const std::uint32_t> order = sort.entries(first, end);
    for (std::size_t at = 0; at < order.size(); ++at) {
      // They lie in no order: those that come next are asked for in time.
      if (at + 2 * ahead < order.size()) __builtin_prefetch(&dealt[order[at + 2 * ahead]]);
      if (at + ahead < order.size()) __builtin_prefetch(&names[dealt[order[at + ahead]].offset]);
      const Stored& stored = dealt[order[at]];
      const std::string_view name(&names[stored.offset], stored.length);
      append(stored, name, last);
      last = name;
    }
  }
}

/// Or to the one before, which is of the name `last`, where that says the same of the same name.
void ParsedList::append(Stored stored, std::string_view name, std::string_view last) {
  if (!entries_.empty() && last == name &&
      ((entries_.back().reach_and_verdict ^ stored.reach_and_verdict) & verdict_bit) == 0) {
    entries_.back().reach_and_verdict |= stored.reach_and_verdict;
    return;
  }
  stored.offset = names_.size();
  names_ += name;
  entries_.push_back(stored);
}

}  // namespace edgewatch::config
