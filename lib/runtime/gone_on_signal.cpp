#include "gone_on_signal.hpp"

#include <utility>

namespace edgewatch::runtime {

GoneOnSignal::GoneOnSignal(std::function<void()> remove) : remove_(std::move(remove)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  for (const int signal : {SIGINT, SIGHUP}) {
    // What is ignored, as by nohup(1), stays so.
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&signals_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::thread([this] { wait(); });
}

GoneOnSignal::~GoneOnSignal() {
  over_ = true;
  // It waits for this one, which ends nobody: all threads block it.
  ::pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void GoneOnSignal::wait() {
  int signal = 0;
  if (::sigwait(&signals_, &signal) != 0 || over_) return;
  remove_();
  ::signal(signal, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  ::raise(signal);
}

}  // namespace edgewatch::runtime
