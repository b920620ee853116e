// The hour of these tests, and ClientHellos for a name as packets carry them: the same bytes at each call.
#pragma once

#include "edgewatch/base/time.hpp"

#include "support/quic.hpp"
#include "support/tls.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace edgewatch::enforce {

inline const Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 17} +
                            std::chrono::hours(12)};

/// In TLS records, for a stream.
inline support::Buffer hello_to(const std::string& name) {
  support::Random random(7);
  support::HelloOptions options;
  options.server_name = name;
  return support::tls_records(22, support::client_hello(options, random), 0x0301);
}

/// In QUIC datagrams, to a connection id that begins with `id`.
inline std::vector<support::Buffer> initials_to(const std::string& name, std::uint8_t id = 1) {
  support::Random random(7);
  support::HelloOptions options;
  options.server_name = name;
  options.transport = support::Transport::quic;
  options.alpn = {"h3"};
  support::QuicHelloOptions quic;
  quic.destination = {id, 2, 3, 4, 5, 6, 7, 8};
  return support::client_initials(support::client_hello(options, random), quic, random);
}

}  // namespace edgewatch::enforce
