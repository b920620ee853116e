#include "staff.hpp"

#include <array>

namespace edgewatch::benchmark {
namespace {

constexpr int services = 40;
constexpr int visit_minutes = 8;      // on average
constexpr int working_minutes = 480;  // from 08:30
constexpr int first_minute = 510;
constexpr int around_the_clock = 10;

const std::array<const char*, 4> categories{"social", "streaming-video", "messaging", "forum"};

/// How often somebody idle begins a visit in a minute, of 2^32.
std::uint64_t starts_of(double records_a_day, int minutes_a_day) {
  const double busy = records_a_day / minutes_a_day;
  return static_cast<std::uint64_t>(busy / (visit_minutes * (1 - busy)) * 4294967296.0);
}

bool is_working_time(UtcMinute minute) {
  const auto day = std::chrono::floor<std::chrono::days>(minute);
  const auto weekday = std::chrono::weekday(day).iso_encoding();
  const auto at = (minute - day).count();
  return weekday <= 5 && at >= first_minute && at < first_minute + working_minutes;
}

}  // namespace

Staff::Staff(const StaffOrder& order)
    : random_(order.seed),
      people_(static_cast<std::size_t>(order.people)),
      starts_(starts_of(order.records_a_day, working_minutes)),
      starts_at_all_hours_(starts_of(order.records_a_day, 1440)) {
  for (int i = 0; i < order.people; ++i) {
    model::UsageSlice& slice = people_[static_cast<std::size_t>(i)].slice;
    slice.subject = model::Subject::of_person(person(i));
    slice.catalogue = model::Revision("c0ffee00c0ffee00");
    slice.rule_book = model::Revision("beefbeefbeefbeef");
    slice.method = "1";
  }
}

model::PersonId Staff::person(int number) { return model::PersonId("p" + std::to_string(10000 + number)); }

void Staff::begin_visit(Person& person, int number) {
  // Everybody has a few services of their own.
  const auto service = (static_cast<unsigned>(number) * 7 + pick(4) * pick(4)) % services;
  person.left = 1 + static_cast<int>(pick(2 * visit_minutes - 1));
  model::UsageSlice& slice = person.slice;
  slice.service = model::ServiceId("service-" + std::to_string(service));
  slice.category = model::Category(categories.at(service % categories.size()));
  slice.purpose = pick(20) == 0 ? model::Purpose::authorised : model::Purpose::personal;
  slice.kind = pick(4) == 0 ? model::Kind::playing : model::Kind::interactive;
  const unsigned grade = pick(20);
  slice.grade = grade < 12 ? model::Grade::strong : grade < 17 ? model::Grade::moderate : model::Grade::weak;
  slice.weakest_name =
      pick(5) == 0 ? model::NameEvidence::dns_answer_address : model::NameEvidence::tls_server_name;
  slice.weakest_identity = pick(3) == 0 ? model::IdentityGrade::b : model::IdentityGrade::a;
  // Somebody sits down, or gets another address.
  if (slice.binding == 0 || pick(20) == 0) slice.binding = random_() >> 1U;
}

void Staff::give(Person& person) {
  model::UsageSlice slice = person.slice;
  const bool in_the_middle = person.left > 1 && pick(5) != 0;
  slice.seconds = static_cast<std::uint8_t>(in_the_middle ? 60 : 1 + pick(60));
  slice.lower_seconds = static_cast<std::uint8_t>(pick(2) == 0 ? slice.seconds : pick(slice.seconds + 1U));
  slice.reasons = model::bit(model::Reason::led) | model::bit(model::Reason::cont);
  if (slice.kind == model::Kind::playing) slice.reasons = model::bit(model::Reason::media);
  if (pick(4) == 0) slice.reasons |= model::bit(model::Reason::hold_only);
  if (person.left == 1 && pick(3) == 0) slice.reasons |= model::bit(model::Reason::handover_cut);
  if (slice.weakest_name == model::NameEvidence::dns_answer_address)
    slice.reasons |= model::bit(model::Reason::dns_name);
  minute_.push_back(std::move(slice));
}

const std::vector<model::UsageSlice>& Staff::minute(UtcMinute minute) {
  minute_.clear();
  const std::size_t there =
      is_working_time(minute) ? people_.size() : std::min<std::size_t>(around_the_clock, people_.size());
  for (std::size_t i = 0; i < there; ++i) {
    Person& person = people_[i];
    if (person.left == 0) {
      const bool at_all_hours = i < around_the_clock;
      if ((random_() & 0xffff'ffffU) >= (at_all_hours ? starts_at_all_hours_ : starts_)) continue;
      begin_visit(person, static_cast<int>(i));
    }
    person.slice.minute = minute;
    give(person);
    --person.left;
  }
  return minute_;
}

}  // namespace edgewatch::benchmark
