#include "edgewatch/classify/name_index.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

namespace edgewatch::classify {
namespace {

constexpr std::size_t longest_matchable = 253;
// Entries for each line at the start: one line in three is then full and one in four has sent on.
constexpr double entries_for_a_line = 8.5;

// A record is a byte, what it says follows, and the name: how long that is (a byte of its own where it has 31
// characters or more), whether there is a value (else it is 0), and how many bytes the line takes.
constexpr unsigned short_names = 31;
constexpr unsigned has_value = 4;
constexpr std::size_t most_usual_head = 6;

constexpr std::uint64_t every_byte = 0x0101010101010101U;
constexpr std::uint64_t every_tag = 0x0001000100010001U;

/// The top bit of every byte that is zero, and no other bit.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  constexpr std::uint64_t low = 0x7f * every_byte;
  return ~(((word & low) + low) | word | low);
}
/// The same of sixteen bits each.
constexpr std::uint64_t zero_tags(std::uint64_t word) {
  constexpr std::uint64_t low = 0x7fff * every_tag;
  return ~(((word & low) + low) | word | low);
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Unsigned LEB128: seven bits a byte, lowest first.
void append_number(std::string& out, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7U) out += static_cast<char>(number | 0x80U);
  out += static_cast<char>(number);
}
std::uint32_t take_number(const char*& at) {
  std::uint32_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    number |= static_cast<std::uint32_t>(byte & 0x7fU) << (shift & 31U);  // of a made-up file: any number
    if (byte < 0x80) return number;
  }
}

void append_record(std::string& out, NameTable::Entry entry, std::string_view name) {
  const unsigned line_bytes = std::max(1U, (static_cast<unsigned>(std::bit_width(entry.line)) + 7) / 8);
  const auto length = static_cast<unsigned>(name.size());
  const unsigned value_bit = entry.value != 0 ? has_value : 0;
  out += static_cast<char>(std::min(length, short_names) << 3U | value_bit | (line_bytes - 1));
  if (length >= short_names) out += static_cast<char>(length);
  if (entry.value != 0) append_number(out, entry.value);
  for (unsigned i = 0; i < line_bytes; ++i) out += static_cast<char>(entry.line >> 8 * i);
  out += name;
}
NameTable::Hit record_at(const char* from) {
  NameTable::Hit hit;
  const auto head = static_cast<std::uint8_t>(*from++);
  std::size_t length = head >> 3U;
  if (length == short_names) length = static_cast<std::uint8_t>(*from++);
  if ((head & has_value) != 0) hit.entry.value = take_number(from);
  const unsigned line_bytes = (head & 3U) + 1;
  for (unsigned i = 0; i < line_bytes; ++i)
    hit.entry.line |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(from[i])) << 8 * i;
  hit.name = {from + line_bytes, length};
  return hit;
}

/// Where the labels of a name begin; none where a byte is escaped, or it is the root.
class Labels {
 public:
  explicit Labels(std::string_view name) {
    if (name.size() > longest_matchable || name == ".") return;
    const Bytes bytes = bytes_of(name);
    starts_[count_++] = 0;
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
      const std::size_t left = bytes.size() - at;
      const std::uint64_t word = left >= sizeof(std::uint64_t) ? PieceHash::whole_word(&bytes[at])
                                                               : PieceHash::last_word(&bytes[at], left);
      if (zero_bytes(word ^ every_byte * '\\') != 0) {
        count_ = 0;
        return;
      }
      for (std::uint64_t dots = zero_bytes(word ^ every_byte * '.'); dots != 0; dots &= dots - 1)
        starts_[count_++] = static_cast<std::uint8_t>(at + std::countr_zero(dots) / 8 + 1);
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t start(std::size_t label) const { return starts_[label]; }

 private:
  std::array<std::uint8_t, NameTable::most_labels + 1> starts_;  // written before it is read
  std::size_t count_ = 0;
};

}  // namespace

NameIndex::NameIndex(HashKey key, Room room)
    : key_(key), lines_(static_cast<std::size_t>(static_cast<double>(room.names) / entries_for_a_line) + 1) {
  records_.reserve(room.characters + room.names * most_usual_head);
}

NameTable::Place NameTable::place_of(std::uint64_t hash) const {
  const std::uint64_t line = (hash >> 32U) * line_count_ >> 32U;
  const auto tag = static_cast<std::uint16_t>(hash);
  return {static_cast<std::size_t>(line), tag != 0 ? tag : std::uint16_t{1}};
}

/// And counts its labels among those that there are.
std::uint64_t NameIndex::hash_of(std::string_view name) {
  const Labels labels(name);
  assert(labels.count() != 0);
  PieceHash hash(key_);
  std::size_t end = name.size() + 1;
  for (std::size_t label = labels.count(); label-- > 0; end = labels.start(label))
    hash.add(bytes_of(name).subspan(labels.start(label), end - 1 - labels.start(label)));
  shortest_ = records_.empty() ? labels.count() : std::min(shortest_, labels.count());
  longest_ = std::max(longest_, labels.count());
  return hash.value();
}

void NameIndex::insert(NameTable::Place place, std::uint32_t record) {
  std::size_t at = place.line;
  for (; lines_[at].used == entries_a_line; at = at + 1 == lines_.size() ? 0 : at + 1)
    lines_[at].overflowed = 1;
  Line& line = lines_[at];
  line.tags[line.used] = place.tag;
  line.records[line.used] = record;
  ++line.used;
  ++size_;
}

std::optional<NameIndex::Entry> NameIndex::add(const net::HostName& name, Entry entry) {
  const std::uint64_t hash = hash_of(name.text());
  const NameTable before = table();
  const NameTable::Place place = before.place_of(hash);
  if (const auto known = before.find_at(place, name.text())) return known->entry;
  insert(place, end());
  append_record(records_, entry, name.text());
  return std::nullopt;
}

void NameIndex::add_new(std::string_view name, Entry entry) {
  constexpr std::size_t at_once = 4096;
  const std::uint64_t hash = hash_of(name);
  std::vector<Waiting>& part = waiting_[hash >> (64U - part_bits)];
  part.push_back({table().place_of(hash), end()});
  append_record(records_, entry, name);
  if (part.size() == at_once) settle(part);
}

void NameIndex::settle() {
  for (std::vector<Waiting>& part : waiting_) settle(part);
}

void NameIndex::settle(std::vector<Waiting>& part) {
  constexpr std::size_t ahead = 16;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (i + ahead < part.size()) __builtin_prefetch(&lines_[part[i + ahead].place.line], 1);
    insert(part[i].place, part[i].record);
  }
  part.clear();
}

NameTable::Search::Search(const NameTable& table, const net::HostName& name)
    : table_(table), text_(name.text()) {
  const Labels labels(text_);
  // From the last label on, and every line that may be needed is asked for before one is looked at.
  const std::size_t longest = std::min(labels.count(), table.longest_);
  PieceHash hash(table.key_);
  std::size_t end = text_.size() + 1;
  for (std::size_t count = 1; count <= longest; ++count) {
    const std::size_t start = labels.start(labels.count() - count);
    hash.add(bytes_of(text_).subspan(start, end - 1 - start));
    end = start;
    if (count < table.shortest_) continue;
    const Place place = table.place_of(hash.value());
    __builtin_prefetch(&table.lines_[place.line]);
    suffixes_[left_++] = {place, start};
  }
}

std::optional<NameTable::Hit> NameTable::Search::next() {
  while (left_ != 0) {
    const Suffix& suffix = suffixes_[--left_];
    if (const auto hit = table_.find_at(suffix.place, text_.substr(suffix.start))) return hit;
  }
  return std::nullopt;
}

std::optional<NameTable::Hit> NameTable::find(const net::HostName& name) const {
  return Search(*this, name).next();
}

std::optional<NameTable::Hit> NameTable::find_at(Place place, std::string_view text) const {
  for (std::size_t line_at = place.line;; line_at = next(line_at)) {
    const Line& line = lines_[line_at];
    // Ten tags in two and a half words.
    std::array<std::uint64_t, 3> words;
    std::memcpy(words.data(), &line, sizeof words);
    for (std::uint64_t& word : words) word = zero_tags(word ^ every_tag * place.tag);
    if ((words[0] | words[1] | (words[2] & 0xffffffffU)) != 0) {
      for (std::size_t i = 0; i < entries_a_line; ++i) {
        if (line.tags[i] != place.tag) continue;
        // Four records in ten go over the end of a line of the cache: both are asked for at once.
        __builtin_prefetch(records_ + line.records[i] + text.size());
        const Hit found = at(line.records[i]);
        if (found.name == text) return found;
      }
    }
    if (line.overflowed == 0) return std::nullopt;
  }
}

NameTable::Hit NameTable::at(std::uint32_t record) const { return record_at(records_ + record); }

std::uint32_t NameTable::after(std::uint32_t record) const {
  const std::string_view name = at(record).name;
  return static_cast<std::uint32_t>(name.data() + name.size() - records_);
}

NameTable NameIndex::table() const {
  NameTable table;
  table.key_ = key_;
  table.lines_ = lines_.data();
  table.line_count_ = lines_.size();
  table.records_ = records_.data();
  table.records_size_ = end();
  table.size_ = size_;
  table.shortest_ = shortest_;
  table.longest_ = longest_;
  return table;
}

using Sum = std::array<std::uint64_t, 2>;

/// Then the lines, the records, and as many zeros as a look-up may read behind a record. The sums are against
/// damage, not against forgery.
struct NameTable::Header {
  std::array<char, 16> title{'e', 'd', 'g', 'e', 'w', 'a', 't', 'c', 'h', ' ', 'n', 'a', 'm', 'e', 's', '3'};
  Sum sum{};  ///< of the header behind it
  std::uint64_t order = 0x0102030405060708U;
  HashKey key;
  std::uint64_t lines = 0, records = 0, size = 0, shortest = 0, longest = 0;
  Sum sum_of_lines{}, sum_of_records{};
};

namespace {

constexpr std::size_t summed_from = 32;
constexpr std::size_t zeros_behind = 512;

std::string_view bytes_at(const void* first, std::size_t size) {
  return {static_cast<const char*>(first), size};
}

Sum sum_of(std::string_view text) { return siphash_128({}, 0, bytes_of(text)); }

}  // namespace

std::array<std::uint64_t, 2> NameIndex::content_sum() const { return sum_of(records_); }

std::string NameIndex::image() const {
  std::string out;
  write_image(content_sum(), [&](std::string_view piece) { out += piece; });
  return out;
}

void NameIndex::write_image(const Sum& content, const std::function<void(std::string_view)>& put) const {
  static_assert(sizeof(NameTable::Header) == 2 * sizeof(Line));
  const std::string_view lines = bytes_at(lines_.data(), lines_.size() * sizeof(Line));
  NameTable::Header header;
  header.key = key_;
  header.lines = lines_.size();
  header.records = records_.size();
  header.size = size_;
  header.shortest = shortest_;
  header.longest = longest_;
  header.sum_of_lines = sum_of(lines);
  header.sum_of_records = content;
  header.sum = sum_of(bytes_at(&header, sizeof header).substr(summed_from));
  put(bytes_at(&header, sizeof header));
  put(lines);
  put(records_);
  constexpr std::array<char, zeros_behind> zeros{};
  put({zeros.data(), zeros.size()});
}

std::optional<NameTable> NameTable::over(Bytes image) {
  Header header;
  if (image.size() < sizeof header + zeros_behind ||
      reinterpret_cast<std::uintptr_t>(image.data()) % alignof(Line) != 0)
    return std::nullopt;
  std::memcpy(&header, image.data(), sizeof header);
  const std::size_t body = image.size() - sizeof header - zeros_behind;
  const bool fits = header.title == Header().title && header.order == Header().order && header.lines != 0 &&
                    header.lines <= body / sizeof(Line) &&
                    header.records <= std::numeric_limits<std::uint32_t>::max() - zeros_behind &&
                    header.records == body - header.lines * sizeof(Line);
  if (!fits || header.sum != sum_of(bytes_at(&header, sizeof header).substr(summed_from)))
    return std::nullopt;
  NameTable table;
  table.key_ = header.key;
  table.lines_ = reinterpret_cast<const Line*>(image.data() + sizeof header);
  table.line_count_ = header.lines;
  table.records_ = reinterpret_cast<const char*>(image.data() + sizeof header + header.lines * sizeof(Line));
  table.records_size_ = static_cast<std::uint32_t>(header.records);
  table.size_ = header.size;
  table.shortest_ = header.shortest;
  table.longest_ = header.longest;
  const bool whole = header.sum_of_lines == sum_of(bytes_at(table.lines_, header.lines * sizeof(Line))) &&
                     header.sum_of_records == sum_of(bytes_at(table.records_, header.records));
  return whole && table.is_sound() ? std::optional(table) : std::nullopt;
}

/// Whether a look-up stays within it and comes to an end, whatever else is written there.
bool NameTable::is_sound() const {
  bool any_ends = false;
  for (std::size_t i = 0; i < line_count_; ++i) {
    any_ends = any_ends || lines_[i].overflowed == 0;
    for (std::size_t j = 0; j < entries_a_line; ++j) {
      if (lines_[i].tags[j] != 0 && lines_[i].records[j] >= records_size_) return false;
    }
  }
  const std::size_t padding = static_cast<std::size_t>(
      std::count(records_ + records_size_, records_ + records_size_ + zeros_behind, '\0'));
  return any_ends && padding == zeros_behind && shortest_ >= 1 && longest_ <= most_labels;
}

}  // namespace edgewatch::classify
