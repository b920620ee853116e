#include "edgewatch/wire/dns.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::wire::dns {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t max_name = 255;  // RFC 1035 section 2.3.4, as on the wire
constexpr std::size_t max_pointers =
    127;  // as many as a name can have labels: a pointer to a pointer has no use
constexpr std::size_t max_labels = 16384;  // in one message, those behind pointers each time: bounds the work
constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t mdns_flush = 0x8000;  // RFC 6762 section 10.2: no part of the class
constexpr std::uint16_t svcb_ech = 5;         // RFC 9848
constexpr std::uint16_t ech_version = 0xfe0d;

enum class Compression : std::uint8_t { allowed, forbidden };

/// Reads the names of a message. Keeps its work space between messages, and a few names within one: an
/// answer's owner is mostly a pointer to a name that was read before.
class NameReader {
 public:
  void begin(Bytes message) {
    message_ = message;
    label_count_ = 0;
    for (Known& known : known_) known.start = 0;
  }

  /// The name at the reader's place, which then stands behind it; false for a name that RFC 9267 sections 2
  /// to 4 warn of. A pointer must lead to before the part of the name that it ends, so every name ends; never
  /// into the header.
  bool read(ByteReader& reader, Compression compression, net::HostName& name) {
    const std::size_t start = reader.offset();
    std::size_t at = start;
    std::size_t run = start;  // where the labels that lead up to `at` begin
    std::size_t end = 0;      // behind the name where it began, known at the first pointer
    std::size_t pointers = 0;
    name_.clear();
    while (at < message_.size()) {
      const std::size_t octet = message_[at];
      if (octet != 0 && octet < 64) {
        if (at - run > max_name || message_.size() - at - 1 < octet || ++label_count_ > max_labels)
          return false;
        at += octet + 1;
        continue;
      }
      if (!name_.add_run(message_.subspan(run, at - run))) return false;
      if (octet == 0) {
        reader.skip((end == 0 ? at + 1 : end) - start);
        name_.build(name);
        keep(start, name);
        return true;
      }
      // 0x40 and 0x80 are reserved (RFC 6891 section 5).
      if (octet < 0xc0 || compression == Compression::forbidden || ++pointers > max_pointers) return false;
      if (at + 1 >= message_.size()) return false;
      const std::size_t target = (octet & 0x3f) << 8 | message_[at + 1];
      if (target >= run || target < header_size) return false;
      if (end == 0) end = at + 2;
      if (name_.empty()) {
        if (const auto* known = find(target)) {
          reader.skip(end - start);
          name = *known;
          return true;
        }
      }
      at = run = target;
    }
    return false;
  }

 private:
  struct Known {
    std::size_t start = 0;
    net::HostName name;
  };

  void keep(std::size_t start, const net::HostName& name) {
    if (message_[start] >= 64) return;
    Known& known = known_[next_++ % known_.size()];
    known.start = start;
    known.name = name;
  }
  const net::HostName* find(std::size_t start) const {
    for (const auto& known : known_)
      if (known.start == start) return &known.name;
    return nullptr;  // no name starts at 0, so an unused entry is never found
  }

  Bytes message_;
  net::HostNameBuilder name_;
  std::size_t label_count_ = 0;
  std::array<Known, 4> known_;
  std::size_t next_ = 0;
};

/// The public name of the first ECHConfig of the list that can be read (RFC 9849 section 4); empty when none
/// can.
std::string ech_public_name(Bytes list) {
  ByteReader reader(list);
  if (const std::size_t length = reader.u16(); !reader.ok() || length != reader.remaining()) return {};
  while (reader.remaining() > 0) {
    const auto version = reader.u16();
    ByteReader config(reader.take(reader.u16()));
    if (!reader.ok()) return {};
    if (version != ech_version) continue;
    config.skip(1 + 2);         // config_id, kem_id
    config.skip(config.u16());  // public_key
    config.skip(config.u16());  // cipher_suites
    config.skip(1);             // maximum_name_length
    const Bytes name = config.take(config.u8());
    config.skip(config.u16());  // extensions
    if (!config.ok() || config.remaining() != 0) continue;
    if (const auto host =
            net::HostName::from_dotted({reinterpret_cast<const char*>(name.data()), name.size()}))
      return host->text();
  }
  return {};
}

/// SvcParams (RFC 9460 section 2.2): keys in strictly rising order, to the record's last byte.
bool read_service_parameters(ByteReader& data, std::size_t end, Record& record) {
  std::int32_t last_key = -1;
  while (data.ok() && data.offset() < end) {
    const std::int32_t key = data.u16();
    const Bytes value = data.take(data.u16());
    if (!data.ok() || data.offset() > end || key <= last_key) return false;
    last_key = key;
    if (key == svcb_ech) {
      record.has_ech = true;
      record.ech_public_name = ech_public_name(value);
    }
  }
  return data.ok();
}

bool read_address(ByteReader& data, std::size_t length, std::size_t expected, Record& record) {
  if (length != expected) return false;
  const auto address = net::IpAddress::from_bytes(data.take(length));
  if (address) record.address = *address;
  return address.has_value();
}

bool read_target(ByteReader& data, NameReader& names, Compression compression, std::size_t end,
                 Record& record) {
  return names.read(data, compression, record.target) && data.offset() <= end;
}

/// The record data, to exactly its end; false when it is malformed. `data` stands at its first byte.
bool read_data(ByteReader& data, NameReader& names, std::size_t length, Record& record) {
  const std::size_t end = data.offset() + length;
  switch (record.type) {
    case Type::a:
      return read_address(data, length, 4, record);
    case Type::aaaa:
      return read_address(data, length, 16, record);
    case Type::cname:
      return read_target(data, names, Compression::allowed, end, record) && data.offset() == end;
    case Type::svcb:
    case Type::https:
      // RFC 9460 section 2.2: the target name is not compressed.
      record.priority = data.u16();
      return read_target(data, names, Compression::forbidden, end, record) &&
             read_service_parameters(data, end, record);
    default:
      return true;
  }
}

bool matters(std::uint16_t type) {
  return type == Type::a || type == Type::aaaa || type == Type::cname || type == Type::svcb ||
         type == Type::https;
}

/// The next of a list whose entries are used again.
template <class Entry>
Entry& entry(std::vector<Entry>& list, std::size_t place) {
  return place < list.size() ? list[place] : list.emplace_back();
}

/// The answer section, whole or not at all (ENFORCEMENT D5).
bool read_answers(Bytes message, ByteReader reader, NameReader& names, std::size_t count,
                  std::vector<Record>& answers) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Record& record = entry(answers, kept);
    if (!names.read(reader, Compression::allowed, record.owner)) return false;
    record.type = reader.u16();
    const auto klass = static_cast<std::uint16_t>(reader.u16() & ~mdns_flush);
    const auto ttl = reader.u32();
    record.ttl = std::chrono::seconds(ttl <= 0x7fffffff ? ttl : 0);  // RFC 2181 section 8
    const std::size_t length = reader.u16();
    ByteReader data(message);
    data.skip(reader.offset());
    reader.skip(length);
    if (!reader.ok()) return false;
    if (klass != class_in || !matters(record.type)) continue;
    record.has_ech = false;
    record.ech_public_name.clear();
    if (!read_data(data, names, length, record)) return false;
    ++kept;
  }
  answers.resize(kept);
  return true;
}

std::optional<DecodeError> read_message(Bytes message, NameReader& names, Message& out) {
  ByteReader reader(message);
  out.id = reader.u16();
  const auto flags = reader.u16();
  const std::size_t question_count = reader.u16();
  const std::size_t answer_count = reader.u16();
  reader.skip(4);  // authority and additional counts
  if (!reader.ok()) return DecodeError{Malformation::dns_header, message.size()};
  out.response = (flags & 0x8000) != 0;
  out.opcode = (flags >> 11) & 0x0f;
  out.truncated = (flags & 0x0200) != 0;
  out.rcode = flags & 0x0f;

  names.begin(message);
  for (std::size_t i = 0; i < question_count; ++i) {
    const std::size_t at = reader.offset();
    Question& question = entry(out.questions, i);
    if (!names.read(reader, Compression::allowed, question.qname))
      return DecodeError{at < message.size() ? Malformation::dns_name : Malformation::truncated, at};
    question.qtype = reader.u16();
    question.qclass = reader.u16();
    if (!reader.ok()) return DecodeError{Malformation::truncated, message.size()};
  }
  out.questions.resize(question_count);
  out.answers_complete = read_answers(message, reader, names, answer_count, out.answers);
  if (!out.answers_complete) out.answers.clear();
  return std::nullopt;
}

}  // namespace

class Parser::Impl {
 public:
  Result<const Message*, DecodeError> parse(Bytes message) {
    // Answers and questions take turns: each kind has its own, so that none takes the other's memory down.
    constexpr std::size_t flags = 2;
    constexpr std::uint8_t response = 0x80;
    Message& out = message.size() > flags && (message[flags] & response) != 0 ? answer_ : question_;
    if (const auto refusal = read_message(message, names_, out)) return Failure{*refusal};
    return &out;
  }

 private:
  NameReader names_;
  Message question_;
  Message answer_;
};

Parser::Parser() : impl_(std::make_unique<Impl>()) {}
Parser::~Parser() = default;
Result<const Message*, DecodeError> Parser::parse(Bytes message) { return impl_->parse(message); }

Result<Message, DecodeError> parse(Bytes message) {
  NameReader names;
  Message out;
  if (const auto refusal = read_message(message, names, out)) return Failure{*refusal};
  return out;
}

std::optional<StreamMessage> next_on_stream(Bytes stream, std::size_t offset) {
  if (offset > stream.size()) return std::nullopt;
  ByteReader reader(stream.subspan(offset));
  const std::size_t length = reader.u16();
  const Bytes message = reader.take(length);
  if (!reader.ok()) return std::nullopt;
  return StreamMessage{message, offset + 2 + length};
}

}  // namespace edgewatch::wire::dns
