// Small makers of DNS messages, ClientHellos and TLS records for the tests of the protocol half of wire.
// Every maker gives owned bytes.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::wire::test {

using Buffer = std::vector<std::uint8_t>;

/// A copy of exactly as many bytes on the heap, so that AddressSanitizer sees a read past the end.
class Exact {
 public:
  explicit Exact(Bytes bytes) : size_(bytes.size()), data_(new std::uint8_t[bytes.size()]) {
    std::copy(bytes.begin(), bytes.end(), data_.get());
  }
  operator Bytes() const {
    return {data_.get(), size_};
  }  // NOLINT(google-explicit-constructor): it stands for the bytes

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> data_;
};

inline Bytes view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Buffer hex(std::string_view digits) {
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Buffer out;
  std::string packed;
  for (const char c : digits)
    if (c != ' ' && c != '\n') packed += c;
  for (std::size_t i = 0; i + 1 < packed.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(value(packed[i]) << 4 | value(packed[i + 1])));
  return out;
}

inline Buffer& operator<<(Buffer& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}
inline Buffer& operator<<(Buffer& out, std::string_view text) { return out << view(text); }

inline void put(Buffer& out, std::size_t width, std::uint64_t number) {
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}
/// A number of `width` bytes and then so many bytes.
inline void put_vector(Buffer& out, std::size_t width, Bytes bytes) {
  put(out, width, bytes.size());
  out << bytes;
}

// ---- DNS ----

/// `www.photo.example` as labels with the root, uncompressed.
inline Buffer wire_name(std::string_view dotted) {
  Buffer out;
  while (!dotted.empty()) {
    const auto label = dotted.substr(0, dotted.find('.'));
    put_vector(out, 1, view(label));
    dotted.remove_prefix(std::min(dotted.size(), label.size() + 1));
  }
  out.push_back(0);
  return out;
}
inline Buffer pointer_to(std::size_t offset) {
  Buffer out;
  put(out, 2, 0xc000 | offset);
  return out;
}
inline Buffer dns_header(unsigned flags, unsigned questions, unsigned answers, unsigned id = 0x1234) {
  Buffer out;
  for (const unsigned number : {id, flags, questions, answers, 0U, 0U}) put(out, 2, number);
  return out;
}
inline Buffer dns_question(Bytes name, unsigned type, unsigned klass = 1) {
  Buffer out;
  out << name;
  put(out, 2, type);
  put(out, 2, klass);
  return out;
}
inline Buffer dns_record(Bytes owner, unsigned type, Bytes data, std::uint32_t ttl = 60, unsigned klass = 1) {
  Buffer out = dns_question(owner, type, klass);
  put(out, 4, ttl);
  put_vector(out, 2, data);
  return out;
}
inline constexpr unsigned query_flags = 0x0100;
inline constexpr unsigned response_flags = 0x8180;

// ---- TLS ----

inline Buffer extension(unsigned type, Bytes body) {
  Buffer out;
  put(out, 2, type);
  put_vector(out, 2, body);
  return out;
}
/// The server_name extension with one host_name.
inline Buffer server_name_extension(std::string_view name) {
  Buffer entry{0};
  put_vector(entry, 2, view(name));
  Buffer list;
  put_vector(list, 2, entry);
  return extension(0, list);
}
inline Buffer alpn_extension(std::initializer_list<std::string_view> names) {
  Buffer entries;
  for (const auto name : names) put_vector(entries, 1, view(name));
  Buffer list;
  put_vector(list, 2, entries);
  return extension(16, list);
}
/// A handshake message of type client_hello with these extensions, already joined.
inline Buffer client_hello(Bytes extensions) {
  Buffer body = hex("0303");
  body.insert(body.end(), 32, 0x5a);
  put_vector(body, 1, Buffer(32, 0xa5));
  put_vector(body, 2, hex("130113021303"));
  put_vector(body, 1, hex("00"));
  put_vector(body, 2, extensions);
  Buffer out{1};
  put_vector(out, 3, body);
  return out;
}
/// As a browser of today sends it: a post-quantum key share first, the name behind it; about 1,800 bytes.
inline Buffer browser_hello(std::string_view name) {
  Buffer extensions = extension(51, Buffer(1700, 0x7e));
  extensions << server_name_extension(name) << alpn_extension({"h2", "http/1.1"});
  return client_hello(extensions);
}
/// The handshake bytes cut into records of at most `size` bytes.
inline Buffer in_records(Bytes handshake, std::size_t size = 16384) {
  Buffer out;
  while (!handshake.empty()) {
    const Bytes fragment = handshake.first(std::min(size, handshake.size()));
    out << hex("160301");
    put_vector(out, 2, fragment);
    handshake = handshake.subspan(fragment.size());
  }
  return out;
}

}  // namespace edgewatch::wire::test
