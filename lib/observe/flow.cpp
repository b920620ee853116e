#include "flow.hpp"

#include <utility>

namespace edgewatch::observe {

std::size_t Naming::held() const {
  std::size_t sum = sizeof(Naming) + (opening ? opening->held() : 0);
  for (const auto& hello : quic) sum += hello ? hello->held() : 0;
  for (const Named& named : unacknowledged) sum += memory_of(named);
  if (dns) sum += sizeof *dns + (*dns)[0].held() + (*dns)[1].held();
  return sum;
}

bool Naming::unfinished() const { return quic[0] || quic[1] || (opening && opening->gathering()); }

void Flow::turn_about() {
  client_is_low = !client_is_low;
  std::swap(bytes_up, bytes_down);
  std::swap(second.up, second.down);
  has_mac = false;
}

model::Client Flow::client() const {
  model::Client out;
  out.address = client_end().address;
  if (has_mac) out.mac = net::MacAddress(mac);
  out.vlan = vlan;
  return out;
}

}  // namespace edgewatch::observe
