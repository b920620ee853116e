// Between our addresses and Asio's. Pure functions; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include <boost/asio/ip/address.hpp>

namespace edgewatch::runtime {

[[nodiscard]] boost::asio::ip::address to_asio(const net::IpAddress& address);
/// IPv4 that came to an IPv6 socket is IPv4 again; a zone is left out.
[[nodiscard]] net::IpAddress from_asio(const boost::asio::ip::address& address);
/// `10.20.2.5:1813`, `[2001:db8:20::5]:1813`.
[[nodiscard]] std::string to_string(const net::Endpoint& at);

}  // namespace edgewatch::runtime
