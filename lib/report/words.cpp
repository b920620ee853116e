#include "words.hpp"

#include "edgewatch/report/document.hpp"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::report {

std::string duration(std::chrono::seconds time) {
  const auto seconds = time.count();
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  if (seconds <= 0) return "none";
  if (seconds >= hour) return fmt::format("{} h {:02} min", seconds / hour, seconds % hour / minute);
  if (seconds >= 10 * minute || (seconds >= minute && seconds % minute == 0))
    return fmt::format("{} min", seconds / minute);
  if (seconds >= minute) return fmt::format("{} min {:02} s", seconds / minute, seconds % minute);
  return fmt::format("{} s", seconds);
}

std::string cell(std::chrono::seconds time) { return time.count() == 0 ? "-" : duration(time); }

std::string both(const Time& time) {
  if (time.best.count() == 0) return duration(time.best);
  return fmt::format("{} to {}", time.lower.count() == 0 ? "0 min" : duration(time.lower),
                     duration(time.best));
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string counted_days(int count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string short_day(CivilDate date) {
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::weekday weekday{std::chrono::sys_days(date)};
  return fmt::format("{} {} {}", weekdays.at(weekday.c_encoding()), static_cast<unsigned>(date.day()),
                     months.at(static_cast<unsigned>(date.month()) - 1));
}

std::string day(CivilDate date) {
  return fmt::format("{} {}", short_day(date), static_cast<int>(date.year()));
}

std::string between(Timestamp first, Timestamp last) {
  const std::string from = format_london_time(first);
  const std::string to = format_london_time(last);
  if (from == to) return from;
  constexpr std::size_t clock = 5;  // `10:05`; what follows names the offset
  return from.substr(clock) == to.substr(clock) ? from.substr(0, clock) + " - " + to : from + " - " + to;
}

std::string moment(Timestamp at) {
  return fmt::format("{}, {}", day(london_date(at)), format_london_time(at));
}

std::string percent(const std::optional<double>& share) {
  if (!share) return "not known";
  return fmt::format("{:.1f} %", std::floor(*share * 1000) / 10);
}

std::string service_name(const UsageReport& report, const model::ServiceId& service) {
  const auto found = report.service_names.find(service);
  return found == report.service_names.end() || found->second.empty() ? service.text() : found->second;
}

std::string shortened(const std::string& name, std::size_t most) {
  if (name.size() <= most) return name;
  std::size_t end = most;
  const auto within_a_character = [&] { return (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U; };
  while (end > 0 && within_a_character()) --end;
  return name.substr(0, end) + "\u2026";
}

std::string meaning(model::Reason reason) {
  switch (reason) {
    case model::Reason::led:
      return "the visit began with a page of the service itself";
    case model::Reason::cont:
      return "further actions followed";
    case model::Reason::media:
      return "video or audio was being fetched";
    case model::Reason::hold_only:
      return "only the time held after the last action falls into this minute";
    case model::Reason::handover_cut:
      return "the held time was cut short because another site was used";
    case model::Reason::dns_name:
      return "the name rests on the device's own name look-up, or one that would confirm it was not seen";
    case model::Reason::loss:
      return "the sensor lost packets in this minute";
    case model::Reason::clock:
      return "the clock was set in this minute";
    case model::Reason::bounce:
      return "one contact with nothing after it";
    case model::Reason::follower:
      return "pulled in by another site's page";
    case model::Reason::isolated:
      return "a single action with none near it, as automatic refreshing makes";
    case model::Reason::embedded:
      return "played with no page of the service seen to open it";
    case model::Reason::unattended:
      return "playing long after the last action";
    case model::Reason::short_visit:
      return "the visit was too short to be sure";
    case model::Reason::shared:
      return "the device is shared";
    case model::Reason::chat:
      return "messages were typed";
  }
  return "not known to this version";
}

std::string meaning(model::NameEvidence evidence) {
  switch (evidence) {
    case model::NameEvidence::none:
      return "no name";
    case model::NameEvidence::dns_question:
      return "name look-up only";
    case model::NameEvidence::outer_name_only:
      return "hidden name (outer name only)";
    case model::NameEvidence::dns_answer_address:
      return "the device's own name look-up of that address";
    case model::NameEvidence::http_host:
      return "the name in a plain HTTP request";
    case model::NameEvidence::tls_server_name:
      return "the server name in a TLS connection";
    case model::NameEvidence::quic_server_name:
      return "the server name in a QUIC connection";
  }
  return "not known to this version";
}

std::string meaning(model::IdentityGrade grade) {
  switch (grade) {
    case model::IdentityGrade::none:
      return "not known";
    case model::IdentityGrade::c:
      return "C: device known, person not certain";
    case model::IdentityGrade::b:
      return "B: device assigned to the person, or a recent logon event";
    case model::IdentityGrade::a:
      return "A: the person's own open session on that device";
  }
  return "not known to this version";
}

std::string meaning_of_exclusion(const std::string& reason) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> words{{
      {"embedded", "parts of a service inside another site's page (buttons, feeds, players)"},
      {"push", "messages that a service sent by itself"},
      {"advert", "advertising and measuring"},
      {"background", "pages left open that refresh by themselves"},
      {"follower", "contacts that another site's page caused"},
      {"no-continuation", "contacts with no further action"},
  }};
  for (const auto& [code, text] : words) {
    if (code == reason) return std::string(text);
  }
  return reason;
}

}  // namespace edgewatch::report
