#include "gone_on_signal.hpp"

#include <utility>

namespace edgewatch::runtime {
namespace {

constexpr int wake = SIGUSR1;

}  // namespace

GoneOnSignal::GoneOnSignal(std::function<void()> remove) : remove_(std::move(remove)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, wake);
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
  over_ = true;
  ::pthread_kill(thread_.native_handle(), wake);
  thread_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void GoneOnSignal::wait() {
  int signal = 0;
  do {
    if (::sigwait(&signals_, &signal) != 0 || (signal == wake && over_)) return;
  } while (signal == wake);  // of somebody else's
  remove_();
  ::signal(signal, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  ::raise(signal);
}

}  // namespace edgewatch::runtime
