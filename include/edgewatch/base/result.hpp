// A value or the named reason why there is none. Owns what it holds; no threads of its own.
// Used wherever bytes or an operator's input may be wrong; exceptions are for the world (disk, kernel) only.
#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace edgewatch {

/// Marks an error on its way into a Result, so that `return Failure{...}` cannot be taken for a value.
template <class E>
struct Failure {
  E error;
};
template <class E>
Failure(E) -> Failure<E>;

template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// Precondition of the four below: the matching alternative is there (asserted in debug builds).
  [[nodiscard]] const T& value() const& { return *ptr(); }
  [[nodiscard]] T& value() & { return *ptr(); }
  [[nodiscard]] T&& value() && { return std::move(*ptr()); }
  [[nodiscard]] const E& error() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

  const T& operator*() const& { return *ptr(); }
  T& operator*() & { return *ptr(); }
  T&& operator*() && { return std::move(*ptr()); }
  const T* operator->() const { return ptr(); }
  T* operator->() { return ptr(); }

 private:
  [[nodiscard]] const T* ptr() const {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  [[nodiscard]] T* ptr() {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  std::variant<T, E> state_;
};

}  // namespace edgewatch
