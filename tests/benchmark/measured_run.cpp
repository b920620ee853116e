// bench-run CORES COMMAND...: runs a command on the cores named and says on file descriptor 3 what it cost. A
// small program of its own, because the peak memory of a child begins with that of the process it was forked
// from, and a Python's is larger than some of what is measured.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr int report = 3;
constexpr int usage_error = 64;
constexpr int cannot_run = 126;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// `cores` as `0` or `0,1`.
bool pin(const char* cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const char* at = cores; *at != '\0';) {
    char* end = nullptr;
    CPU_SET(static_cast<std::size_t>(std::strtoul(at, &end, 10)), &set);
    if (end == at) return false;
    at = *end == ',' ? end + 1 : end;
  }
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || !pin(argv[1])) {
    std::fprintf(stderr, "usage: bench-run CORES COMMAND... (cores as 0 or 0,1)\n");
    return usage_error;
  }
  const double began = now();
  const pid_t child = fork();
  if (child == 0) {
    close(report);
    execvp(argv[2], argv + 2);
    std::fprintf(stderr, "bench-run: %s: %s\n", argv[2], std::strerror(errno));
    _exit(cannot_run);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child) return cannot_run;
  dprintf(report, "%.6f %.6f %.6f %ld %d\n", seconds(used.ru_utime), seconds(used.ru_stime), now() - began,
          used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
