#include "edgewatch/wire/kerberos.hpp"

#include <array>

namespace edgewatch::wire::kerberos {
namespace {

enum : std::uint8_t {
  tag_integer = 0x02,
  tag_bit_string = 0x03,
  tag_octet_string = 0x04,
  tag_general_string = 0x1b,
  tag_sequence = 0x30,
  application = 0x60,  // class application, constructed
  context = 0xa0,      // class context-specific, constructed
  low_tags = 0x1f,
};
constexpr std::int32_t version = 5;
constexpr std::size_t most_components = 8;
constexpr std::size_t longest_name = 256;
constexpr std::size_t most_padata = 64;
enum : std::int32_t { pa_for_user = 129, pa_s4u_x509_user = 130, pa_fx_fast = 136 };
constexpr std::uint32_t option_cname_in_additional_ticket = 0x00020000;  // bit 14: S4U2Proxy

/// Reads DER values one after the other (X.690 section 10). Sticky, like the ByteReader it stands on.
class Der {
 public:
  explicit Der(Bytes bytes) : reader_(bytes) {}
  /// One that is bad from the start.
  static Der bad() {
    Der out{Bytes{}};
    out.ok_ = false;
    return out;
  }

  [[nodiscard]] bool ok() const { return ok_ && reader_.ok(); }
  [[nodiscard]] bool at_end() const { return !ok() || reader_.remaining() == 0; }

  /// The content of the next value, which must have this tag.
  Bytes take(std::uint8_t tag) {
    const std::uint8_t found = reader_.u8();
    const Bytes content = reader_.take(read_length());
    if (!reader_.ok() || found != tag) ok_ = false;
    return ok() ? content : Bytes{};
  }
  Der open(std::uint8_t tag) {
    const Bytes content = take(tag);
    return ok() ? Der(content) : bad();
  }
  /// The content of field [n], whether or not other fields, that nobody asked for, come before it; nothing
  /// where a later field or the end comes first.
  std::optional<Der> field(std::uint8_t number) {
    while (!at_end()) {
      ByteReader ahead = reader_;
      const std::uint8_t tag = ahead.u8();
      if ((tag & 0xe0U) != context || (tag & low_tags) == low_tags) {
        ok_ = false;
        return std::nullopt;
      }
      const std::uint8_t found = tag & low_tags;
      if (found <= last_ && last_ != none) ok_ = false;  // a SEQUENCE's fields have one order
      if (found > number || !ok_) return std::nullopt;
      last_ = found;
      const Bytes content = take(tag);
      if (!ok()) return std::nullopt;
      if (found == number) return Der(content);
    }
    return std::nullopt;
  }
  /// Reads over what is left, so that a cut message is refused; false where it is.
  bool skip_rest() {
    while (!at_end()) {
      reader_.skip(1);
      reader_.skip(read_length());
    }
    return ok();
  }
  void fail() { ok_ = false; }

 private:
  static constexpr std::uint8_t none = 0xff;

  /// A definite length, in as few bytes as it takes.
  std::size_t read_length() {
    const std::size_t first = reader_.u8();
    if (first < 0x80) return first;
    const std::size_t width = first & 0x7fU;
    std::size_t length = 0;
    if (width < 1 || width > 3) {
      ok_ = false;
      return 0;
    }
    for (std::size_t i = 0; i < width; ++i) length = length << 8U | reader_.u8();
    if (length < 0x80 || length >> (8 * (width - 1)) == 0) ok_ = false;
    return length;
  }

  ByteReader reader_;
  bool ok_ = true;
  std::uint8_t last_ = none;
};

/// The only value in there; bad where it is none, or where more follows.
template <class Value, class Read>
std::optional<Value> only(std::optional<Der> field, const Read& read) {
  if (!field) return std::nullopt;
  const std::optional<Value> value = read(*field);
  if (!field->ok() || !field->at_end()) return std::nullopt;
  return value;
}

std::optional<std::int32_t> integer(std::optional<Der> field) {
  return only<std::int32_t>(field, [](Der& der) -> std::optional<std::int32_t> {
    const Bytes bytes = der.take(tag_integer);
    if (bytes.empty() || bytes.size() > 4) return std::nullopt;
    std::uint32_t value = (bytes[0] & 0x80U) != 0 ? 0xffffffffU : 0;
    for (const std::uint8_t byte : bytes) value = value << 8U | byte;
    return static_cast<std::int32_t>(value);
  });
}

std::optional<std::string> string(std::optional<Der> field) {
  return only<std::string>(field, [](Der& der) -> std::optional<std::string> {
    const Bytes bytes = der.take(tag_general_string);
    if (bytes.empty() || bytes.size() > longest_name) return std::nullopt;
    return std::string(bytes.begin(), bytes.end());
  });
}

/// PrincipalName (RFC 4120 section 5.2.2).
std::optional<std::string> principal(std::optional<Der> field) {
  return only<std::string>(field, [](Der& der) -> std::optional<std::string> {
    Der name = der.open(tag_sequence);
    if (!integer(name.field(0))) return std::nullopt;
    auto list = name.field(1);
    if (!list || !name.at_end()) return std::nullopt;
    Der components = list->open(tag_sequence);
    std::string out;
    std::size_t count = 0;
    while (!components.at_end()) {
      const Bytes component = components.take(tag_general_string);
      if (!components.ok() || ++count > most_components || out.size() + component.size() >= longest_name)
        return std::nullopt;
      if (count > 1) out += '/';
      out.append(component.begin(), component.end());
    }
    if (!components.ok() || !list->at_end() || count == 0 || out.empty()) return std::nullopt;
    return out;
  });
}

/// An OPTIONAL name: nothing wrong where it is absent.
template <class Read>
bool optional_text(Der& sequence, std::uint8_t number, const Read& read, std::string& out) {
  auto field = sequence.field(number);
  if (!field) return sequence.ok();
  auto text = read(field);
  if (!text) return false;
  out = std::move(*text);
  return true;
}

template <class Read>
bool required_text(Der& sequence, std::uint8_t number, const Read& read, std::string& out) {
  return optional_text(sequence, number, read, out) && !out.empty();
}

/// METHOD-DATA, for the kinds alone.
bool read_padata(Der& field, Message& out) {
  Der list = field.open(tag_sequence);
  std::size_t count = 0;
  while (!list.at_end()) {
    Der one = list.open(tag_sequence);
    const auto kind = integer(one.field(1));
    auto value = one.field(2);
    if (!kind || !value || !one.at_end() || ++count > most_padata) return false;
    static_cast<void>(value->take(tag_octet_string));
    if (!value->ok() || !value->at_end()) return false;
    out.armoured = out.armoured || *kind == pa_fx_fast;
    out.for_another = out.for_another || *kind == pa_for_user || *kind == pa_s4u_x509_user;
  }
  return list.ok() && field.at_end();
}

/// KDC-REQ-BODY (section 5.4.1).
bool read_body(Der& field, Message& out) {
  Der body = field.open(tag_sequence);
  auto flags = body.field(0);
  if (!flags) return false;
  ByteReader bits(flags->take(tag_bit_string));
  bits.skip(1);  // unused bits
  out.options = bits.u32();
  if (!flags->ok() || !flags->at_end() || !bits.ok()) return false;
  if (!optional_text(body, 1, principal, out.client) || !required_text(body, 2, string, out.realm) ||
      !optional_text(body, 3, principal, out.service))
    return false;
  out.for_another = out.for_another || (out.options & option_cname_in_additional_ticket) != 0;
  return body.skip_rest() && field.at_end();
}

bool is_type(std::optional<Der> field, MessageType type) {
  const auto number = integer(field);
  return number && *number == static_cast<std::int32_t>(type);
}

/// KDC-REQ (section 5.4.1).
bool read_request(Der& sequence, Message& out) {
  if (integer(sequence.field(1)) != version || !is_type(sequence.field(2), out.type)) return false;
  if (auto padata = sequence.field(3); padata && !read_padata(*padata, out)) return false;
  auto body = sequence.ok() ? sequence.field(4) : std::nullopt;
  return body && read_body(*body, out) && sequence.at_end() && sequence.ok();
}

/// The name that a ticket is for (section 5.3).
bool read_ticket(Der& field, Message& out) {
  Der outer = field.open(application | 1U);
  Der ticket = outer.open(tag_sequence);
  std::string realm;
  return integer(ticket.field(0)) == version && required_text(ticket, 1, string, realm) &&
         required_text(ticket, 2, principal, out.service) && ticket.skip_rest() && outer.at_end() &&
         field.at_end();
}

/// KDC-REP (section 5.4.2).
bool read_reply(Der& sequence, Message& out) {
  if (integer(sequence.field(0)) != version || !is_type(sequence.field(1), out.type)) return false;
  if (auto padata = sequence.field(2); padata && !read_padata(*padata, out)) return false;
  if (!sequence.ok() || !required_text(sequence, 3, string, out.realm) ||
      !required_text(sequence, 4, principal, out.client))
    return false;
  auto ticket = sequence.field(5);
  if (!ticket || !read_ticket(*ticket, out)) return false;
  return sequence.field(6) && sequence.at_end() && sequence.ok();
}

/// KRB-ERROR (section 5.9.1).
bool read_error(Der& sequence, Message& out) {
  if (integer(sequence.field(0)) != version || !is_type(sequence.field(1), out.type)) return false;
  const auto code = integer(sequence.field(6));
  if (!code) return false;
  out.error_code = *code;
  std::string realm;
  if (!optional_text(sequence, 7, string, out.realm) || !optional_text(sequence, 8, principal, out.client) ||
      !required_text(sequence, 9, string, realm) || !optional_text(sequence, 10, principal, out.service))
    return false;
  if (out.realm.empty()) out.realm = realm;
  return sequence.skip_rest();
}

bool read(Der& sequence, Message& out) {
  switch (out.type) {
    case MessageType::as_req:
    case MessageType::tgs_req:
      return read_request(sequence, out);
    case MessageType::as_rep:
    case MessageType::tgs_rep:
      return read_reply(sequence, out);
    case MessageType::error:
      return read_error(sequence, out);
  }
  return false;
}

bool is_known(unsigned type) {
  constexpr std::array<unsigned, 5> known{10, 11, 12, 13, 30};
  for (const unsigned one : known)
    if (one == type) return true;
  return false;
}

}  // namespace

Result<Message, DecodeError> parse(Bytes message) {
  if (message.empty()) return Failure{DecodeError{Malformation::truncated, 0}};
  const std::uint8_t tag = message[0];
  Message out;
  if ((tag & 0xe0U) != application || !is_known(tag & low_tags))
    return Failure{DecodeError{Malformation::kerberos_message, 0}};
  out.type = static_cast<MessageType>(tag & low_tags);
  Der whole(message);
  Der outer = whole.open(tag);
  Der sequence = outer.open(tag_sequence);
  if (!whole.at_end() || !whole.ok() || !outer.at_end() || !read(sequence, out) || !sequence.ok())
    return Failure{DecodeError{Malformation::kerberos_message, 0}};
  return out;
}

Result<std::optional<StreamMessage>, DecodeError> next_on_stream(Bytes stream, std::size_t offset) {
  if (offset > stream.size()) return std::optional<StreamMessage>{};
  ByteReader reader(stream.subspan(offset));
  const std::size_t length = reader.u32();
  if (reader.ok() && (length == 0 || length > longest_message))
    return Failure{DecodeError{Malformation::kerberos_message, offset}};
  const Bytes message = reader.take(length);
  if (!reader.ok()) return std::optional<StreamMessage>{};
  return std::optional(StreamMessage{message, offset + 4 + length});
}

}  // namespace edgewatch::wire::kerberos
