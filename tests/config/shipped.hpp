// The configuration and catalogue that are shipped in etc/, loaded once, and what the catalogue says of a
// name.
#pragma once

#include "edgewatch/config/configuration.hpp"

#include "support/source_folder.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch::config {

inline const Configuration& shipped() {
  static const Configuration configuration = [] {
    auto result = load(support::source_folder() / "etc/edgewatch.toml");
    if (!result) {
      for (const Problem& problem : result.error()) ADD_FAILURE() << to_string(problem);
      return Configuration{};
    }
    return std::move(result).value();
  }();
  return configuration;
}

/// `service role`, or `-` for a name that is not listed.
inline std::string answer(const std::string& name) {
  const auto found = shipped().policies.catalogue.classify(net::HostName::from_dotted(name).value());
  return found ? found->service.text() + " " + model::to_string(found->role) : "-";
}

struct Expectation {
  const char* name;
  const char* answer;
};
inline void expect_all(const std::vector<Expectation>& table) {
  for (const Expectation& row : table) EXPECT_EQ(answer(row.name), row.answer) << row.name;
}

}  // namespace edgewatch::config
