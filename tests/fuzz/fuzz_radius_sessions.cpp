// Accounting requests in a row, each led by its length: what they say of whose session it is, and the answer.
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/configuration.hpp"

#include "laws.hpp"
#include "radius_listener.hpp"
#include "radius_sessions.hpp"

#include <map>
#include <string>

using namespace edgewatch;
using fuzz::law;
using namespace edgewatch::runtime;

namespace {

constexpr std::string_view secret = "s3cret-of-the-lab";

void check_event(const model::TenancyEvent& event) {
  using Kind = model::TenancyEvent::Kind;
  law(event.valid.from < event.valid.to, "an event has a time");
  law(event.sender != event.our_clock || event.valid.from <= event.recorded_at,
      "by our clock nothing begins later than it is told");
  law((event.kind == Kind::logon) == !event.person.empty(), "a logon names somebody, nothing else does");
  law(event.address || event.mac, "a session is somewhere");
  law(event.kind == Kind::logon || event.kind == Kind::logoff || (event.address && event.mac),
      "a lease names both");
  law(terminal_text(event.person) == event.person && trim(event.person) == event.person,
      "a name is plain text");
  const std::string row = config::tenancy_row(event);
  law(row.find('\n') == row.size() - 1, "a row is one line");
}

void check_answer(Bytes packet, const wire::radius::Accounting& said) {
  const auto response = accounting_response(packet, secret);
  law(response.has_value(), "what was parsed is answered");
  law(response->size() <= packet.size() &&
          wire::radius::is_authentic_response(*response, said.authenticator, secret),
      "an answer is signed, and no longer than what it answers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RadiusSessions sessions({"svc-*"});
  Timestamp now{std::chrono::seconds(1794906000)};
  ByteReader reader(Bytes(data, size));
  while (reader.remaining() > 2) {
    const std::size_t length = reader.u16();
    const fuzz::Exact packet(reader.take(std::min(length, reader.remaining())));
    const auto said = wire::radius::parse(packet.bytes());
    now += std::chrono::minutes(7);
    if (!said) continue;
    check_answer(packet.bytes(), *said);
    const std::size_t before = sessions.size();
    const auto outcome = sessions.take(*said, net::IpAddress::v4(0x0a140209), now);
    law(sessions.size() <= before + 1, "a request opens one session at most");
    for (const auto& event : outcome.events) check_event(event);
  }
  for (const auto& event : sessions.silent(now + std::chrono::hours(24 * 400))) check_event(event);
  law(sessions.size() == 0, "every session ends");
  return 0;
}
