#include "edgewatch/wire/hello_assembler.hpp"

#include <algorithm>
#include <vector>

namespace edgewatch::wire {
namespace {

constexpr std::uint8_t content_handshake = 22;
constexpr std::uint8_t handshake_client_hello = 1;
constexpr std::size_t record_header = 5;
constexpr std::size_t handshake_header = 4;
constexpr std::size_t max_record = 1U << 14;  // RFC 8446 section 5.1
constexpr std::size_t max_empty_records = 16;

/// Whether the bytes known of a record header may be those of a handshake record. The minor version servers
/// take no notice of (RFC 8446 section 5.1).
bool may_be_handshake(Bytes header) {
  return header[0] == content_handshake && (header.size() < 2 || header[1] == 3);
}

/// The handshake message at the front of the first `end` bytes of records, its fragments put together. A
/// message within one record, the common case, is not copied.
Result<ClientHello, DecodeError> parse_from_records(Bytes records, std::size_t whole) {
  std::vector<std::uint8_t> joined;
  for (ByteReader reader(records);;) {
    reader.skip(3);
    const std::size_t length = reader.u16();
    const Bytes fragment = reader.take(std::min(length, reader.remaining()));
    if (joined.empty() && fragment.size() >= whole) return parse_client_hello(fragment.first(whole));
    if (joined.empty()) joined.reserve(whole);
    const Bytes part = fragment.first(std::min(fragment.size(), whole - joined.size()));
    joined.insert(joined.end(), part.begin(), part.end());
    if (joined.size() == whole) return parse_client_hello(joined);
  }
}

/// What the records so far say of the handshake message they carry.
struct Message {
  std::size_t seen = 0;
  std::uint32_t header = 0;

  void take(Bytes fragment) {
    const std::size_t missing = handshake_header - std::min(seen, handshake_header);
    for (const std::uint8_t byte : fragment.first(std::min(fragment.size(), missing)))
      header = header << 8 | byte;
    seen += fragment.size();
  }
  /// Its length with its header, once that is known; until then that of the header.
  [[nodiscard]] std::size_t whole() const {
    return handshake_header + (seen >= handshake_header ? header & 0xffffff : 0);
  }
  [[nodiscard]] bool may_be_client_hello() const {
    return seen == 0 || header >> 8 * (std::min(seen, handshake_header) - 1) == handshake_client_hello;
  }
};

}  // namespace

HelloState read_tls_prefix(Bytes prefix) {
  const auto refuse = [](Malformation kind, std::size_t offset) -> HelloState {
    return DecodeError{kind, offset};
  };
  Message message;
  std::size_t empty_records = 0;
  for (std::size_t at = 0;;) {
    if (at > hello_limit) return refuse(Malformation::hello_limit, at);
    const Bytes rest = prefix.subspan(at);
    if (!rest.empty() && !may_be_handshake(rest)) {
      if (at == 0) return NotAHello{};
      return refuse(Malformation::tls_record, at);
    }
    if (rest.size() < record_header) return NeedMore{at + record_header + message.whole() - message.seen};

    const std::size_t length = std::size_t{rest[3]} << 8 | rest[4];
    if (length > max_record) return refuse(Malformation::tls_record, at);
    if (length == 0 && ++empty_records > max_empty_records) return refuse(Malformation::hello_limit, at);
    message.take(rest.subspan(record_header, std::min(length, rest.size() - record_header)));
    if (!message.may_be_client_hello()) return NotAHello{};
    const std::size_t whole = message.whole();
    if (whole > hello_limit) return refuse(Malformation::tls_handshake_length, at);
    const std::size_t record_end = at + record_header + length;
    if (message.seen >= std::max(whole, handshake_header)) {
      auto hello = parse_from_records(prefix, whole);
      if (hello) return std::move(*hello);
      return hello.error();
    }
    if (record_end > prefix.size()) {
      const std::size_t left = record_end - prefix.size();
      const std::size_t need = whole - message.seen;
      return NeedMore{need <= left ? prefix.size() + need : record_end + record_header + need - left};
    }
    at = record_end;
  }
}

}  // namespace edgewatch::wire
