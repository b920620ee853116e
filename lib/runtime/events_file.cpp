#include "events_file.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace edgewatch::runtime {
namespace {

std::optional<long long> whole_number(std::string_view text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr long long longest_step = 100LL * 366 * 86400;  // a century: anything more is a slip of the pen

Result<model::Event, std::string> read_row(const std::vector<std::string_view>& cells) {
  if (cells.size() != 3) return Failure{std::string("a row has three columns: utc_time, kind, value")};
  const auto at = parse_rfc3339(cells[0]);
  if (!at) return Failure{std::string("utc_time is not an RFC 3339 time")};
  const auto value = whole_number(cells[2]);
  if (cells[1] == "tick") return model::Event(model::Tick{*at});
  if (cells[1] == "reload") return model::Event(model::Reload{*at});
  if (cells[1] == "clock_step") {
    if (!value || *value > longest_step || *value < -longest_step)
      return Failure{std::string("the value of clock_step is a whole number of seconds")};
    return model::Event(model::ClockStep{*at, std::chrono::seconds(*value)});
  }
  if (cells[1] == "loss") {
    if (!value || *value < 0)
      return Failure{std::string("the value of loss is a whole number of packets, not negative")};
    return model::Event(net::FrameLoss{*at, 0, static_cast<std::uint64_t>(*value), 0});
  }
  return Failure{std::string("no such kind of event")};
}

}  // namespace

Timestamp time_of(const model::Event& event) {
  return std::visit(
      [](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, model::TenancyEvent>) {
          return e.recorded_at;
        } else if constexpr (std::is_same_v<E, model::Coverage>) {
          return e.interval.from;
        } else {
          return e.at;
        }
      },
      event);
}

Result<std::vector<model::Event>, Problems> load_events(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in)
    return Failure{Problems{{file.string(), 0, 0, "cannot be read", "check the path and its permissions"}}};
  Problems problems;
  std::vector<model::Event> events;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (number == 1) {
      if (line != "utc_time\tkind\tvalue") {
        problems.push_back({file.string(), 1, 1, "the header is not `utc_time kind value`",
                            "write the three names with tabs between them"});
      }
      continue;
    }
    auto event = read_row(split(line, '\t'));
    if (event) {
      events.push_back(std::move(event).value());
    } else {
      problems.push_back(
          {file.string(), number, 1, event.error(), "kinds are clock_step, loss, tick and reload"});
    }
  }
  if (!problems.empty()) return Failure{std::move(problems)};
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return time_of(a) < time_of(b); });
  return events;
}

}  // namespace edgewatch::runtime
