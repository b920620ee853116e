// Receives syslog over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425) from the senders that are listed.
// Runs on the thread of its io_context.
#pragma once

#include "edgewatch/config/identity_sources.hpp"

#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace edgewatch::runtime {

class SyslogListener {
 public:
  struct Callbacks {
    std::function<bool(const net::IpAddress&)> is_listed;
    std::function<void(std::string_view message, const net::IpAddress& sender)> take;
    std::function<void(std::string_view reason)> refuse;  ///< a message or connection that is not taken
  };
  virtual ~SyslogListener() = default;

  /// Throws std::runtime_error where the socket, the certificate or its key cannot be had.
  [[nodiscard]] static std::unique_ptr<SyslogListener> open(boost::asio::io_context& context,
                                                            const config::SyslogListener& how,
                                                            Callbacks callbacks);
};

}  // namespace edgewatch::runtime
