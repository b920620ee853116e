// A decision in words, step by step. Pure; any thread.
#pragma once

#include "edgewatch/model/classification.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include "rows.hpp"

#include <string>
#include <utility>

namespace edgewatch::runtime {

/// Numbered as they are said.
class Steps {
 public:
  void say(const std::string& part, std::string says) {
    rows_.cells.push_back({std::to_string(rows_.cells.size() + 1), part, std::move(says)});
  }
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  Rows rows_{{"step", "part", "says"}, {}};
};

/// Which service the name belongs to, and by which line of the catalogue.
void say_name(const net::HostName& name, const model::Classification* listed,
              const model::Revision& catalogue, Steps& steps);
/// Each line of the book that was asked, and why it did not speak or that it did. Of others' withdrawals and
/// authorisations it is said only how many there are. `assumed`: the address is not known.
void say_considered(const policy::RuleBook& book, const policy::Explanation& told, bool assumed, Timestamp at,
                    Steps& steps);
void say_decision(const policy::RuleBook& book, const policy::Explanation& told, Steps& steps);

}  // namespace edgewatch::runtime
