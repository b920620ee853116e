#include "scene.hpp"

namespace edgewatch::observe::test {
namespace {

std::string text(const model::Client& client) {
  return fmt::format("{} {} {}", client.address.to_string(), client.mac ? client.mac->to_string() : "-",
                     client.vlan);
}

struct Teller {
  std::string operator()(const model::Sighting& s) const {
    return fmt::format("sighting {} {} {} {} {} {} {} {} {} {}", format_rfc3339(s.at), s.flow, text(s.client),
                       s.host.text(), to_string(s.evidence), static_cast<int>(s.confirmation),
                       s.server.address.to_string(), s.bytes_up, s.bytes_down, s.packets);
  }
  std::string operator()(const model::Answer& a) const {
    std::string out = fmt::format("answer {} {} {} {} {}", format_rfc3339(a.at), text(a.client),
                                  a.qname.text(), a.qtype, a.rcode);
    for (const auto& name : a.chain) out += " > " + name.text();
    for (const auto& address : a.addresses)
      out += fmt::format(" {}/{}", address.address.to_string(), address.ttl.count());
    return out;
  }
  std::string operator()(const model::FlowSecond& s) const {
    return fmt::format("second {} {} {} {} {}", format_rfc3339(s.at), s.flow, text(s.client), s.up, s.down);
  }
  std::string operator()(const model::FlowEnd& e) const {
    return fmt::format("end {} {}", format_rfc3339(e.at), e.flow);
  }
  std::string operator()(const model::Coverage& c) const {
    return fmt::format("coverage {} {} seen {} lost {} {} refused {} named {} other {}", c.source,
                       format_rfc3339(c.interval.from), c.seen, c.lost_in_kernel, c.lost_in_queue, c.refused,
                       c.named, c.unnamed_other);
  }
  std::string operator()(const net::FrameLoss& l) const {
    return fmt::format("loss {} {}", format_rfc3339(l.at), l.lost_in_kernel);
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "other";
  }
};

}  // namespace

std::string text(const model::Event& event) { return std::visit(Teller{}, event); }

}  // namespace edgewatch::observe::test
