#include "support/tls.hpp"

#include <algorithm>

namespace edgewatch::support {
namespace {

constexpr std::uint16_t x25519_mlkem768 = 0x11ec;
constexpr std::uint16_t x25519 = 0x001d;
constexpr std::size_t mlkem_client_share = 1216;  // 1184 of ML-KEM-768 and 32 of X25519
constexpr std::size_t mlkem_server_share = 1120;  // 1088 and 32
constexpr std::size_t largest_record = 5 + 16384 + 17;
constexpr std::size_t smallest_record = 5 + 1 + 1 + 16;

std::uint16_t grease_value(Random& random) {  // RFC 8701 section 2
  const std::uint64_t nibble = random.below(16);
  return static_cast<std::uint16_t>(nibble * 0x1010 + 0x0a0a);
}

Buffer extension(std::uint16_t type, Bytes body) {
  ByteWriter out;
  out.u16(type).prefixed(2, [&](ByteWriter& inner) { inner.bytes(body); });
  return std::move(out).take();
}

template <class Fill>
Buffer extension_of(std::uint16_t type, Fill&& fill) {
  ByteWriter body;
  fill(body);
  return extension(type, body.view());
}

Buffer server_name_extension(const std::string& name) {  // RFC 6066 section 3
  return extension_of(0, [&](ByteWriter& out) {
    out.prefixed(
        2, [&](ByteWriter& list) { list.u8(0).prefixed(2, [&](ByteWriter& host) { host.text(name); }); });
  });
}

Buffer alpn_extension(const std::vector<std::string>& protocols) {  // RFC 7301
  return extension_of(16, [&](ByteWriter& out) {
    out.prefixed(2, [&](ByteWriter& list) {
      for (const std::string& protocol : protocols)
        list.prefixed(1, [&](ByteWriter& one) { one.text(protocol); });
    });
  });
}

Buffer groups_extension(KeyShare share, std::uint16_t grease) {
  return extension_of(10, [&](ByteWriter& out) {
    out.prefixed(2, [&](ByteWriter& list) {
      list.u16(grease);
      if (share == KeyShare::post_quantum) list.u16(x25519_mlkem768);
      list.u16(x25519).u16(0x0017).u16(0x0018);
    });
  });
}

Buffer key_share_extension(KeyShare share, std::uint16_t grease, Random& random) {
  return extension_of(51, [&](ByteWriter& out) {
    out.prefixed(2, [&](ByteWriter& list) {
      list.u16(grease).u16(1).u8(0);
      if (share == KeyShare::post_quantum)
        list.u16(x25519_mlkem768).u16(mlkem_client_share).bytes(random.bytes(mlkem_client_share));
      list.u16(x25519).u16(32).bytes(random.bytes(32));
    });
  });
}

// RFC 9849 6.2: an outer extension whose key and payload are random.
Buffer grease_ech_extension(Random& random) {
  const std::size_t payload = 144 + 32 * random.below(4);
  return extension_of(0xfe0d, [&](ByteWriter& out) {
    out.u8(0).u16(1).u16(1).u8(random.below(256)).u16(32).bytes(random.bytes(32));
    out.u16(payload).bytes(random.bytes(payload));
  });
}

// draft-ietf-tls-esni-02, section 5: suite, key share, digest of the record, encrypted name.
Buffer encrypted_name_extension(Random& random) {
  return extension_of(0xffce, [&](ByteWriter& out) {
    out.u16(0x1301).u16(x25519).u16(32).bytes(random.bytes(32));
    out.u16(32).bytes(random.bytes(32)).u16(292).bytes(random.bytes(292));
  });
}

// RFC 9000 section 18: what Chromium names, and one reserved parameter.
Buffer transport_parameters_extension(Random& random) {
  return extension_of(57, [&](ByteWriter& out) {
    const auto parameter = [&](std::uint64_t id, std::uint64_t value) {
      ByteWriter coded;
      coded.varint(value);
      out.varint(id).varint(coded.size()).bytes(coded.view());
    };
    parameter(0x01, 30000);
    parameter(0x03, 1472);
    parameter(0x04, 15728640);
    parameter(0x05, 6291456);
    parameter(0x06, 6291456);
    parameter(0x07, 6291456);
    parameter(0x08, 100);
    parameter(0x09, 103);
    parameter(0x20, 65536);
    out.varint(0x0f).varint(0);  // an empty source connection id
    out.varint(31 * random.below(1000) + 27).varint(6).bytes(random.bytes(6));
  });
}

Buffer versions_extension(Transport transport, std::uint16_t grease) {
  return extension_of(43, [&](ByteWriter& out) {
    out.prefixed(1, [&](ByteWriter& list) {
      list.u16(grease).u16(0x0304);
      if (transport == Transport::tcp) list.u16(0x0303);
    });
  });
}

Buffer signature_algorithms_extension() {
  return extension_of(13, [](ByteWriter& out) {
    out.prefixed(2, [](ByteWriter& list) {
      list.u16(0x0403).u16(0x0804).u16(0x0401).u16(0x0503).u16(0x0805).u16(0x0501).u16(0x0806).u16(0x0601);
    });
  });
}

std::vector<Buffer> extensions(const HelloOptions& options, Random& random) {
  const std::uint16_t group_grease = grease_value(random);
  std::vector<Buffer> out;
  if (!options.server_name.empty()) out.push_back(server_name_extension(options.server_name));
  out.push_back(groups_extension(options.key_share, group_grease));
  out.push_back(alpn_extension(options.alpn));
  out.push_back(signature_algorithms_extension());
  out.push_back(key_share_extension(options.key_share, group_grease, random));
  out.push_back(extension(45, Buffer{1, 1}));  // psk_dhe_ke
  out.push_back(versions_extension(options.transport, grease_value(random)));
  out.push_back(extension(27, Buffer{2, 0, 2}));  // compress_certificate: brotli
  out.push_back(extension_of(0x44cd, [&](ByteWriter& settings) {
    settings.prefixed(2, [&](ByteWriter& list) {
      list.prefixed(1,
                    [&](ByteWriter& one) { one.text(options.alpn.empty() ? "h2" : options.alpn.front()); });
    });
  }));
  if (options.transport == Transport::quic) {
    out.push_back(transport_parameters_extension(random));
  } else {
    out.push_back(extension(5, Buffer{1, 0, 0, 0, 0}));  // status_request: OCSP
    out.push_back(extension(11, Buffer{1, 0}));          // uncompressed points
    out.push_back(extension(18, {}));                    // signed_certificate_timestamp
    out.push_back(extension(23, {}));                    // extended_master_secret
    out.push_back(extension(35, {}));                    // session_ticket
    out.push_back(extension(0xff01, Buffer{0}));         // renegotiation_info
  }
  if (options.ech == Ech::grease) out.push_back(grease_ech_extension(random));
  if (options.ech == Ech::esni) out.push_back(encrypted_name_extension(random));
  if (options.order == ExtensionOrder::shuffled) random.shuffle(out);
  if (options.transport == Transport::tcp) {
    const std::uint16_t first = grease_value(random);
    std::uint16_t last = grease_value(random);
    while (last == first) last = grease_value(random);  // a type may stand once (RFC 8446 4.2)
    out.insert(out.begin(), extension(first, {}));
    out.push_back(extension(last, Buffer{0}));
  }
  return out;
}

template <class Fill>
Buffer handshake_message(std::uint8_t type, Fill&& fill) {
  ByteWriter out;
  out.u8(type).prefixed(3, std::forward<Fill>(fill));
  return std::move(out).take();
}

}  // namespace

Buffer client_hello(const HelloOptions& options, Random& random) {
  const bool quic = options.transport == Transport::quic;
  return handshake_message(1, [&](ByteWriter& out) {
    out.u16(0x0303).bytes(random.bytes(32));
    out.prefixed(1, [&](ByteWriter& session) { session.bytes(random.bytes(quic ? 0 : 32)); });
    out.prefixed(2, [&](ByteWriter& suites) {
      if (!quic) suites.u16(grease_value(random));
      suites.u16(0x1301).u16(0x1302).u16(0x1303);
      if (quic) return;
      suites.u16(0xc02b).u16(0xc02f).u16(0xc02c).u16(0xc030).u16(0xcca9).u16(0xcca8);
      suites.u16(0xc013).u16(0xc014).u16(0x009c).u16(0x009d).u16(0x002f).u16(0x0035);
    });
    out.u8(1).u8(0);
    out.prefixed(2, [&](ByteWriter& list) {
      for (const Buffer& one : extensions(options, random)) list.bytes(one);
    });
  });
}

Buffer server_hello(Transport transport, Random& random) {
  return handshake_message(2, [&](ByteWriter& out) {
    out.u16(0x0303).bytes(random.bytes(32));
    out.prefixed(
        1, [&](ByteWriter& session) { session.bytes(random.bytes(transport == Transport::quic ? 0 : 32)); });
    out.u16(0x1302).u8(0);
    out.prefixed(2, [&](ByteWriter& list) {
      list.bytes(extension(43, Buffer{3, 4}));
      list.bytes(extension_of(51, [&](ByteWriter& share) {
        share.u16(x25519_mlkem768).u16(mlkem_server_share).bytes(random.bytes(mlkem_server_share));
      }));
    });
  });
}

Buffer tls_records(std::uint8_t type, Bytes bytes, std::uint16_t version, std::size_t most) {
  ByteWriter out;
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(most, bytes.size()));
    out.u8(type).u16(version).u16(part.size()).bytes(part);
    bytes = bytes.subspan(part.size());
  }
  return std::move(out).take();
}

Buffer encrypted_records(std::size_t size, Random& random) {
  size = std::max(size, smallest_record);
  const std::size_t count = (size + largest_record - 1) / largest_record;
  Buffer out;
  out.reserve(size);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t body = size / count + (i < size % count ? 1 : 0) - 5;
    out.insert(out.end(), {23, 3, 3, static_cast<std::uint8_t>(body >> 8), static_cast<std::uint8_t>(body)});
    append_noise(out, body, random);
  }
  return out;
}

Buffer client_finished_flight(Random& random) {
  Buffer out = tls_records(20, Buffer{1});
  append(out, encrypted_records(74, random));  // 4 + 48 of Finished under SHA-384, type, tag, record header
  return out;
}

Buffer server_hello_flight(Random& random) {
  Buffer out = tls_records(22, server_hello(Transport::tcp, random));
  append(out, tls_records(20, Buffer{1}));
  return out;
}

Buffer server_encrypted_flight(std::size_t certificate, Random& random) {
  Buffer out = encrypted_records(5 + 10 + 17, random);           // EncryptedExtensions
  append(out, encrypted_records(5 + certificate + 17, random));  // Certificate
  append(out, encrypted_records(5 + 264 + 17, random));          // CertificateVerify, RSA-2048
  append(out, encrypted_records(74, random));                    // Finished
  return out;
}

}  // namespace edgewatch::support
