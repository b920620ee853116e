// Openings of VPNs and the answers to them: the first two bytes say where the answer begins, the carrier is
// tried each way.
#include "edgewatch/wire/vpn.hpp"

#include "laws.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t split = std::min<std::size_t>((std::size_t{data[0]} << 8U) | data[1], size - 2);
  const fuzz::Exact first(Bytes(data + 2, split));
  const fuzz::Exact second(Bytes(data + 2 + split, size - 2 - split));
  const auto whole = wire::read_vpn_prefix(first.bytes());
  for (const auto carrier :
       {wire::VpnCarrier::udp, wire::VpnCarrier::udp_encapsulated, wire::VpnCarrier::tcp}) {
    const auto opening = wire::vpn_opening(first.bytes(), carrier);
    if (!opening) continue;
    law(!wire::is_vpn_answer(first.bytes(), carrier, *opening), "an opening that comes back is no answer");
    const bool answered = wire::is_vpn_answer(second.bytes(), carrier, *opening);
    const auto own = wire::vpn_opening(second.bytes(), carrier);
    law(!answered || !own || own->vpn != opening->vpn, "an answer is no opening of the same kind");
    if (carrier == wire::VpnCarrier::tcp) {
      const auto* const in_pieces = std::get_if<wire::VpnHandshake>(&whole);
      law(in_pieces != nullptr && *in_pieces == *opening, "an opening is the same in pieces");
    }
    // In a datagram its length alone says how an OpenVPN message is signed, so a cut may be signed otherwise.
    if (opening->vpn == wire::Vpn::openvpn && carrier != wire::VpnCarrier::tcp) continue;
    for (const auto at : fuzz::cuts(first.bytes())) {
      const fuzz::Exact cut(first.bytes().first(at));
      const auto shorter = wire::vpn_opening(cut.bytes(), carrier);
      law(!shorter || shorter->vpn != opening->vpn, "a cut opening is none of the same kind");
      if (carrier != wire::VpnCarrier::tcp || at == first.bytes().size()) continue;
      law(std::holds_alternative<wire::VpnNeedMore>(wire::read_vpn_prefix(cut.bytes())),
          "the beginning of an opening may still become one");
    }
  }
  return 0;
}
