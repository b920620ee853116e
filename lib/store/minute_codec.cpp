#include "minute_codec.hpp"

#include "edgewatch/base/hash.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>

namespace edgewatch::store {
namespace {

constexpr std::uint8_t whole_minute = 60;
constexpr std::uint8_t minute_bits = 0x3f;
constexpr unsigned code_shift = 6;
constexpr std::uint8_t is_whole = 1;       // 60 seconds, so no byte for them
constexpr std::uint8_t lower_is_same = 2;  // the lower figure is the best estimate, so no byte for it
constexpr std::size_t check_bytes = 4;
constexpr std::uint64_t row_check = 0x726f'7773'2031'0001U;  // no secret: it finds damage, not forgery
constexpr std::uint64_t set_check = 0x726f'7773'2031'0002U;
constexpr std::uint64_t frame_check = 0x726f'7773'2031'0003U;

using Buffer = std::vector<std::uint8_t>;

void put_number(Buffer& out, std::uint64_t value) {
  for (; value > 0x7f; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

template <std::size_t count>
void put_bytes(Buffer& out, std::uint64_t value) {
  for (std::size_t i = count; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint32_t check_of(std::uint64_t key, std::uint64_t kind, Bytes bytes) {
  return static_cast<std::uint32_t>(siphash({key, kind}, bytes));
}

/// Reads in order and keeps the first thing that was wrong.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  std::uint64_t number(std::uint64_t most) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = bytes_.u8();
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte > 0x7f) continue;
      if (value > most || (byte == 0 && shift > 0)) note(Damage::number);
      return ok() ? value : 0;
    }
    note(Damage::number);
    return 0;
  }
  std::uint32_t reference() {
    const std::uint64_t value = number(std::numeric_limits<std::uint32_t>::max());
    require(value > 0, Damage::number);
    return static_cast<std::uint32_t>(value);
  }
  std::uint8_t byte() { return bytes_.u8(); }
  std::uint64_t word() { return bytes_.u64(); }
  [[nodiscard]] std::size_t remaining() const { return bytes_.remaining(); }

  void require(bool holds, Damage otherwise) {
    if (!holds) note(otherwise);
  }
  /// A reader past the end gives zeros, so that comes first.
  [[nodiscard]] bool ok() const { return bytes_.ok() && !damaged_; }
  [[nodiscard]] Damage damage() const { return bytes_.ok() ? damage_ : Damage::cut; }

 private:
  void note(Damage damage) {
    if (!ok()) return;
    damaged_ = true;
    damage_ = damage;
  }
  ByteReader bytes_;
  bool damaged_ = false;
  Damage damage_ = Damage::cut;
};

std::uint8_t code_of(const MinuteRecord& record) {
  return static_cast<std::uint8_t>((record.seconds == whole_minute ? is_whole : 0) |
                                   (record.lower == record.seconds ? lower_is_same : 0));
}

void put_seconds(Buffer& out, const MinuteRecord& record) {
  if (record.seconds != whole_minute) out.push_back(record.seconds);
  if (record.lower != record.seconds) out.push_back(record.lower);
}

void read_seconds(Reader& in, std::uint8_t code, MinuteRecord& record) {
  record.seconds = (code & is_whole) != 0 ? whole_minute : in.byte();
  in.require((code & is_whole) != 0 || record.seconds < whole_minute, Damage::bounds);
  in.require(record.seconds > 0 || record.run > 0, Damage::bounds);
  record.lower = (code & lower_is_same) != 0 ? record.seconds : in.byte();
  in.require((code & lower_is_same) != 0 || record.lower < record.seconds, Damage::bounds);
}

bool same_section(const MinuteRecord& a, const MinuteRecord& b) {
  return a.run == b.run && a.judged_by == b.judged_by && a.binding == b.binding;
}

auto section_of(const MinuteRecord& r) { return std::tuple(r.run, r.judged_by, r.binding); }
auto moment_of(const MinuteRecord& r) { return std::tuple(r.minute, r.circumstance); }

void put_section(Buffer& out, std::span<const MinuteRecord> records) {
  const MinuteRecord& first = records.front();
  put_number(out, records.size() << 2U | (first.run > 0 ? 2U : 0U) | (first.binding > 0 ? 1U : 0U));
  if (first.run > 0) put_number(out, first.run);
  put_number(out, first.judged_by);
  if (first.binding > 0) put_bytes<8>(out, first.binding);
  for (const MinuteRecord& record : records) {
    out.push_back(static_cast<std::uint8_t>(record.minute | code_of(record) << code_shift));
    put_number(out, record.circumstance);
    put_seconds(out, record);
  }
}

void read_section(Reader& in, std::vector<MinuteRecord>& out, std::uint64_t most) {
  const std::uint64_t head = in.number(std::numeric_limits<std::uint32_t>::max());
  const std::uint64_t count = head >> 2U;
  in.require(count > 0 && count <= most, Damage::bounds);
  MinuteRecord record;
  if ((head & 2U) != 0) {
    record.run = static_cast<std::uint16_t>(in.number(std::numeric_limits<std::uint16_t>::max()));
    in.require(record.run > 0, Damage::number);
  }
  record.judged_by = in.reference();
  if ((head & 1U) != 0) {
    record.binding = in.word();
    in.require(record.binding > 0, Damage::number);
  }
  in.require(out.empty() || section_of(out.back()) < section_of(record), Damage::order);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const auto before = moment_of(record);
    const std::uint8_t head_byte = in.byte();
    record.minute = head_byte & minute_bits;
    in.require(record.minute < 60, Damage::bounds);
    record.circumstance = in.reference();
    in.require(i == 0 || before < moment_of(record), Damage::order);
    read_seconds(in, static_cast<std::uint8_t>(head_byte >> code_shift), record);
    if (in.ok()) out.push_back(record);
  }
}

Result<Bytes, Damage> checked(std::uint64_t key, std::uint64_t kind, Bytes bytes) {
  if (bytes.size() < check_bytes) return Failure{Damage::cut};
  const Bytes body = bytes.first(bytes.size() - check_bytes);
  if (ByteReader(bytes.last(check_bytes)).u32() != check_of(key, kind, body)) return Failure{Damage::check};
  return body;
}

}  // namespace

const char* to_string(Damage damage) {
  constexpr std::array names{"cut short",    "its check does not hold", "a malformed number",
                             "out of order", "a figure out of bounds",  "a reference to nothing"};
  return names.at(static_cast<std::size_t>(damage));
}

std::vector<std::uint8_t> encode_records(std::span<const MinuteRecord> records) {
  Buffer out;
  out.reserve(24 + records.size() * 6);
  put_number(out, records.size());
  for (auto from = records.begin(); from != records.end();) {
    const auto to =
        std::find_if_not(from, records.end(), [&](const auto& r) { return same_section(*from, r); });
    put_section(out, {from, to});
    from = to;
  }
  return out;
}

Result<std::vector<MinuteRecord>, Damage> decode_records(Bytes bytes) {
  Reader in(bytes);
  // A record has two bytes at least (a whole minute), so no count asks for more memory than the bytes would
  // fill.
  const std::uint64_t count = in.number(bytes.size() / 2 + 1);
  std::vector<MinuteRecord> records;
  records.reserve(count);
  while (in.ok() && records.size() < count) read_section(in, records, count - records.size());
  in.require(in.remaining() == 0, Damage::cut);
  if (!in.ok()) return Failure{in.damage()};
  return records;
}

std::vector<std::uint8_t> encode_row(std::int64_t place, std::span<const MinuteRecord> records) {
  Buffer out = encode_records(records);
  put_bytes<check_bytes>(out, check_of(static_cast<std::uint64_t>(place), row_check, out));
  return out;
}

Result<std::vector<MinuteRecord>, Damage> decode_row(std::int64_t place, Bytes row) {
  const auto body = checked(static_cast<std::uint64_t>(place), row_check, row);
  if (!body) return Failure{body.error()};
  return decode_records(*body);
}

std::uint64_t count_in_row(Bytes row) {
  Reader in(row);
  const std::uint64_t count = in.number(row.size());
  return in.ok() ? count : 0;
}

std::vector<std::uint8_t> encode_set(std::int64_t key, std::span<const std::uint32_t> numbers) {
  Buffer out;
  out.reserve(numbers.size() + numbers.size() / 4 + check_bytes);
  std::uint32_t before = 0;
  for (const std::uint32_t number : numbers) {
    put_number(out, number - before);
    before = number;
  }
  put_bytes<check_bytes>(out, check_of(static_cast<std::uint64_t>(key), set_check, out));
  return out;
}

Result<std::vector<std::uint32_t>, Damage> decode_set(std::int64_t key, Bytes bytes) {
  const auto body = checked(static_cast<std::uint64_t>(key), set_check, bytes);
  if (!body) return Failure{body.error()};
  Reader in(*body);
  std::vector<std::uint32_t> numbers;
  std::uint64_t number = 0;
  while (in.ok() && in.remaining() > 0) {
    number += in.reference();
    in.require(number <= std::numeric_limits<std::uint32_t>::max(), Damage::bounds);
    numbers.push_back(static_cast<std::uint32_t>(number));
  }
  if (!in.ok()) return Failure{in.damage()};
  return numbers;
}

// A page: generation (4 bytes), then frames: length of the body (2), its check (4), body. A length of 0 ends.

namespace {

constexpr std::size_t page_head = 4;
constexpr std::size_t frame_head = 2 + check_bytes;

// Upper limits of what one record takes in a frame, and of what a frame takes beside its records.
constexpr std::size_t most_record_bytes = 5 + 8 + 5 + 2;
constexpr std::size_t most_frame_bytes = frame_head + 5 + 3 + 5 + 5;

std::size_t bytes_of(std::uint64_t number) {
  std::size_t bytes = 1;
  for (; number > 0x7f; number >>= 7U) ++bytes;
  return bytes;
}

std::uint64_t key_of(std::uint32_t generation, std::int64_t number) {
  return std::uint64_t{generation} << 32U | static_cast<std::uint32_t>(number);
}

void put_told(Buffer& out, const ToldRecord& told, std::uint32_t before, Bindings& bindings) {
  std::uint64_t& known = bindings[told.subject];
  const bool changed = known != told.record.binding;
  put_number(out, std::uint64_t{told.subject - before} << 3U | (changed ? 4U : 0U) | code_of(told.record));
  if (changed) put_bytes<8>(out, told.record.binding);
  known = told.record.binding;
  put_number(out, told.record.circumstance);
  put_seconds(out, told.record);
}

void read_frame(Reader& in, std::vector<ToldRecord>& out, Bindings& bindings) {
  ToldRecord told;
  const std::uint64_t minute = in.number(std::uint64_t{std::numeric_limits<std::uint32_t>::max()} * 60);
  told.hour = static_cast<std::uint32_t>(minute / 60);
  told.record.minute = static_cast<std::uint8_t>(minute % 60);
  told.record.run = static_cast<std::uint16_t>(in.number(std::numeric_limits<std::uint16_t>::max()));
  told.record.judged_by = in.reference();
  const std::uint64_t count = in.number(in.remaining());
  in.require(count > 0, Damage::bounds);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t head = in.number(std::uint64_t{std::numeric_limits<std::uint32_t>::max()} << 3U | 7U);
    const std::uint64_t subject = told.subject + (head >> 3U);
    in.require(subject > 0 && subject <= std::numeric_limits<std::uint32_t>::max(), Damage::bounds);
    const auto before = std::tuple(told.subject, told.record.binding, told.record.circumstance);
    told.subject = static_cast<std::uint32_t>(subject);
    if (!in.ok()) return;
    std::uint64_t& known = bindings[told.subject];
    if ((head & 4U) != 0) {
      const std::uint64_t binding = in.word();
      in.require(binding != known, Damage::number);
      known = binding;
    }
    told.record.binding = known;
    told.record.circumstance = in.reference();
    in.require(i == 0 || before < std::tuple(told.subject, told.record.binding, told.record.circumstance),
               Damage::order);
    read_seconds(in, static_cast<std::uint8_t>(head & 3U), told.record);
    if (in.ok()) out.push_back(told);
  }
  in.require(in.remaining() == 0, Damage::cut);
}

}  // namespace

std::optional<Damage> decode_frame(Bytes body, std::vector<ToldRecord>& out, Bindings& bindings) {
  Reader in(body);
  read_frame(in, out, bindings);
  if (in.ok()) return std::nullopt;
  return in.damage();
}

FramePage::FramePage(std::uint32_t generation, std::int64_t number, std::size_t bytes)
    : number_(number), used_(page_head) {
  bytes_.reserve(bytes);
  put_bytes<page_head>(bytes_, generation);
  bytes_.resize(bytes);
}

bool FramePage::belongs_on_next(std::span<const ToldRecord> records, const Bindings& bindings) const {
  std::size_t bytes = most_frame_bytes + most_record_bytes;
  ToldRecord before;
  for (const ToldRecord& told : records) {
    const auto known = bindings.find(told.subject);
    const std::uint64_t binding = told.subject == before.subject ? before.record.binding
                                  : known != bindings.end()      ? known->second
                                                                 : 0;
    bytes +=
        bytes_of(std::uint64_t{told.subject - before.subject} << 3U) + bytes_of(told.record.circumstance);
    bytes += (binding != told.record.binding ? 8 : 0) + (told.record.seconds != whole_minute ? 1 : 0) +
             (told.record.lower != told.record.seconds ? 1 : 0);
    before = told;
  }
  return bytes > room() && bytes <= bytes_.size() - page_head;
}

std::uint32_t FramePage::generation_of(Bytes bytes) { return ByteReader(bytes).u32(); }

std::size_t FramePage::put(std::span<const ToldRecord> records, Bindings& bindings) {
  if (room() < most_frame_bytes + most_record_bytes) return 0;
  const ToldRecord& first = records.front();
  Buffer body;
  std::size_t count = 0;
  std::uint32_t before = 0;
  while (count < records.size() && body.size() + most_record_bytes + most_frame_bytes <= room()) {
    put_told(body, records[count], before, bindings);
    before = records[count++].subject;
  }
  Buffer frame;
  put_number(frame, std::uint64_t{first.hour} * 60 + first.record.minute);
  put_number(frame, first.record.run);
  put_number(frame, first.record.judged_by);
  put_number(frame, count);
  frame.insert(frame.end(), body.begin(), body.end());
  Buffer head;
  put_bytes<2>(head, frame.size());
  put_bytes<check_bytes>(head, check_of(key_of(generation_of(bytes_), number_), frame_check, frame));
  const auto at = std::copy(head.begin(), head.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(used_));
  std::copy(frame.begin(), frame.end(), at);
  used_ += head.size() + frame.size();
  return count;
}

Result<FramePage, Damage> FramePage::read(std::int64_t number, Bytes bytes, std::vector<ToldRecord>& out,
                                          Bindings& bindings) {
  if (bytes.size() < page_head) return Failure{Damage::cut};
  FramePage page(generation_of(bytes), number, bytes.size());
  page.bytes_.assign(bytes.begin(), bytes.end());
  ByteReader in(bytes.subspan(page_head));
  while (in.remaining() >= frame_head) {
    const std::size_t length = in.u16();
    if (length == 0) break;
    const std::uint32_t check = in.u32();
    const Bytes body = in.take(length);
    if (!in.ok()) return Failure{Damage::cut};
    if (check != check_of(key_of(generation_of(bytes), number), frame_check, body))
      return Failure{Damage::check};
    if (const auto damage = decode_frame(body, out, bindings)) return Failure{*damage};
    page.used_ = page_head + in.offset();
  }
  // What is not a frame is zeros, so that a cut or a flipped length cannot hide what follows.
  const Bytes rest = bytes.subspan(page.used_);
  if (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; }))
    return Failure{Damage::cut};
  return page;
}

}  // namespace edgewatch::store
