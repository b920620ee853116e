// What a parser tells of one message: its parts, where a Trace asks for them, and the first thing that was
// wrong and where. So an explanation is made by the reading that decides, and cannot differ from it. Internal
// to wire; the message and the trace must live as long.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/trace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::wire {

class Notes {
 public:
  Notes(std::string_view layer, Bytes message, Trace* trace)
      : layer_(layer), message_(message), trace_(trace) {}

  /// Whether anybody asks; only then need a part be put into words.
  [[nodiscard]] bool asked() const { return trace_ != nullptr; }
  /// A part of the message. Precondition: asked.
  void part(Bytes bytes, std::string meaning);
  /// The message is refused for this, unless something before it was wrong already. `why` may hold one `{}`,
  /// for the number. Always false, so that a reader may return it.
  bool wrong(const std::uint8_t* at, std::string_view why, std::uint64_t number = 0) {
    if (why_.empty()) {
      at_ = at;
      why_ = why;
      number_ = number;
    }
    return false;
  }
  bool wrong(Bytes at, std::string_view why, std::uint64_t number = 0) {
    return wrong(at.data(), why, number);
  }
  /// What was wrong, as the parser's answer; noted for whoever asks.
  [[nodiscard]] Failure<DecodeError> refuse(Malformation kind) const;
  /// Why, in words; where, in the message.
  [[nodiscard]] std::string why() const;
  [[nodiscard]] std::size_t offset() const;

 private:
  std::string_view layer_;
  Bytes message_;
  Trace* trace_;
  const std::uint8_t* at_ = nullptr;
  std::string_view why_;
  std::uint64_t number_ = 0;
};

}  // namespace edgewatch::wire
