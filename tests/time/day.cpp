#include "time/day.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace edgewatch::truth {

void TrueSeconds::add(double from, double to) {
  if (to > from) spans_.emplace_back(static_cast<int>(from), static_cast<int>(to));
}

int TrueSeconds::length() const {
  std::vector<std::pair<int, int>> spans = spans_;
  std::sort(spans.begin(), spans.end());
  int length = 0;
  int reached = 0;
  for (const auto& [from, to] : spans) {
    length += std::max(0, to - std::max(from, reached));
    reached = std::max(reached, to);
  }
  return length;
}

void Day::say(double at, const std::string& host, double up, double down, std::uint32_t over) {
  const auto [number, is_new] = host_numbers_.try_emplace(host, static_cast<std::uint32_t>(hosts_.size()));
  if (is_new) hosts_.push_back(host);
  said_.push_back(
      {at, number->second, static_cast<std::uint32_t>(up), static_cast<std::uint32_t>(down), over});
}

std::vector<Said> Day::said() const {
  std::vector<Said> said = said_;
  std::stable_sort(said.begin(), said.end(), [](const Said& a, const Said& b) { return a.at < b.at; });
  return said;
}

Timestamp midnight() { return std::chrono::sys_days(std::chrono::year(2026) / 11 / 17); }

support::Machine machine_of(std::size_t number) {
  const auto high = static_cast<std::uint8_t>(number / 250);
  const auto low = static_cast<std::uint8_t>(1 + number % 250);
  support::Machine machine;
  machine.mac = net::MacAddress({2, 0, 0x5e, 0x20, high, low});
  machine.address = net::IpAddress::parse(fmt::format("10.20.{}.{}", 1 + high, low)).value();
  return machine;
}

std::string person_of(std::size_t number) { return fmt::format("p{:05}", number); }

void tell(support::Story& story, const support::Machine& machine, const Day& day,
          const std::vector<Said>& said, double from, double to) {
  const auto earlier = [](const Said& one, double moment) { return one.at < moment; };
  auto it = std::lower_bound(said.begin(), said.end(), from, earlier);
  for (; it != said.end() && it->at < to; ++it) {
    const std::string& host = day.host(*it);
    const std::uint32_t part = it->down / it->over;
    story.exchange(machine, story.at(it->at), host, it->up, part);
    for (std::uint32_t i = 1; i < it->over; ++i) story.push(machine, story.at(it->at + i), host, part);
  }
}

}  // namespace edgewatch::truth
