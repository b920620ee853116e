// What was blocked, as events for the journal and for whoever gathers such (a SIEM): one JSON object a line,
// which names nobody unless the council asks for it. One thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include "health.hpp"

#include <string>
#include <vector>

namespace edgewatch::runtime {

/// `time event rule class service category mechanism attempts`, service and category where the class keeps
/// them; the event is `block`, or `would_block` of what was only observed and went through. Attempts of all
/// clients in a minute are one event, and of withdrawals and rules about fewer than ten people or addresses
/// there is none: it would be their use (EVIDENCE 9).
[[nodiscard]] std::vector<std::string> block_events(const std::vector<model::BlockCount>& blocks,
                                                    const policy::RuleBook& book);

/// The same, but attempts that a rule of class `inappropriate` counts with a person (CONTRACT, `blocks`) are
/// told for each person, `person` behind the class, however few the rule is about; of other classes nobody is
/// named.
[[nodiscard]] std::vector<std::string> block_events_with_people(const std::vector<model::BlockCount>& blocks,
                                                                const policy::RuleBook& book);

/// Writes them to where `[enforcement] events_journal` and `events_file` say.
class BlockEvents {
 public:
  /// `health` outlives it.
  BlockEvents(const config::Settings& settings, Health& health);
  ~BlockEvents();
  BlockEvents(const BlockEvents&) = delete;
  BlockEvents& operator=(const BlockEvents&) = delete;

  /// A file that cannot be written is an alarm, and tried again with the next events; those are lost.
  void tell(const std::vector<model::BlockCount>& blocks, const policy::RuleBook& book);
  /// Whoever moved the file away wants a new one.
  void reopen();

 private:
  void write(const std::string& lines);

  config::Settings::Events settings_;
  Health& health_;
  int file_ = -1;
};

}  // namespace edgewatch::runtime
