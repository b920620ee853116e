// A report made of a few rows, and one made of a fortnight, for the tests of its four forms.
#pragma once

#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>

namespace edgewatch::report {

inline Timestamp at(const std::string& text) { return parse_rfc3339(text).value(); }
inline CivilDate date(const std::string& text) { return parse_date(text).value(); }

inline model::UsageSlice row(const std::string& service, const std::string& minute, int seconds, int lower,
                             model::Kind kind = model::Kind::interactive,
                             model::Grade grade = model::Grade::strong,
                             model::Purpose purpose = model::Purpose::personal) {
  model::UsageSlice slice;
  slice.subject = model::Subject::of_person(model::PersonId("p17"));
  slice.service = model::ServiceId(service);
  slice.category = model::Category("social");
  slice.minute = parse_minute(minute).value();
  slice.kind = kind;
  slice.grade = grade;
  slice.purpose = purpose;
  slice.seconds = static_cast<std::uint8_t>(seconds);
  slice.lower_seconds = static_cast<std::uint8_t>(lower);
  slice.reasons =
      grade == model::Grade::weak ? model::bit(model::Reason::bounce) : model::bit(model::Reason::led);
  slice.weakest_name = model::NameEvidence::tls_server_name;
  slice.weakest_identity = model::IdentityGrade::b;
  slice.catalogue = model::Revision("c0ffee");
  slice.rule_book = model::Revision("ab12");
  slice.method = "1";
  return slice;
}

inline UsageReport empty_report() {
  UsageReport report;
  report.record.reference = model::CaseReference("HR-2026-014");
  report.record.person = model::PersonId("p17");
  report.record.grounds = "line manager's note of 12 November";
  report.record.period = {date("2026-11-02"), date("2026-11-20")};
  report.record.authorised_by = "Head of Service";
  report.record.officer = "hr-officer";
  report.record.opened_at = at("2026-11-20T09:00:00Z");
  report.display_name = "Person Seventeen";
  report.period = {date("2026-11-16"), date("2026-11-20")};
  report.service_names = {{model::ServiceId("photo-share"), "Photo Share"},
                          {model::ServiceId("video"), "Video & More"}};
  report.program_version = "0.1.0";
  report.generated_at = at("2026-11-20T12:00:00Z");
  return report;
}

/// 90 s (lower 40) interactive on two days, 60 s (50) playing, 30 s (20) authorised, 25 s weak, 45 s
/// concurrent.
inline UsageReport small_report() {
  UsageReport report = empty_report();
  report.rows = {row("photo-share", "2026-11-16T10:05Z", 60, 30),
                 row("photo-share", "2026-11-17T10:06Z", 30, 10),
                 row("video", "2026-11-17T10:07Z", 60, 50, model::Kind::playing, model::Grade::moderate),
                 row("photo-share", "2026-11-17T10:08Z", 30, 20, model::Kind::interactive,
                     model::Grade::strong, model::Purpose::authorised),
                 row("photo-share", "2026-11-17T10:09Z", 25, 0, model::Kind::interactive, model::Grade::weak),
                 row("video", "2026-11-17T10:06Z", 45, 0, model::Kind::concurrent, model::Grade::moderate)};
  report.exclusions = {
      {model::Subject::of_person(model::PersonId("p17")), date("2026-11-17"), "embedded", 31},
      {model::Subject::of_person(model::PersonId("p17")), date("2026-11-18"), "embedded", 2}};
  model::Coverage watched;
  watched.source = "eth0";
  watched.interval = {at("2026-11-16T00:00:00Z"), at("2026-11-21T00:00:00Z")};
  watched.seen = 9'900;
  watched.lost_in_kernel = 60;
  watched.lost_in_queue = 40;
  watched.named = 85;
  watched.unnamed_ech = 10;
  watched.unnamed_other = 5;
  watched.signs.at(static_cast<std::size_t>(model::BypassSign::Kind::wireguard)) = 7;
  watched.signs.at(static_cast<std::size_t>(model::BypassSign::Kind::tls_without_dns)) = 11;
  watched.tls_with_dns = 33;
  watched.ambiguous = 3;
  model::Coverage gap;
  gap.source = "edgewatchd";
  gap.state = model::Coverage::State::gap;
  gap.interval = {at("2026-11-17T12:00:00Z"), at("2026-11-17T12:10:00Z")};
  model::Coverage overlapping = gap;
  overlapping.source = "eth1";
  overlapping.interval = {at("2026-11-17T12:05:00Z"), at("2026-11-17T12:15:00Z")};
  report.coverage = {watched, gap, overlapping};
  report.revisions = {{"catalogue", model::Revision("c0ffee"), "services: 40", at("2026-11-01T08:00:00Z"),
                       at("2026-11-20T08:00:00Z")}};
  report.methods = {{"1", R"({"hold":60,"hold_lower":15})"}};
  report.accesses = {{at("2026-11-20T12:00:00Z"), 1001, "hr-officer", "a report"}};
  return report;
}

/// A fortnight as it might be: mornings of photo sharing, a lunch video, a press officer's hour, a gap.
inline UsageReport long_report() {
  UsageReport report = small_report();
  report.rows.clear();
  report.period = {date("2026-11-09"), date("2026-11-20")};
  const auto stretch = [&](const std::string& service, const std::string& from, int minutes,
                           model::Kind kind = model::Kind::interactive,
                           model::Grade grade = model::Grade::strong,
                           model::Purpose purpose = model::Purpose::personal) {
    for (int i = 0; i < minutes; ++i) {
      const int seconds = i % 7 == 3 ? 35 : 60;
      const bool counted = grade != model::Grade::weak;
      model::UsageSlice slice = row(service, from, seconds, counted ? seconds - 20 : 0, kind, grade, purpose);
      slice.minute += std::chrono::minutes(i);
      report.rows.push_back(std::move(slice));
    }
  };
  stretch("photo-share", "2026-11-10T09:12Z", 17);
  stretch("video", "2026-11-10T12:31Z", 24, model::Kind::playing, model::Grade::moderate);
  stretch("photo-share", "2026-11-12T09:40Z", 6);
  stretch("photo-share", "2026-11-12T14:02Z", 31);
  stretch("micro-blog", "2026-11-12T10:30Z", 40, model::Kind::interactive, model::Grade::strong,
          model::Purpose::authorised);
  stretch("micro-blog", "2026-11-17T16:30Z", 12, model::Kind::interactive, model::Grade::weak);
  stretch("photo-share", "2026-11-17T11:40Z", 22);
  stretch("video", "2026-11-17T11:30Z", 10, model::Kind::playing, model::Grade::moderate);
  report.service_names[model::ServiceId("micro-blog")] = "Micro Blog";
  report.bindings = {{model::Binding::Layer::device_to_person,
                      "02:00:5e:10:00:17",
                      "p17",
                      {at("2026-11-09T00:00:00Z"), at("2026-11-21T00:00:00Z")},
                      at("2026-11-09T08:00:00Z"),
                      model::Basis::static_assignment}};
  report.exclusions.push_back(
      {model::Subject::of_person(model::PersonId("p17")), date("2026-11-18"), "background", 412});
  return report;
}

}  // namespace edgewatch::report
