#include "block_events.hpp"

#include "edgewatch/model/attempt.hpp"
#include "edgewatch/policy/rule_tally.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

/// What is one event.
using Key = std::tuple<UtcMinute, std::string, std::string, std::string, std::string>;

enum class People : std::uint8_t { unnamed, named };

Key key_of(const model::BlockCount& block) {
  return {block.minute, block.rule.text(), block.person ? block.person->text() : "",
          block.service ? block.service->text() : "", block.mechanism};
}

bool may_be_told(const policy::RuleBook& book, const model::RuleId& id) {
  const auto rule = std::ranges::find(book.rules, id, &policy::Rule::id);
  return rule != book.rules.end() && policy::is_counted(book, *rule);
}

std::string line_of(const model::BlockCount& event) {
  nlohmann::ordered_json line{{"time", format_minute(event.minute)},
                              {"event", event.mechanism == "observed" ? "would_block" : "block"},
                              {"rule", event.rule.text()},
                              {"class", model::to_string(event.rule_class)}};
  if (event.person) line["person"] = event.person->text();
  if (event.service) line["service"] = event.service->text();
  if (event.category) line["category"] = event.category->text();
  line["mechanism"] = event.mechanism;
  line["attempts"] = event.attempts;
  if (event.person) line["evidence"] = model::to_string(model::evidence_of(event.mechanism));
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::string> events_of(const std::vector<model::BlockCount>& blocks, const policy::RuleBook& book,
                                   People people) {
  std::map<Key, model::BlockCount> events;
  for (model::BlockCount block : blocks) {
    const bool named =
        people == People::named && block.person && block.rule_class == model::RuleClass::inappropriate;
    if (!named) block.person.reset();
    if (!named && !may_be_told(book, block.rule)) continue;
    const auto [event, is_new] = events.try_emplace(key_of(block), block);
    if (!is_new) event->second.attempts += block.attempts;
  }
  std::vector<std::string> out;
  out.reserve(events.size());
  for (const auto& [key, event] : events) out.push_back(line_of(event));
  return out;
}

}  // namespace

std::vector<std::string> block_events(const std::vector<model::BlockCount>& blocks,
                                      const policy::RuleBook& book) {
  return events_of(blocks, book, People::unnamed);
}

std::vector<std::string> block_events_with_people(const std::vector<model::BlockCount>& blocks,
                                                  const policy::RuleBook& book) {
  return events_of(blocks, book, People::named);
}

BlockEvents::BlockEvents(const config::Settings& settings, Health& health)
    : settings_(settings.events), health_(health) {}
BlockEvents::~BlockEvents() { reopen(); }

void BlockEvents::reopen() {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
}

void BlockEvents::tell(const std::vector<model::BlockCount>& blocks, const policy::RuleBook& book) {
  if (blocks.empty() || (!settings_.journal && settings_.file.empty())) return;
  const std::vector<std::string> events = block_events(blocks, book);
  if (settings_.journal) {
    for (const std::string& event : events) spdlog::info("{}", event);  // which never names anybody
  }
  if (settings_.file.empty()) return;
  std::string lines;
  for (const std::string& event : settings_.name_people ? block_events_with_people(blocks, book) : events)
    lines += event + '\n';
  if (!lines.empty()) write(lines);
}

void BlockEvents::write(const std::string& lines) {
  constexpr mode_t owner_writes_group_reads = 0640;
  if (file_ < 0)
    file_ = ::open(settings_.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                   owner_writes_group_reads);
  // In one go, so that whoever follows the file sees whole lines.
  const bool whole =
      file_ >= 0 && ::write(file_, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
  const int reason = errno;
  health_.update([&](HealthReport& report) {
    if (whole) {
      report.alarms.erase("block events");
    } else {
      report.alarms["block events"] =
          fmt::format("{} cannot be written: {}", settings_.file.string(), std::strerror(reason));
    }
  });
  if (!whole) reopen();
}

}  // namespace edgewatch::runtime
