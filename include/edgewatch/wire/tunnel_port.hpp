// UDP ports that tunnels of packets are known by. Any thread.
#pragma once

#include <cstdint>

namespace edgewatch::wire {

enum TunnelPort : std::uint16_t {
  port_gtp = 2152,
  port_teredo = 3544,
  port_gre = 4754,
  port_vxlan = 4789,
  port_vxlan_gpe = 4790,
  port_capwap = 5247,
  port_geneve = 6081,
  port_linux_vxlan = 8472,
};

[[nodiscard]] constexpr bool is_tunnel_port(std::uint16_t port) {
  switch (port) {
    case port_gtp:
    case port_teredo:
    case port_gre:
    case port_vxlan:
    case port_vxlan_gpe:
    case port_capwap:
    case port_geneve:
    case port_linux_vxlan:
      return true;
    default:
      return false;
  }
}

}  // namespace edgewatch::wire
