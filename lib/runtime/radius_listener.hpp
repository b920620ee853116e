// Receives RADIUS accounting (RFC 2866) and answers it. Runs on the thread of its io_context.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/wire/radius.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace edgewatch::runtime {

/// The Accounting-Response to a request (RFC 2866 section 3): its Response Authenticator, and the request's
/// Proxy-State attributes in their order (RFC 2865 section 5.33). Nothing where there is no MD5 (a FIPS
/// machine). Precondition: the request was parsed.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> accounting_response(Bytes request,
                                                                           std::string_view secret);

class RadiusListener {
 public:
  /// Takes a request that was signed with the sender's secret; true when it was recorded and is to be
  /// answered.
  using Take = std::function<bool(const wire::radius::Accounting&, const net::IpAddress& sender)>;
  /// Counts a packet that is not taken, and why. Every packet that arrives is either taken or refused.
  using Refuse = std::function<void(std::string_view)>;

  /// Throws std::runtime_error where the socket cannot be had.
  RadiusListener(boost::asio::io_context& context, const net::Endpoint& at,
                 const std::vector<config::RadiusClient>& clients, Take take, Refuse refuse);

 private:
  /// A request that was answered, to know it again when the answer was lost (RFC 2866 section 2).
  struct Answered {
    boost::asio::ip::udp::endpoint sender;
    std::uint8_t identifier;
    wire::radius::Authenticator authenticator;
    bool operator==(const Answered&) const = default;
  };
  void receive();
  void handle(Bytes packet);

  boost::asio::ip::udp::socket socket_;
  const std::vector<config::RadiusClient>& clients_;
  Take take_;
  Refuse refuse_;
  boost::asio::ip::udp::endpoint sender_;
  std::array<std::uint8_t, 4097> buffer_{};  // one more than the largest packet
  std::deque<Answered> answered_;
};

}  // namespace edgewatch::runtime
