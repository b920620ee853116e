// Between our addresses and Asio's. Pure functions; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include <string>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

namespace edgewatch::runtime {

[[nodiscard]] boost::asio::ip::address to_asio(const net::IpAddress& address);
/// IPv4 that came to an IPv6 socket is IPv4 again; a zone is left out.
[[nodiscard]] net::IpAddress from_asio(const boost::asio::ip::address& address);
/// `10.20.2.5:1813`, `[2001:db8:20::5]:1813`.
[[nodiscard]] std::string to_string(const net::Endpoint& at);
/// Why an address cannot be listened on, and what to do where the service's unit forbids it.
[[nodiscard]] std::string why_not_listening(const boost::system::error_code& error);

}  // namespace edgewatch::runtime
