#include "listen_address.hpp"

#include <algorithm>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

namespace edgewatch::runtime {

namespace ip = boost::asio::ip;

ip::address to_asio(const net::IpAddress& address) { return ip::make_address(address.to_string()); }

net::IpAddress from_asio(const ip::address& address) {
  if (address.is_v4()) return net::IpAddress::v4(address.to_v4().to_uint());
  const ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return net::IpAddress::v4(ip::make_address_v4(ip::v4_mapped, six).to_uint());
  const auto bytes = six.to_bytes();
  net::IpAddress out;
  out.assign_v6(bytes.data());
  return out;
}

std::string to_string(const net::Endpoint& at) {
  return at.address.is_v4() ? fmt::format("{}:{}", at.address.to_string(), at.port)
                            : fmt::format("[{}]:{}", at.address.to_string(), at.port);
}

std::string why_not_listening(const boost::system::error_code& error) {
  if (error == boost::asio::error::address_family_not_supported)
    return error.message() +
           "; under systemd the unit needs network.conf beside it (see /usr/share/edgewatch/network.conf)";
  return error.message();
}

}  // namespace edgewatch::runtime
