// Events in the order they are said, in memory that is used again: an answer's names and addresses, of which
// there may be one for every other packet, need none of their own. Owns them; one thread.
#pragma once

#include "edgewatch/model/event.hpp"

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

namespace edgewatch::observe {

class EventList {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  template <class T>
  void emplace_back(T&& event) {
    if (size_ == events_.size()) {
      events_.emplace_back(std::forward<T>(event));
    } else {
      events_[size_] = std::forward<T>(event);
    }
    ++size_;
  }
  /// Another answer. What one before it said may stand in it still: whoever asks for it fills in all of it.
  [[nodiscard]] model::Answer& next_answer() {
    if (size_ == events_.size()) events_.emplace_back(std::in_place_type<model::Answer>);
    model::Event& event = events_[size_++];
    fetch(size_ + 2);
    auto* answer = std::get_if<model::Answer>(&event);
    return answer != nullptr ? *answer : event.emplace<model::Answer>();
  }
  /// Gives all away and takes old events, of which nothing but the memory counts.
  void swap(std::vector<model::Event>& events) {
    events_.resize(size_);
    events_.swap(events);
    size_ = 0;
  }

 private:
  /// Old events were read last by whoever took them, on another core perhaps: what will be written over is
  /// fetched into this core's cache.
  void fetch(std::size_t place) const {
    constexpr std::size_t cache_line = 64;
    if (place >= events_.size()) return;
    const char* event = static_cast<const char*>(static_cast<const void*>(&events_[place]));
    for (std::size_t i = 0; i < sizeof(model::Event); i += cache_line) __builtin_prefetch(event + i, 1);
  }

  std::vector<model::Event> events_;  ///< old ones behind the first `size_`
  std::size_t size_ = 0;
};

}  // namespace edgewatch::observe
