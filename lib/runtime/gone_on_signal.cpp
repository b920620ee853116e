#include "gone_on_signal.hpp"

#include <utility>

namespace edgewatch::runtime {
namespace {

constexpr int over = SIGUSR1;

}  // namespace

GoneOnSignal::GoneOnSignal(std::function<void()> remove) : remove_(std::move(remove)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, over);
  for (const int signal : {SIGINT, SIGHUP}) {
    // What is ignored, as by nohup(1), stays so.
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&signals_, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  thread_ = std::thread([this] { wait(); });
}

GoneOnSignal::~GoneOnSignal() {
  // A signal of its own: one of the others that comes just now stays, and does what it did before.
  ::pthread_kill(thread_.native_handle(), over);
  thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void GoneOnSignal::wait() {
  int signal = 0;
  if (::sigwait(&signals_, &signal) != 0 || signal == over) return;
  remove_();
  ::signal(signal, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  ::raise(signal);
}

}  // namespace edgewatch::runtime
