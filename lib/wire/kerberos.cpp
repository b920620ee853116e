#include "edgewatch/wire/kerberos.hpp"

#include "notes.hpp"

#include <array>

#include <fmt/format.h>

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

/// Reads DER values one after the other (X.690 section 10). Sticky, like the ByteReader it stands on; the
/// first thing that is wrong is noted.
class Der {
 public:
  Der(Bytes bytes, Notes& notes) : bytes_(bytes), reader_(bytes), notes_(&notes) {}

  [[nodiscard]] bool ok() const { return ok_ && reader_.ok(); }
  [[nodiscard]] bool at_end() const { return !ok() || reader_.remaining() == 0; }
  /// All that it was given.
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] Notes& notes() const { return *notes_; }

  /// The content of the next value, which must have this tag.
  Bytes take(std::uint8_t tag) {
    const Bytes rest = here();
    const std::uint8_t found = reader_.u8();
    const Bytes content = reader_.take(read_length(rest));
    if (!reader_.ok()) {
      fail(rest, "a value runs past the end of what it stands in");
    } else if (found != tag) {
      fail(rest, "another value stands where one of tag {} belongs", tag);
    }
    return ok() ? content : Bytes{};
  }
  Der open(std::uint8_t tag) {
    Der inner(take(tag), *notes_);
    inner.ok_ = ok();
    return inner;
  }
  /// The content of field [n], whether or not other fields, that nobody asked for, come before it; nothing
  /// where a later field or the end comes first.
  std::optional<Der> field(std::uint8_t number) {
    while (!at_end()) {
      const Bytes rest = here();
      ByteReader ahead = reader_;
      const std::uint8_t tag = ahead.u8();
      if ((tag & 0xe0U) != context || (tag & low_tags) == low_tags) {
        fail(rest, "tag {} is of no field of a SEQUENCE", tag);
        return std::nullopt;
      }
      const std::uint8_t found = tag & low_tags;
      if (found <= last_ && last_ != none) fail(rest, "field [{}] is out of order", found);
      if (found > number || !ok_) return std::nullopt;
      last_ = found;
      const Bytes content = take(tag);
      if (!ok()) return std::nullopt;
      if (found == number) return Der(content, *notes_);
    }
    return std::nullopt;
  }
  /// Reads over what is left, so that a cut message is refused; false where it is.
  bool skip_rest() {
    while (!at_end()) {
      const Bytes rest = here();
      reader_.skip(1);
      reader_.skip(read_length(rest));
      if (!reader_.ok()) fail(rest, "a value runs past the end of what it stands in");
    }
    return ok();
  }
  /// Whether everything was read; else there is more than belongs here.
  bool is_over() {
    if (ok() && reader_.remaining() != 0) fail(here(), "more bytes than belong here");
    return ok();
  }
  /// The message is no good for this; always false.
  bool fail(Bytes at, std::string_view why, std::uint64_t number = 0) {
    ok_ = false;
    return notes_->wrong(at, why, number);
  }

 private:
  static constexpr std::uint8_t none = 0xff;

  [[nodiscard]] Bytes here() const { return bytes_.last(reader_.remaining()); }

  /// A definite length, in as few bytes as it takes.
  std::size_t read_length(Bytes value) {
    const std::size_t first = reader_.u8();
    if (first < 0x80) return first;
    const std::size_t width = first & 0x7fU;
    std::size_t length = 0;
    if (width < 1 || width > 3) {
      fail(value, "a length that DER does not have, or too long");
      return 0;
    }
    for (std::size_t i = 0; i < width; ++i) length = length << 8U | reader_.u8();
    if (length < 0x80 || length >> (8 * (width - 1)) == 0) fail(value, "a length that is not the shortest");
    return length;
  }

  Bytes bytes_;
  ByteReader reader_;
  Notes* notes_;
  bool ok_ = true;
  std::uint8_t last_ = none;
};

/// The only value in there; bad where it is none, or where more follows.
template <class Value, class Read>
std::optional<Value> only(std::optional<Der> field, const Read& read) {
  if (!field) return std::nullopt;
  const std::optional<Value> value = read(*field);
  if (!value || !field->is_over()) return std::nullopt;
  return value;
}

std::optional<std::int32_t> integer(std::optional<Der> field) {
  return only<std::int32_t>(field, [](Der& der) -> std::optional<std::int32_t> {
    const Bytes bytes = der.take(tag_integer);
    if (bytes.empty() || bytes.size() > 4) {
      der.fail(der.bytes(), "an INTEGER of {} bytes", bytes.size());
      return std::nullopt;
    }
    std::uint32_t value = (bytes[0] & 0x80U) != 0 ? 0xffffffffU : 0;
    for (const std::uint8_t byte : bytes) value = value << 8U | byte;
    return static_cast<std::int32_t>(value);
  });
}

std::optional<std::string> string(std::optional<Der> field) {
  return only<std::string>(field, [](Der& der) -> std::optional<std::string> {
    const Bytes bytes = der.take(tag_general_string);
    if (bytes.empty() || bytes.size() > longest_name) {
      der.fail(der.bytes(), "a name of {} bytes", bytes.size());
      return std::nullopt;
    }
    return std::string(bytes.begin(), bytes.end());
  });
}

/// PrincipalName (RFC 4120 section 5.2.2).
std::optional<std::string> principal(std::optional<Der> field) {
  return only<std::string>(field, [](Der& der) -> std::optional<std::string> {
    Der name = der.open(tag_sequence);
    if (!integer(name.field(0))) return std::nullopt;
    auto list = name.field(1);
    if (!list || !name.is_over()) return std::nullopt;
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
    if (!components.ok() || !list->is_over() || count == 0 || out.empty()) return std::nullopt;
    return out;
  });
}

/// Where a reader said no without a word: what stands there is not as the RFC says.
bool is_none(const Der& field, std::string_view why) { return field.notes().wrong(field.bytes(), why); }

/// An OPTIONAL name: nothing wrong where it is absent.
template <class Read>
bool optional_text(Der& sequence, std::uint8_t number, std::string_view name, const Read& read,
                   std::string& out) {
  auto field = sequence.field(number);
  if (!field) return sequence.ok();
  auto text = read(field);
  if (!text) return is_none(*field, "no name can be read here (RFC 4120 section 5.2)");
  out = std::move(*text);
  // Whose it is stays unsaid: `inspect --identity` shows names.
  if (sequence.notes().asked()) [[unlikely]]
    sequence.notes().part(field->bytes(), fmt::format("{}, {} bytes", name, out.size()));
  return true;
}

template <class Read>
bool required_text(Der& sequence, std::uint8_t number, std::string_view name, const Read& read,
                   std::string& out) {
  return optional_text(sequence, number, name, read, out) &&
         (!out.empty() || sequence.fail(sequence.bytes(), "field [{}], a name, is missing", number));
}

[[gnu::cold]] std::string padata_words(std::int32_t kind) {
  switch (kind) {
    case 2:
      return "padata 2, PA-ENC-TIMESTAMP";
    case 1:
      return "padata 1, PA-TGS-REQ";
    case pa_for_user:
      return "padata 129, PA-FOR-USER: in another's name";
    case pa_s4u_x509_user:
      return "padata 130, PA-S4U-X509-USER: in another's name";
    case pa_fx_fast:
      return "padata 136, PA-FX-FAST: armoured, the true name is within";
    default:
      return fmt::format("padata {}, passed over", kind);
  }
}

/// METHOD-DATA, for the kinds alone.
bool read_padata(Der& field, Message& out) {
  Der list = field.open(tag_sequence);
  std::size_t count = 0;
  while (!list.at_end()) {
    Der one = list.open(tag_sequence);
    const auto kind = integer(one.field(1));
    auto value = one.field(2);
    if (!kind || !value || !one.is_over()) return is_none(one, "no padata can be read here");
    if (++count > most_padata) return list.fail(one.bytes(), "more than {} padata", most_padata);
    static_cast<void>(value->take(tag_octet_string));
    if (!value->is_over()) return false;
    if (field.notes().asked()) [[unlikely]]
      field.notes().part(one.bytes(), padata_words(*kind));
    out.armoured = out.armoured || *kind == pa_fx_fast;
    out.for_another = out.for_another || *kind == pa_for_user || *kind == pa_s4u_x509_user;
  }
  return list.ok() && field.is_over();
}

/// KDC-REQ-BODY (section 5.4.1).
bool read_body(Der& field, Message& out) {
  Der body = field.open(tag_sequence);
  auto flags = body.field(0);
  if (!flags) return is_none(body, "field [0], kdc-options, is missing");
  ByteReader bits(flags->take(tag_bit_string));
  bits.skip(1);  // unused bits
  out.options = bits.u32();
  if (!flags->is_over()) return false;
  if (!bits.ok()) return flags->fail(flags->bytes(), "kdc-options of less than 32 bits");
  if (field.notes().asked()) [[unlikely]]
    field.notes().part(flags->bytes(), fmt::format("kdc-options 0x{:08x}{}", out.options,
                                                   out.canonicalize() ? ", canonicalize" : ""));
  if (!optional_text(body, 1, "cname", principal, out.client) ||
      !required_text(body, 2, "realm", string, out.realm) ||
      !optional_text(body, 3, "sname", principal, out.service))
    return false;
  out.for_another = out.for_another || (out.options & option_cname_in_additional_ticket) != 0;
  return body.skip_rest() && field.is_over();
}

/// pvno and msg-type, the first two fields of every message.
bool begins_as(Der& sequence, std::uint8_t first, MessageType type) {
  if (integer(sequence.field(first)) != version) return is_none(sequence, "pvno is not 5");
  const auto number = integer(sequence.field(first + 1));
  return (number && *number == static_cast<std::int32_t>(type)) ||
         is_none(sequence, "msg-type is not that of the message's own tag");
}

/// KDC-REQ (section 5.4.1).
bool read_request(Der& sequence, Message& out) {
  if (!begins_as(sequence, 1, out.type)) return false;
  if (auto padata = sequence.field(3); padata && !read_padata(*padata, out)) return false;
  auto body = sequence.ok() ? sequence.field(4) : std::nullopt;
  if (!body) return is_none(sequence, "field [4], req-body, is missing");
  return read_body(*body, out) && sequence.is_over();
}

/// The name that a ticket is for (section 5.3).
bool read_ticket(Der& field, Message& out) {
  Der outer = field.open(application | 1U);
  Der ticket = outer.open(tag_sequence);
  std::string realm;
  if (integer(ticket.field(0)) != version) return is_none(ticket, "tkt-vno is not 5");
  return required_text(ticket, 1, "realm of the ticket", string, realm) &&
         required_text(ticket, 2, "sname of the ticket", principal, out.service) && ticket.skip_rest() &&
         outer.is_over() && field.is_over();
}

/// KDC-REP (section 5.4.2).
bool read_reply(Der& sequence, Message& out) {
  if (!begins_as(sequence, 0, out.type)) return false;
  if (auto padata = sequence.field(2); padata && !read_padata(*padata, out)) return false;
  if (!sequence.ok() || !required_text(sequence, 3, "crealm", string, out.realm) ||
      !required_text(sequence, 4, "cname", principal, out.client))
    return false;
  auto ticket = sequence.field(5);
  if (!ticket) return is_none(sequence, "field [5], the ticket, is missing");
  if (!read_ticket(*ticket, out)) return false;
  if (!sequence.field(6)) return is_none(sequence, "field [6], enc-part, is missing");
  return sequence.is_over();
}

/// Of those of RFC 4120 section 7.5.9 that an administrator meets.
[[gnu::cold]] std::string_view error_name(std::int32_t code) {
  switch (code) {
    case 6:
      return "KDC_ERR_C_PRINCIPAL_UNKNOWN";
    case 7:
      return "KDC_ERR_S_PRINCIPAL_UNKNOWN";
    case 12:
      return "KDC_ERR_POLICY";
    case 18:
      return "KDC_ERR_CLIENT_REVOKED";
    case 23:
      return "KDC_ERR_KEY_EXPIRED";
    case 24:
      return "KDC_ERR_PREAUTH_FAILED";
    case 25:
      return "KDC_ERR_PREAUTH_REQUIRED";
    case 32:
      return "KRB_AP_ERR_TKT_EXPIRED";
    case 37:
      return "KRB_AP_ERR_SKEW";
    case 52:
      return "KRB_ERR_RESPONSE_TOO_BIG";
    case 68:
      return "KDC_ERR_WRONG_REALM";
    default:
      return "an error";
  }
}

/// KRB-ERROR (section 5.9.1).
bool read_error(Der& sequence, Message& out) {
  if (!begins_as(sequence, 0, out.type)) return false;
  const auto field = sequence.field(6);
  const auto code = integer(field);
  if (!code) return is_none(sequence, "field [6], error-code, is missing");
  out.error_code = *code;
  if (sequence.notes().asked()) [[unlikely]]
    sequence.notes().part(field->bytes(), fmt::format("error-code {}, {}", *code, error_name(*code)));
  std::string realm;
  if (!optional_text(sequence, 7, "crealm", string, out.realm) ||
      !optional_text(sequence, 8, "cname", principal, out.client) ||
      !required_text(sequence, 9, "realm", string, realm) ||
      !optional_text(sequence, 10, "sname", principal, out.service))
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

std::string_view to_string(MessageType type) {
  switch (type) {
    case MessageType::as_req:
      return "AS-REQ";
    case MessageType::as_rep:
      return "AS-REP";
    case MessageType::tgs_req:
      return "TGS-REQ";
    case MessageType::tgs_rep:
      return "TGS-REP";
    case MessageType::error:
      break;
  }
  return "KRB-ERROR";
}

Result<Message, DecodeError> parse(Bytes message, Trace* trace) {
  Notes notes("kerberos", message, trace);
  if (message.empty()) {
    notes.wrong(message, "there is nothing");
    return notes.refuse(Malformation::truncated);
  }
  const std::uint8_t tag = message[0];
  Message out;
  if ((tag & 0xe0U) != application || !is_known(tag & low_tags)) {
    notes.wrong(message, "tag {} begins no message of RFC 4120 that is read here", tag);
    return notes.refuse(Malformation::kerberos_message);
  }
  out.type = static_cast<MessageType>(tag & low_tags);
  if (notes.asked()) [[unlikely]]
    notes.part(message, std::string(to_string(out.type)));
  Der whole(message, notes);
  Der outer = whole.open(tag);
  Der sequence = outer.open(tag_sequence);
  if (!whole.is_over() || !outer.is_over() || !read(sequence, out) || !sequence.ok()) {
    notes.wrong(message, "not as RFC 4120 says");
    return notes.refuse(Malformation::kerberos_message);
  }
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
