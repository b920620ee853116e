// What store throws when the world says no: disk full, file locked, newer schema. Owned text; any thread.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace edgewatch::store {

/// The text says file, what and what to do. `exit_code` is CONTRACT's: 74 input/output, 75 try again, 78 a
/// file that this version must not open.
class StoreError : public std::runtime_error {
 public:
  enum class Cause : std::uint8_t { other, disk_full };
  StoreError(int exit_code, const std::string& what, Cause cause = Cause::other)
      : std::runtime_error(what), exit_code_(exit_code), cause_(cause) {}
  [[nodiscard]] int exit_code() const { return exit_code_; }
  [[nodiscard]] bool disk_is_full() const { return cause_ == Cause::disk_full; }

 private:
  int exit_code_;
  Cause cause_;
};

}  // namespace edgewatch::store
