// The part of the desk that enters holds, ends them and lists them.
#include "edgewatch/base/text.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using model::Hold;

constexpr std::array grounds{Hold::Ground::hr_case, Hold::Ground::subject_access, Hold::Ground::claim};

std::string state_of(const Hold& hold, CivilDate today) {
  if (hold.released) return "released";
  return hold.holds_on(today) ? "holds" : "ended";
}

}  // namespace

Response Desk::add_hold(const Officer& officer, const Request& request) {
  Hold wanted;
  int named = 0;
  for (const Hold::Ground ground : grounds) {
    const std::string reference = option(request, to_string(ground));
    if (reference.empty()) continue;
    ++named;
    wanted.ground = ground;
    wanted.reference = reference;
  }
  if (named != 1)
    return refuse(officer, Action::hold_add, request,
                  "give one of --case REFERENCE, --sar ID and --claim REFERENCE");
  const auto from = parse_date(option(request, "from"));
  const auto to = parse_date(option(request, "to"));
  const auto until = parse_date(option(request, "until"));
  if (!from || !to || !until)
    return refuse(officer, Action::hold_add, request, "--from, --to and --until are dates, YYYY-MM-DD");
  wanted.person = model::PersonId(option(request, "person"));
  wanted.period = {*from, *to};
  wanted.until = *until;
  wanted.approved_by = option(request, "approved-by");
  wanted.reason = option(request, "reason");
  const auto added = holds_.add(officer, std::move(wanted), wall_clock());
  if (!added) return refused(added.error());
  // People leave and cases are kept elsewhere too, so that neither is refused.
  std::string mind;
  if (std::ranges::none_of(configuration_->people,
                           [&](const identity::Person& person) { return person.id == added->person; }))
    mind = "mind: people.csv has nobody of this id; check the spelling\n";
  if (added->ground == Hold::Ground::hr_case && !ledger_.find_case(model::CaseReference(added->reference)))
    mind += "mind: there is no case of this reference here, so none is kept; check the spelling\n";
  return {fine,
          fmt::format("hold {}: what is there of {} from {} to {} is kept until {}\n{}", added->number,
                      terminal_text(added->person.text()), format_date(added->period.first),
                      format_date(added->period.last), format_date(added->until), mind),
          ""};
}

Response Desk::release_hold(const Officer& officer, const Request& request) {
  const auto number = number_in(request);
  if (!number)
    return refuse(officer, Action::hold_release, request,
                  "give the number of one hold; edgewatch hold list shows them");
  const auto released = holds_.release(officer, *number, option(request, "approved-by"), wall_clock());
  if (!released) return refused(released.error());
  return {
      fine,
      fmt::format("hold {} has ended; what is past its time goes with the next purge\n", released->number),
      ""};
}

Response Desk::list_holds(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto all = holds_.list(officer, now);
  if (!all) return refused(all.error());
  Rows rows{{"number", "state", "for", "reference", "person", "from", "to", "until", "reason", "approved_by",
             "entered_by", "entered_at", "released_at", "released_by", "release_approved_by"},
            {}};
  for (const Hold& hold : *all) {
    const auto released = hold.released.value_or(Hold::Released{Timestamp::max(), "-", "-"});
    rows.cells.push_back(
        {std::to_string(hold.number), state_of(hold, london_date(now)), to_string(hold.ground),
         hold.reference, hold.person.text(), format_date(hold.period.first), format_date(hold.period.last),
         format_date(hold.until), hold.reason, hold.approved_by, hold.entered_by,
         second_or_open(hold.entered_at), second_or_open(released.at), released.by, released.approved_by});
  }
  return in_rows(rows, request, "nothing is held");
}

}  // namespace edgewatch::runtime
