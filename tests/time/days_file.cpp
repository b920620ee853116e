#include "time/days_file.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace edgewatch::truth {
namespace {

/// One line; the stream fails where a field is missing or is no number.
void take(std::istringstream& line, std::vector<OthersDay>& days) {
  std::string what;
  line >> what;
  if (what == "day") {
    std::string kind;
    std::uint64_t seed = 0;
    line >> kind >> seed;
    days.push_back({Day(kind, seed), {}});
    return;
  }
  if (days.empty()) {
    line.setstate(std::ios::failbit);
    return;
  }
  OthersDay& day = days.back();
  if (what == "said") {
    double at = 0;
    std::string host;
    double up = 0;
    double down = 0;
    std::uint32_t over = 1;
    line >> at >> host >> up >> down >> over;
    if (line) day.day.say(at, host, up, down, over);
    return;
  }
  std::string service;
  int first = 0;
  int second = 0;
  line >> service >> first;
  if (what == "counted") {
    day.counted[service] = first;
    return;
  }
  line >> second;
  TrueUse& use = day.day.truth[service];
  if (what == "used") {
    use.interactive.add(first, second);
  } else if (what == "unattended") {
    use.unattended.add(first, second);
  } else {
    line.setstate(std::ios::failbit);
  }
}

}  // namespace

std::vector<OthersDay> read_days(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<OthersDay> days;
  std::string text;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    std::istringstream line(text);
    take(line, days);
    if (!line) throw std::runtime_error(fmt::format("{}:{}: no line of a day", file.string(), number));
  }
  return days;
}

}  // namespace edgewatch::truth
