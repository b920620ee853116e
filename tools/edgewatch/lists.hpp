// `edgewatch lists`: works on the folder of lists itself, by the right of group edgewatch-ict to it, so that
// an update needs no daemon and nothing of the network reaches one. One thread.
#pragma once

#include <memory>

namespace CLI {
class App;
}  // namespace CLI

namespace edgewatch::tools {

/// The words of the group, and what was filled in for them.
class Lists {
 public:
  explicit Lists(CLI::App& root);
  ~Lists();
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;
  [[nodiscard]] bool parsed() const;
  /// Prints the answer; its exit code.
  [[nodiscard]] int carry_out() const;

 private:
  struct Filled;
  std::unique_ptr<Filled> filled_;
};

}  // namespace edgewatch::tools
