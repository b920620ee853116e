// The part of the desk that explains an attribution: identity only, never use (ARCHITECTURE D5).
#include "edgewatch/identity/explain.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "clock.hpp"
#include "desk.hpp"
#include "rows.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

std::string time_or_open(Timestamp at) {
  if (at == Timestamp::min() || at == Timestamp::max()) return "-";
  return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}

std::string layer_name(model::Binding::Layer layer) {
  switch (layer) {
    case model::Binding::Layer::address_to_device:
      return "address-device";
    case model::Binding::Layer::device_to_person:
      return "device-person";
    case model::Binding::Layer::address_to_person:
      return "address-person";
  }
  return "-";
}

std::vector<std::string> row_of(const store::BindingRecord& record) {
  const model::Binding& binding = record.binding;
  std::string says = identity::in_words(binding);
  if (record.superseded_at) says = "was held until something else was known: " + says;
  return {layer_name(binding.layer),
          binding.key,
          binding.value.empty() ? "-" : binding.value,
          to_string(binding.state),
          to_string(binding.source),
          time_or_open(binding.valid.from),
          time_or_open(binding.valid.to),
          time_or_open(binding.recorded_at),
          record.superseded_at ? time_or_open(*record.superseded_at) : "-",
          "-",
          says};
}

}  // namespace

Response Desk::who(const Officer& officer, const Request& request) {
  const auto option = [&](const char* name) {
    const auto found = request.options.find(name);
    return found == request.options.end() ? std::string() : found->second;
  };
  const auto address = net::IpAddress::parse(option("address"));
  if (!address)
    return refuse(officer, evidence::Action::who, request, "--address is an IP address, as 10.20.1.17");
  const auto at = option("at").empty() ? std::optional(wall_clock()) : parse_rfc3339(option("at"));
  if (!at)
    return refuse(officer, evidence::Action::who, request,
                  "--at is a time in RFC 3339, as 2026-11-17T10:05:00Z");
  const std::string form = option("format");
  const auto format = parse_row_format(form.empty() ? "table" : form);
  if (!format) return refuse(officer, evidence::Action::who, request, "--format is table, csv or json");

  const std::vector<store::BindingRecord> records = ledger_.holders(*address, *at);
  std::vector<model::Binding> standing;
  for (const store::BindingRecord& record : records) {
    if (!record.superseded_at) standing.push_back(record.binding);
  }
  const identity::Explanation why =
      identity::explain(*address, *at, standing, configuration_->settings.topology);
  const model::Attribution& found = why.attribution;
  audit_.append(officer, evidence::Action::who, {}, evidence::Outcome::permitted,
                {found.person,
                 std::nullopt,
                 fmt::format("address {} at {}", address->to_string(), time_or_open(*at)),
                 {}},
                wall_clock());

  Rows rows{{"layer", "key", "value", "state", "source", "from", "to", "recorded_at", "superseded_at",
             "grade", "says"},
            {}};
  for (const store::BindingRecord& record : records) {
    if (record.binding.valid.contains(*at)) rows.cells.push_back(row_of(record));
  }
  rows.cells.push_back({"answer", address->to_string(),
                        found.not_monitored ? "-" : model::Subject(found).text(), to_string(found.basis), "-",
                        time_or_open(found.held.from), time_or_open(found.held.to), "-", "-",
                        to_string(found.grade), why.sentence});
  return {fine, render(rows, *format), ""};
}

/// The chain tells of amendments as soon as anybody may see a figure that one of them changed.
void Desk::audit_amendments() {
  const Officer daemon{static_cast<std::uint32_t>(::geteuid()), "edgewatchd", evidence::Role::timer};
  for (const store::AmendmentRecord& record : ledger_.unaudited_amendments()) {
    const model::Amendment& amendment = record.amendment;
    evidence::AuditDetail detail;
    detail.person = amendment.person;
    detail.period = {london_date(amendment.withdrawn.from),
                     london_date(amendment.withdrawn.to - Duration(1))};
    detail.text = fmt::format("minutes taken back by late evidence ({}): {}", to_string(amendment.source),
                              record.minutes);
    audit_.append(daemon, evidence::Action::amendment, {}, evidence::Outcome::permitted, std::move(detail),
                  wall_clock());
    ledger_.amendment_audited(record.number);
  }
}

}  // namespace edgewatch::runtime
