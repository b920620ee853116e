#include "notes.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::wire {

void Notes::part(Bytes bytes, std::string meaning) { trace_->note(layer_, bytes, std::move(meaning)); }

std::size_t Notes::offset() const {
  const std::uint8_t* const from = message_.data();
  const std::uint8_t* const until = from + message_.size();
  const bool elsewhere = at_ == nullptr || std::less<>()(at_, from) || std::less<>()(until, at_);
  return elsewhere ? 0 : static_cast<std::size_t>(at_ - from);
}

std::string Notes::why() const { return fmt::format(fmt::runtime(why_), number_); }

Failure<DecodeError> Notes::refuse(Malformation kind) const {
  if (trace_ != nullptr) {
    trace_->note(layer_, message_.subspan(offset(), 0),
                 fmt::format("refused: {}: {}", to_string(kind), why()));
  }
  return Failure{DecodeError{kind, offset()}};
}

}  // namespace edgewatch::wire
