// Events of several capture threads in one order, that of their stamps, for what one thread saw may tell what
// another's means: a DNS answer comes before the hello that follows it, whichever thread is read first. An
// event waits until every other thread has come as far; never long, and never many. One thread, the analysis.
#pragma once

#include "event_queue.hpp"
#include "events_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

class EventMerge {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// Threads are numbered from 0.
  explicit EventMerge(std::size_t threads) : threads_(threads) {}

  void add(EventBatch batch, Moment now);
  /// Gives every event whose turn it is, in order. The events of one thread keep the order they came in: one
  /// with an earlier stamp than its forerunner counts as of that one's time.
  template <class Consume>
  void give(Moment now, Consume consume) {
    while (const std::optional<Turn> turn = whose_turn(now)) {
      Thread& thread = threads_[turn->thread];
      do {
        consume(std::as_const(thread.head()));
        pop(thread);
      } while (!thread.waiting.empty() && thread.at <= turn->up_to);
    }
  }
  /// Nothing more is added: the rest, in order.
  template <class Consume>
  void finish(Consume consume) {
    for (Thread& thread : threads_) thread.until = Timestamp::max();
    give(Moment{}, consume);
  }

  /// A thread that says nothing for so long (it cannot get a processor, its clock was set back) is not waited
  /// for. A busy one speaks five times a second, an idle one ten times.
  static constexpr auto patience = std::chrono::seconds(1);
  /// Events that wait at most; the eldest then go unordered.
  static constexpr std::size_t most_waiting = std::size_t{1} << 16U;

 private:
  struct Batch {
    std::vector<model::Event> events;
    std::size_t given = 0;
    Moment since;
  };
  struct Thread {
    std::deque<Batch> waiting;           ///< none of them empty
    Timestamp at = Timestamp::min();     ///< of the head: the greatest stamp so far
    Timestamp until = Timestamp::min();  ///< nothing earlier will come
    [[nodiscard]] const model::Event& head() const { return waiting.front().events[waiting.front().given]; }
  };
  struct Turn {
    std::size_t thread = 0;
    Timestamp up_to;
  };
  /// Whose head is next and until when no other's is; none where it has to wait.
  [[nodiscard]] std::optional<Turn> whose_turn(Moment now) const;
  void pop(Thread& thread);

  std::vector<Thread> threads_;
  std::size_t waiting_ = 0;
};

}  // namespace edgewatch::runtime
